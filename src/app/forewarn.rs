//! What an on-call schedule will be short of: a shift with nobody, or with somebody who can hardly be reached, is told a week
//! ahead in the channels of the services that lean on it, once each. When nobody is on call now, its owner is paged.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::app::company::Company;
use crate::app::delivery::Delivery;
use crate::app::estate::Estate;
use crate::app::paging::{PageOrder, Paging, pages};
use crate::app::roster::Roster;
use crate::base::Clock;
use crate::base::clock::pause;
use crate::base::ids::PostId;
use crate::domain::alert::AlertSeverity;
use crate::domain::message::{Audience, Place};
use crate::domain::report::{Body, Look, Report, Tone};
use crate::domain::schedule::{AHEAD, Gap, Schedule};
use crate::domain::service::Service;
use crate::domain::words::Phrase;
use crate::ports::Purpose;
use crate::store::{NewPost, Store, StoreError};

/// How often it is looked, in the clock's time, but never more often than once a second.
const ROUND: Duration = Duration::from_mins(10);
const LEAST: Duration = Duration::from_secs(1);
/// Longer than a round takes.
const LEASE: (&str, Duration) = ("forewarn", Duration::from_secs(90));
/// How far back a gap that lasts may have begun: it keeps its beginning from look to look.
const BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Looks ahead.
pub struct Forewarn {
    /// Who is on call.
    pub roster: Roster,
    /// Posts.
    pub store: Store,
    /// Says them.
    pub delivery: Delivery,
    /// Names and languages.
    pub company: Arc<Company>,
    /// Services and their channels.
    pub estate: Arc<Estate>,
    /// Pages owners.
    pub paging: Paging,
    /// The time.
    pub clock: Clock,
    /// What this process has told.
    pub told: Mutex<BTreeSet<String>>,
}

impl Forewarn {
    /// Looks, again and again, until it is dropped.
    pub async fn keep(&self) {
        loop {
            if let Err(error) = self.round().await {
                tracing::warn!(error = %error, "schedules could not be looked through; the next round tries again");
            }
            futures_util::future::join(self.clock.sleep(ROUND), pause(LEAST)).await;
        }
    }

    /// One look at all schedules; none, while another replica looks.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn round(&self) -> Result<(), StoreError> {
        let (name, span) = LEASE;
        let Some(token) = self.store.lease(name, span).await? else { return Ok(()) };
        let mut end = Ok(());
        for schedule in self.roster.schedules() {
            // One schedule's trouble is not another's.
            if let Err(error) = self.look(schedule).await {
                end = Err(error);
            }
        }
        self.store.release(name, token).await?;
        end
    }

    async fn look(&self, schedule: &Schedule) -> Result<(), StoreError> {
        let (id, now) = (schedule.id.as_str(), self.clock.now());
        let until = now.checked_add(AHEAD).unwrap_or(Timestamp::MAX);
        let since = now.checked_sub(BACK).unwrap_or(Timestamp::MIN);
        let gaps = self.roster.gaps(id, since, until).await?;
        for gap in gaps.into_iter().filter(|gap| gap.to > now) {
            let name = gap_name(gap, since, until);
            let key = format!("oncall-gap/{id}/{name}");
            let phrase = Phrase::new(if gap.to == until { "oncall-gap-open" } else { "oncall-gap" })
                .with("schedule", id)
                .with("from", if gap.from == since { now } else { gap.from })
                .with("to", gap.to);
            self.tell(schedule, key, phrase.clone()).await?;
            if gap.from <= now {
                self.page_owner(schedule, &name, phrase).await?;
            }
        }
        for shift in self.roster.shifts(id, now, until).await? {
            let (person, from) = (&shift.person, shift.from.as_millisecond());
            let what = match self.roster.carriers(person) {
                0 => "oncall-unreachable",
                1 => "oncall-one-carrier",
                _ => continue,
            };
            let phrase = Phrase::new("oncall-ahead")
                .with("schedule", id)
                .with("from", shift.from)
                .with("what", Phrase::named(what).with("name", self.company.name(person)));
            self.tell(schedule, format!("oncall-hardly/{id}/{person}/{from}"), phrase).await?;
        }
        Ok(())
    }

    /// Says it once in every channel of the services that lean on the schedule. The post's id is that of the trouble: told
    /// again after a restart, it is the same message.
    async fn tell(&self, schedule: &Schedule, key: String, what: Phrase) -> Result<(), StoreError> {
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return Ok(());
        }
        let mut posts: Vec<NewPost> = Vec::new();
        for service in self.estate.services().iter().filter(|service| self.leans(service, schedule)) {
            for (door, channel) in &service.channels {
                let post = PostId::from(format!("{key}/{}/{channel}", door.as_str()));
                if !self.delivery.serves(*door) || posts.iter().any(|known| known.id == post) {
                    continue;
                }
                let place = Place { door: *door, channel: channel.clone(), thread: None };
                let show = format!("oncall {}", schedule.id);
                posts.push(NewPost {
                    id: post,
                    audience: Audience::All,
                    lang: self.company.lang(&place, Some(service.as_ref())),
                    zone: self.company.zone_name(),
                    place,
                    body: Body::Report(Report::new(Tone::Warn, what.clone()).button(
                        Phrase::new("oncall-ahead-show"),
                        show,
                        Look::Plain,
                    )),
                    reply_url: None,
                    topic: None,
                });
            }
        }
        if !posts.is_empty() {
            self.delivery.submit(self.store.put(posts).await?);
        }
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        Ok(())
    }

    /// Whether the service's ladder names the schedule.
    fn leans(&self, service: &Service, schedule: &Schedule) -> bool {
        let target = format!("schedule:{}", schedule.id);
        let policy = self.roster.policy_of(&service.id);
        policy.is_some_and(|policy| policy.step.iter().any(|step| step.notify.contains(&target)))
    }

    /// The same gap pages its owner once, by the ids of the pages.
    async fn page_owner(&self, schedule: &Schedule, gap: &str, subject: Phrase) -> Result<(), StoreError> {
        let Some(owner) = &schedule.owner else { return Ok(()) };
        let key = format!("oncall-nobody/{}/{gap}", schedule.id);
        if self.told.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return Ok(());
        }
        let order = PageOrder {
            key: key.clone(),
            incident: None,
            person: owner.clone(),
            severity: AlertSeverity::Warning,
            purpose: Purpose::Note,
            subject,
            lines: vec![Phrase::new("oncall-nobody-why")],
            vendor: false,
        };
        let pages = pages(self.paging.contacts_of(owner), &order, self.clock.now());
        self.store.put_pages(pages).await?;
        self.paging.nudge();
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        Ok(())
    }
}

/// The name of a gap from look to look, while what is seen of it moves on: by its beginning; where that is too long ago to be
/// seen, by its end.
fn gap_name(gap: Gap, since: Timestamp, until: Timestamp) -> String {
    match (gap.from == since, gap.to == until) {
        (false, _) => gap.from.as_millisecond().to_string(),
        (true, false) => format!("until-{}", gap.to.as_millisecond()),
        (true, true) => "always".to_owned(),
    }
}
