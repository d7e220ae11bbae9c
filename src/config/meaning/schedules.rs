//! On-call schedules: local moments become moments, holidays and overrides become exceptions.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use crate::base::ids::PersonId;
use crate::config::fault::{At, Fault};
use crate::config::meaning::{Kind, Reader};
use crate::config::shape::ladder as shape;
use crate::config::tree::Node;
use crate::config::values::SecretKey;
use crate::domain::person::Door;
use crate::domain::schedule::{Override, Rotation, Schedule, Turn};

/// A turn is at least so long.
const SHORTEST: Duration = Duration::from_mins(1);

/// Where a schedule is shown besides in commands.
#[derive(Debug, Clone, Default)]
pub struct Mirror {
    /// Groups of people that follow it.
    pub groups: BTreeMap<Door, String>,
    /// What opens its calendar; no calendar without.
    pub calendar_token: Option<SecretKey>,
}

/// Reads `[[schedule]]`.
pub(in crate::config) fn schedules(
    reader: &mut Reader<'_>,
) -> (BTreeMap<String, Schedule>, BTreeMap<String, Mirror>) {
    let (mut schedules, mut mirrors) = (BTreeMap::new(), BTreeMap::new());
    for (entry, node) in reader.entries::<shape::Schedule>("schedule") {
        check(reader, &entry, node);
        let id = entry.id.0.clone();
        mirrors.insert(
            id.clone(),
            Mirror {
                groups: entry.slack_group.clone().map(|group| (Door::Slack, group)).into_iter().collect(),
                calendar_token: entry.calendar_token.clone(),
            },
        );
        schedules.insert(id, schedule(reader, entry, node));
    }
    (schedules, mirrors)
}

/// Looks up every name, and tells what means nothing.
fn check(reader: &mut Reader<'_>, entry: &shape::Schedule, node: &Node) {
    if let Some(owner) = &entry.owner {
        reader.refer(Kind::Person, owner, node.at("owner"));
    }
    if entry.rotation.is_empty() {
        reader.warn(&node.at, format!("schedule {:?} has nobody on call", entry.id.as_str()));
    }
    for (rotation, node) in entry.rotation.iter().zip(node.list("rotation")) {
        reader.refer_all(Kind::Person, &rotation.people, node, "people", false);
        if rotation.every.0 < SHORTEST {
            reader.fault(Fault::new(node.at("every"), "a turn is at least a minute long"));
        }
    }
    for (change, node) in entry.overrides.iter().zip(node.list("override")) {
        reader.refer(Kind::Person, &change.person, node.at("person"));
        if change.to.0 <= change.from.0 {
            reader.fault(Fault::new(node.at("to"), "this override ends before it begins"));
        }
    }
    reader.refer_all(Kind::Person, &entry.holiday_people, node, "holiday_people", false);
    if entry.holiday_people.is_empty() && !entry.holidays.is_empty() {
        let fault = Fault::new(node.at("holidays"), "nobody covers these holidays");
        reader.fault(fault.hint("write holiday_people = [\"…\"]"));
    }
}

fn schedule(reader: &mut Reader<'_>, entry: shape::Schedule, node: &Node) -> Schedule {
    let zone = entry.tz.0;
    let holidays = holidays(reader, &entry.holidays, &entry.holiday_people, &zone, node.at("holidays"));
    let overrides: Vec<Override> = entry
        .overrides
        .iter()
        .zip(node.list("override"))
        .enumerate()
        .filter_map(|(number, (change, node))| {
            let from = moment(reader, change.from.0, &zone, node.at("from"))?;
            let to = moment(reader, change.to.0, &zone, node.at("to"))?;
            let id = format!("config/{number}");
            Some(Override { from, to, ..exception(id, PersonId::from(change.person.as_str())) })
        })
        .collect();
    let rotation = |rotation: shape::Rotation| Rotation {
        people: rotation.people.iter().map(PersonId::new).collect(),
        every: Turn::of(rotation.every.0),
        from: rotation.from.0,
    };
    Schedule {
        id: entry.id.0,
        owner: entry.owner.map(PersonId::from),
        rotations: entry.rotation.into_iter().map(rotation).collect(),
        exceptions: holidays.into_iter().chain(overrides).collect(),
        zone,
    }
}

/// The holidays in their order, each the next person's.
fn holidays(
    reader: &mut Reader<'_>,
    days: &[crate::config::values::Day],
    people: &[String],
    zone: &TimeZone,
    at: &At,
) -> Vec<Override> {
    let mut days: Vec<_> = days.iter().map(|day| day.0).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter()
        .zip(people.iter().cycle())
        .filter_map(|(day, person)| {
            let midnight = Time::midnight();
            let from = moment(reader, day.to_datetime(midnight), zone, at)?;
            let to = moment(reader, day.tomorrow().ok()?.to_datetime(midnight), zone, at)?;
            let id = format!("holiday/{day}");
            Some(Override { from, to, holiday: true, ..exception(id, PersonId::from(person.as_str())) })
        })
        .collect()
}

fn exception(id: String, person: PersonId) -> Override {
    Override {
        id,
        person,
        instead: None,
        from: Timestamp::MIN,
        to: Timestamp::MIN,
        holiday: false,
        by: None,
        reason: None,
        written: Timestamp::MIN,
    }
}

fn moment(reader: &mut Reader<'_>, local: DateTime, zone: &TimeZone, at: &At) -> Option<Timestamp> {
    let moment = local.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
    if moment.is_none() {
        reader.fault(Fault::new(at, format!("there is no such moment as {local}")));
    }
    moment
}
