//! Turns the stories into entries as time goes.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::template::{fill, ip};
use super::{Form, Hit, Line, Story, story};
use crate::sandbox::logging::entry::{Entry, Payload, Place, REQUESTS, Request, STDERR, STDOUT};
use crate::sandbox::random::Dice;
use crate::sandbox::run::model::{Ailment, Service};
use crate::sandbox::run::platform::Platform;

/// Long ago a line is written this often …
const SPARSE: Duration = Duration::from_secs(110);
/// … in the last two hours this often, and where the generator must catch up …
const RECENT: Duration = Duration::from_secs(4);
/// … and live this often.
const LIVE: Duration = Duration::from_millis(450);

/// Who is asked which revision wrote a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Writer {
    /// The newest revision that was ready then.
    History,
    /// One of those that have traffic now.
    Traffic,
}

/// Writes the lines.
#[derive(Debug)]
pub(in crate::sandbox) struct Generator {
    dice: Dice,
    next: Timestamp,
    places: HashMap<String, Arc<Place>>,
}

impl Generator {
    /// Nothing is written before `start`.
    pub(in crate::sandbox) fn new(dice: Dice, start: Timestamp) -> Self {
        Self { dice, next: start, places: HashMap::new() }
    }

    /// Skips to `to` without writing.
    pub(in crate::sandbox) fn skip(&mut self, to: Timestamp) {
        self.next = self.next.max(to);
    }

    /// Hands every line up to `now` to `push`, oldest first.
    pub(in crate::sandbox) fn advance(
        &mut self,
        now: Timestamp,
        run: &Platform,
        writer: Writer,
        push: &mut dyn FnMut(Entry),
    ) {
        while self.next <= now {
            let at = self.next;
            if let Some(service) = self.service(run) {
                self.write(at, service, run, writer, push);
            }
            let behind = now.duration_since(at).unsigned_abs();
            let mean = match () {
                () if behind > Duration::from_hours(2) => SPARSE,
                () if behind > Duration::from_mins(2) || writer == Writer::History => RECENT,
                () => LIVE,
            };
            // Between a fifth and nine fifths of the mean.
            let tenths = u32::try_from(2 + self.dice.below(17)).unwrap_or(10);
            self.next = at + mean * tenths / 10;
        }
    }

    fn service<'a>(&mut self, run: &'a Platform) -> Option<&'a Service> {
        let index = self.dice.below(run.services.len() as u64);
        run.services.values().nth(usize::try_from(index).unwrap_or_default())
    }

    /// A line of the service's own, or a request together with a line about it under the same trace.
    fn write(
        &mut self,
        at: Timestamp,
        service: &Service,
        run: &Platform,
        writer: Writer,
        push: &mut dyn FnMut(Entry),
    ) {
        let revision = match writer {
            Writer::History => service.ready_at(at),
            Writer::Traffic => {
                let serving = service.serving();
                serving
                    .get(self.dice.weighted(serving.iter().map(|(_, share)| *share)))
                    .map(|(name, _)| *name)
            }
        };
        let Some(revision) = revision else { return };
        let ailing = run.ailment(service, revision) == Some(Ailment::Upstream);
        let Some(story) = story(&service.id, ailing) else { return };
        let place = self.place(service, revision);
        match self.dice.below(10) {
            0..6 => push(self.line(at, story, place, None)),
            6..9 => push(self.request(at, story, service, place, None)),
            _ => {
                let trace: Box<str> = self.dice.hex(32).into();
                push(self.request(at, story, service, place.clone(), Some(trace.clone())));
                push(self.line(at + Duration::from_millis(3), story, place, Some(trace)));
            }
        }
    }

    fn line(&mut self, at: Timestamp, story: &Story, place: Arc<Place>, trace: Option<Box<str>>) -> Entry {
        let Line { severity, form, text, .. } =
            story.lines[self.dice.weighted(story.lines.iter().map(|line| line.weight.into()))];
        let text = fill(text, &mut self.dice);
        let payload = match form {
            Form::Text => Payload::Text(text.into()),
            Form::Json(members) => {
                let mut map = Map::with_capacity(members.len() + 1);
                map.insert("message".to_owned(), text.into());
                for (name, value) in members {
                    map.insert((*name).to_owned(), number_or_text(fill(value, &mut self.dice)));
                }
                Payload::Json(Box::new(map))
            }
        };
        let log = if severity >= 400 { STDERR } else { STDOUT };
        Entry { number: 0, at, severity, place, log, payload, request: None, trace }
    }

    fn request(
        &mut self,
        at: Timestamp,
        story: &Story,
        service: &Service,
        place: Arc<Place>,
        trace: Option<Box<str>>,
    ) -> Entry {
        let Hit { method, path, status, at_most_ms, .. } =
            story.hits[self.dice.weighted(story.hits.iter().map(|hit| hit.weight.into()))];
        let half = u64::from(at_most_ms / 2);
        // Most are quick, few are slow.
        let latency =
            3 + self.dice.below(half + 1).min(self.dice.below(half + 1)) + self.dice.below(half / 8 + 1);
        let request = Request {
            method,
            url: format!("{}{}", service.uri(), fill(path, &mut self.dice)).into(),
            status,
            size: 120 + self.dice.below(4_000),
            latency_ms: u32::try_from(latency).unwrap_or(u32::MAX),
            agent: self.dice.pick(story.agents),
            ip: ip(&mut self.dice).into(),
        };
        let severity = match status {
            500.. => 500,
            400.. => 400,
            _ => 200,
        };
        let request = Some(Box::new(request));
        Entry { number: 0, at, severity, place, log: REQUESTS, payload: Payload::None, request, trace }
    }

    /// One place for all entries of a revision.
    pub(in crate::sandbox) fn place(&mut self, service: &Service, revision: &str) -> Arc<Place> {
        if let Some(place) = self.places.get(revision) {
            return place.clone();
        }
        let place = Arc::new(Place {
            project: service.project().to_owned(),
            region: service.region().to_owned(),
            service: service.id.clone(),
            revision: revision.to_owned(),
        });
        self.places.insert(revision.to_owned(), place.clone());
        place
    }
}

fn number_or_text(text: String) -> Value {
    text.parse::<u32>().map_or(Value::String(text), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::run::preset;

    fn history(seed: u64) -> Vec<Entry> {
        let now: Timestamp = "2026-01-09T03:00:00Z".parse().unwrap();
        let mut run = Platform::new(Duration::from_secs(4), Dice::new(seed));
        preset::fill(&mut run, now);
        let mut generator = Generator::new(Dice::new(seed), now - Duration::from_hours(7 * 24));
        let mut all = Vec::new();
        generator.advance(now, &run, Writer::History, &mut |entry| all.push(entry));
        all
    }

    #[test]
    fn a_week_is_told_within_the_limit_and_always_alike() {
        let (one, two) = (history(5), history(5));
        assert!((6_000..14_000).contains(&one.len()), "{}", one.len());
        let show = |all: &[Entry]| all.iter().map(|entry| entry.json(false).to_string()).collect::<Vec<_>>();
        assert_eq!(show(&one), show(&two));
    }

    #[test]
    fn the_bad_revision_raises_the_errors_of_its_service() {
        let all = history(5);
        let since: Timestamp = "2026-01-09T02:20:00Z".parse().unwrap();
        let rate = |after: bool| {
            let of: Vec<&Entry> = all
                .iter()
                .filter(|entry| entry.place.service == "api-key-server" && (entry.at >= since) == after)
                .collect();
            of.iter().filter(|entry| entry.severity >= 500).count() * 100 / of.len()
        };
        assert!(rate(false) < 20, "{}", rate(false));
        assert!(rate(true) > 40, "{}", rate(true));
    }
}
