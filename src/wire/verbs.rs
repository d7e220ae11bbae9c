//! Wiring of the verbs, by the names that the catalogue binds commands to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::company::Company;
use crate::app::estate::Estate;
use crate::app::history::RolledBack;
use crate::app::intake::AlertIntake;
use crate::app::roster::Roster;
use crate::app::verb::Verb;
use crate::app::verbs;
use crate::app::verbs::oncall::{Duties, PageTest};
use crate::base::Clock;
use crate::domain::catalogue::Catalogue;
use crate::domain::person::Risk;
use crate::domain::watch::Rule;
use crate::domain::words::Words;
use crate::store::Store;

/// What verbs are made of; each is handed what it names.
pub(super) struct Parts<'a> {
    pub catalogue: &'a Arc<Catalogue>,
    pub company: &'a Arc<Company>,
    pub estate: &'a Arc<Estate>,
    pub words: &'a Arc<Words>,
    pub store: &'a Store,
    pub clock: &'a Clock,
    pub roster: &'a Roster,
    pub intake: &'a AlertIntake,
    pub rules: Arc<[Rule]>,
    pub page_test: Arc<dyn PageTest>,
}

/// All of them.
pub(super) fn verbs(parts: Parts<'_>) -> BTreeMap<&'static str, Arc<dyn Verb>> {
    let Parts { catalogue, company, estate, words, store, clock, roster, intake, rules, page_test } = parts;
    let history: Arc<dyn verbs::releases::History> = Arc::new(RolledBack { store: store.clone() });
    let duties = || Duties { roster: roster.clone(), company: company.clone(), store: store.clone() };
    let reads =
        catalogue.iter().filter(|command| command.risk == Risk::Read).map(|command| command.verb.clone());
    let all: Vec<Arc<dyn Verb>> = vec![
        Arc::new(verbs::health::Health::new(estate.clone(), words.clone())),
        Arc::new(verbs::logs::Logs::new(estate.clone(), clock.clone())),
        Arc::new(verbs::metrics::Metrics::new(estate.clone(), rules, Arc::new(store.clone()))),
        Arc::new(verbs::releases::Releases::new(estate.clone(), history.clone())),
        Arc::new(verbs::restart::Restart::new(estate.clone(), clock.clone())),
        Arc::new(verbs::rollback::Rollback::new(estate.clone(), clock.clone(), history)),
        Arc::new(verbs::runbook::Runbook::new(estate.clone(), reads.collect())),
        Arc::new(verbs::oncall::Oncall { duties: duties(), estate: estate.clone(), test: Some(page_test) }),
        Arc::new(verbs::oncall::Override { duties: duties() }),
        Arc::new(verbs::oncall::Exchange { duties: duties() }),
        Arc::new(verbs::status::Status::new(estate.clone()).sources(intake.ledger())),
        Arc::new(verbs::intake::Begin { estate: estate.clone(), silences: intake.silences().clone() }),
        Arc::new(verbs::intake::List { company: company.clone(), silences: intake.silences().clone() }),
        Arc::new(verbs::intake::End { silences: intake.silences().clone() }),
        Arc::new(verbs::help::Help {
            catalogue: catalogue.clone(),
            company: company.clone(),
            estate: estate.clone(),
        }),
        Arc::new(verbs::whoami::Whoami {
            catalogue: catalogue.clone(),
            company: company.clone(),
            estate: estate.clone(),
        }),
    ];
    all.into_iter().map(|verb| (verb.name(), verb)).collect()
}
