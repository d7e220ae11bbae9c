//! Wiring of duty: who is on call, what is taken in, what people work on, and how they are paged.

use std::sync::Arc;

use crate::app::calendar::Calendars;
use crate::app::company::Company;
use crate::app::contacts::Contacts;
use crate::app::delivery::Delivery;
use crate::app::estate::Estate;
use crate::app::forewarn::Forewarn;
use crate::app::handoff::{HandOff, Hands};
use crate::app::incidents::{Bot, Hours, Incidents, Ladders, Pages, Tools};
use crate::app::intake::{AlertIntake, HomeHerald, Silences};
use crate::app::paging::{Answering, PageTrial, Paging};
use crate::app::roster::Roster;
use crate::app::verbs::oncall::PageTest;
use crate::base::Clock;
use crate::chat::slack::api::Api;
use crate::chat::slack::groups::Groups;
use crate::config::Config;
use crate::domain::intake::Directory;
use crate::domain::words::Words;
use crate::ports::{Calendar, GroupSync, Replies};
use crate::store::Store;
use crate::web::Hooks;
use crate::wire::{hooks, pagers};

/// What of the rest of Toban duty is made of.
pub(super) struct Parts {
    pub store: Store,
    pub clock: Clock,
    pub delivery: Delivery,
    pub company: Arc<Company>,
    pub estate: Arc<Estate>,
    pub words: Arc<Words>,
    /// Slack, where it is connected.
    pub slack: Option<Arc<Api>>,
}

/// All of duty, at rest.
pub(super) struct Duty {
    pub roster: Roster,
    pub hands: Arc<Hands>,
    pub forewarn: Arc<Forewarn>,
    pub calendars: Arc<dyn Calendar>,
    pub incidents: Incidents,
    /// What ladders run commands with, once it has a desk to work at.
    pub bot: Arc<Bot>,
    pub paging: Paging,
    pub replies: Arc<dyn Replies>,
    pub page_test: Arc<dyn PageTest>,
    pub intake: AlertIntake,
    pub hooks: Arc<Hooks>,
}

/// Wires it.
///
/// # Errors
/// When a provider cannot be used as configured.
pub(super) fn duty(config: &Config, parts: Parts) -> anyhow::Result<Duty> {
    let Parts { store, clock, delivery, company, estate, words, slack } = parts;
    let roster = Roster::new(config, store.clone(), clock.clone());
    let pages = Arc::new(Pages::new(Arc::new(Contacts::new(config))));
    let bot = Arc::new(Bot::default());
    let incidents = Incidents::new(Tools {
        store: store.clone(),
        delivery: delivery.clone(),
        company: company.clone(),
        estate: estate.clone(),
        ladders: ladders(config),
        on_call: Arc::new(roster.clone()),
        pages: pages.clone(),
        actions: bot.clone(),
        clock: clock.clone(),
    });
    let groups = slack.iter().map(|api| Arc::new(Groups::new(api.clone())) as Arc<dyn GroupSync>).collect();
    let paging = pagers::paging(
        config,
        pagers::Parts {
            store: store.clone(),
            clock: clock.clone(),
            company: company.clone(),
            words,
            slack,
            outcomes: Arc::new(incidents.clone()),
        },
    )?;
    pages.sent_by(paging.clone());
    let told: Vec<Arc<dyn HandOff>> = vec![Arc::new(incidents.clone())];
    let hands = Arc::new(Hands::new(
        roster.clone(),
        company.clone(),
        store.clone(),
        clock.clone(),
        config.mirrors.clone(),
        groups,
        told,
    ));
    let calendars: Arc<dyn Calendar> =
        Arc::new(Calendars::new(config, roster.clone(), company.clone(), clock.clone()));
    let forewarn = Forewarn {
        roster: roster.clone(),
        store: store.clone(),
        delivery: delivery.clone(),
        company: company.clone(),
        estate: estate.clone(),
        paging: paging.clone(),
        clock: clock.clone(),
        told: std::sync::Mutex::default(),
    };
    let directory = Arc::new(Directory::new(estate.services()));
    let herald = HomeHerald { store: store.clone(), delivery, company, estate };
    let silences = Silences::new(store.clone(), clock.clone(), Arc::new(herald));
    let intake = AlertIntake::new(
        store,
        clock.clone(),
        directory.clone(),
        hooks::terms(config),
        silences,
        Arc::new(incidents.clone()),
    );
    let hooks = Arc::new(hooks::hooks(config, &intake, directory, &clock));
    Ok(Duty {
        roster,
        hands,
        forewarn: Arc::new(forewarn),
        calendars,
        replies: Arc::new(Answering::new(paging.clone(), Arc::new(incidents.clone()))),
        page_test: Arc::new(PageTrial::new(paging.clone())),
        incidents,
        bot,
        paging,
        intake,
        hooks,
    })
}

/// Policies, and who the names in them stand for.
pub fn ladders(config: &Config) -> Ladders {
    let external = config.reach.iter().filter(|(_, reach)| reach.external).map(|(id, _)| id.clone());
    let (from, to) = config.settings.incidents.working_hours.0;
    Ladders {
        of: config.ladders(),
        climbs: config
            .duties
            .iter()
            .filter_map(|(service, duty)| Some((service.clone(), duty.climbs?)))
            .collect(),
        groups: config.groups_of_people(),
        schedule_owners: config
            .schedules
            .iter()
            .filter_map(|(id, schedule)| Some((id.clone(), schedule.owner.clone()?)))
            .collect(),
        external: external.collect(),
        hours: Hours { zone: config.settings.words.tz.0.clone(), from, to },
    }
}
