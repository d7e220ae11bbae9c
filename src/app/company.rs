//! Who may be talking, what they may do, and in which language a place is spoken to.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;

use crate::base::ids::{PersonId, RoleId};
use crate::domain::access::{self, Permit, Refusal, Wish};
use crate::domain::message::{Entry, Message, Place};
use crate::domain::person::{Door, Person, Role};
use crate::domain::service::Service;
use crate::domain::words::Lang;

/// People, roles and manners of speaking, as configured.
#[derive(Debug)]
pub struct Company {
    people: Vec<Person>,
    by_identity: HashMap<(Door, String), usize>,
    roles: BTreeMap<RoleId, Role>,
    speech: Speech,
    bot: Person,
}

/// Which language is spoken where, and in which zone moments are shown.
#[derive(Debug, Clone)]
pub struct Speech {
    /// Where nothing else is said.
    pub lang: Lang,
    /// Per door (a Slack workspace, a Discord guild).
    pub doors: BTreeMap<Door, Lang>,
    /// Per channel id.
    pub channels: BTreeMap<String, Lang>,
    /// The workspace's zone.
    pub zone: TimeZone,
}

impl Default for Speech {
    fn default() -> Self {
        Self { lang: Lang::En, doors: BTreeMap::new(), channels: BTreeMap::new(), zone: TimeZone::UTC }
    }
}

impl Company {
    /// Indexes the people by who they are at each door.
    pub fn new(people: Vec<Person>, roles: BTreeMap<RoleId, Role>, speech: Speech) -> Self {
        let by_identity = people
            .iter()
            .enumerate()
            .flat_map(|(index, person)| {
                person.identities.iter().map(move |(door, id)| ((*door, id.clone()), index))
            })
            .collect();
        Self { people, by_identity, roles, speech, bot: Person::bot() }
    }

    /// Everybody, in the order of the config.
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Who that is; `None` for a stranger.
    pub fn person_at(&self, door: Door, user: &str) -> Option<&Person> {
        self.by_identity.get(&(door, user.to_owned())).map(|index| &self.people[*index])
    }

    /// Who says a message: Toban itself, where it is a ladder's.
    pub fn sender(&self, message: &Message) -> Option<&Person> {
        match message.entry {
            Entry::Ladder { .. } => Some(&self.bot),
            _ => self.person_at(message.place.door, &message.user),
        }
    }

    /// Toban itself.
    pub fn bot(&self) -> &Person {
        &self.bot
    }

    /// The person of that id.
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        self.people.iter().chain([&self.bot]).find(|person| person.id == *id)
    }

    /// A person's name, or the id of one who has left the config.
    pub fn name(&self, id: &PersonId) -> String {
        self.person(id).map_or_else(|| id.to_string(), |person| person.name.clone())
    }

    /// Decides a wish by the roles.
    ///
    /// # Errors
    /// As [`access::decide`].
    pub fn decide(&self, person: &Person, wish: Wish<'_>) -> Result<Permit, Box<Refusal>> {
        access::decide(person, wish, &self.roles, &self.people)
    }

    /// Whether a wish would be granted.
    pub fn allows(&self, person: &Person, wish: Wish<'_>) -> bool {
        access::allowed(person, wish, &self.roles)
    }

    /// The language of a place when the talk is of `service`: the channel's, else the service's, the door's, the
    /// workspace's.
    pub fn lang(&self, place: &Place, service: Option<&Service>) -> Lang {
        let speech = &self.speech;
        speech
            .channels
            .get(&place.channel)
            .copied()
            .or_else(|| service.and_then(|service| service.lang))
            .or_else(|| speech.doors.get(&place.door).copied())
            .unwrap_or(speech.lang)
    }

    /// The workspace's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.speech.zone
    }

    /// The workspace's zone by its IANA name.
    pub fn zone_name(&self) -> String {
        self.speech.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// The zone in which a person's moments are meant.
    pub fn zone_of<'a>(&'a self, person: &'a Person) -> &'a TimeZone {
        person.zone.as_ref().unwrap_or(&self.speech.zone)
    }
}
