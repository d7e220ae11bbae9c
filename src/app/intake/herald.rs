//! Tells of silences where their services are at home: the channels in which their alerts would have stood.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::silences::Herald;
use crate::app::company::Company;
use crate::app::delivery::Delivery;
use crate::app::estate::Estate;
use crate::base::ids::PostId;
use crate::domain::message::{Audience, Place};
use crate::domain::person::Door;
use crate::domain::report::{Body, Look, Report, Tone};
use crate::domain::silence::{Matcher, Silence};
use crate::domain::words::Phrase;
use crate::store::{NewPost, Store, StoreError};

/// Posts into home channels.
pub struct HomeHerald {
    /// Posts.
    pub store: Store,
    /// Says them.
    pub delivery: Delivery,
    /// Names and languages.
    pub company: Arc<Company>,
    /// Services and their channels.
    pub estate: Arc<Estate>,
}

impl HomeHerald {
    async fn say(&self, silence: &Silence, what: &str, report: Report) -> Result<(), StoreError> {
        let own = silence.matcher.service.as_ref();
        let services = self.estate.services();
        let meant = services.iter().filter(|service| own.is_none_or(|own| *own == service.id));
        let mut homes: BTreeSet<(Door, String)> = BTreeSet::new();
        let mut posts = Vec::new();
        for service in meant {
            for (door, channel) in &service.channels {
                if !self.delivery.serves(*door) || !homes.insert((*door, channel.clone())) {
                    continue;
                }
                let place = Place { door: *door, channel: channel.clone(), thread: None };
                posts.push(NewPost {
                    id: PostId::from(format!("{}/{what}/{}/{channel}", silence.id, door.as_str())),
                    audience: Audience::All,
                    lang: self.company.lang(&place, own.map(|_| service.as_ref())),
                    zone: self.company.zone_name(),
                    place,
                    body: Body::Report(report.clone()),
                    reply_url: None,
                    topic: own.map(ToString::to_string),
                });
            }
        }
        if !posts.is_empty() {
            self.delivery.submit(self.store.put(posts).await?);
        }
        Ok(())
    }
}

#[async_trait]
impl Herald for HomeHerald {
    async fn ending(&self, silence: &Silence) -> Result<(), StoreError> {
        let headline = Phrase::new("silence-ending")
            .with("owner", self.company.name(&silence.owner))
            .with("what", matter(&silence.matcher))
            .with("until", silence.ends);
        let report = Report::new(Tone::Warn, headline)
            .text(Phrase::new("silence-ending-then").with("reason", silence.reason.as_str()))
            .button(Phrase::new("silence-button-longer"), again(silence), Look::Plain)
            .button(Phrase::new("silence-button-end"), format!("unsilence {}", silence.id), Look::Plain);
        self.say(silence, "ending", report).await
    }

    async fn over(&self, silence: &Silence, firing: usize) -> Result<(), StoreError> {
        let headline =
            Phrase::new("silence-over").with("what", matter(&silence.matcher)).with("count", firing);
        let tone = if firing == 0 { Tone::Good } else { Tone::Warn };
        self.say(silence, "over", Report::new(tone, headline)).await
    }
}

/// What a silence holds, in words.
pub fn matter(matcher: &Matcher) -> Phrase {
    let mut parts: Vec<String> = matcher.service.iter().map(ToString::to_string).collect();
    parts.extend(matcher.environment.clone());
    parts.extend(matcher.severity.map(|severity| format!("≤ {}", severity.as_str())));
    parts.extend(matcher.labels.iter().map(|(name, value)| format!("{name}={value}")));
    if parts.is_empty() { Phrase::new("silence-everything") } else { Phrase::raw(parts.join(", ")) }
}

/// The command that holds the same for another hour.
fn again(silence: &Silence) -> String {
    let Matcher { service, environment, severity, labels } = &silence.matcher;
    let mut words = vec!["silence".to_owned()];
    words.extend(service.as_ref().map(ToString::to_string));
    words.push("1h".to_owned());
    words.push(format!("\"{}\"", silence.reason.replace('"', "'")));
    words.extend(
        severity.map(|severity| if severity.as_str() == "info" { "info" } else { "warnings" }.to_owned()),
    );
    words.extend(environment.clone());
    words.extend(labels.iter().map(|(name, value)| format!("{name}={value}")));
    if service.is_none() {
        words.push("broad".to_owned());
    }
    words.join(" ")
}
