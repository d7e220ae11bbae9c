//! Who may do what: person × verb × service × environment × channel, denied unless a grant says otherwise.

use std::collections::BTreeMap;

use crate::base::ids::{PersonId, RoleId, ServiceId};
use crate::domain::incident::Acting;
use crate::domain::person::{BOT, Grant, Person, Risk, Role};

/// Proof that [`decide`] said yes. Verbs ask for one, and nothing else can make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    person: PersonId,
    verb: String,
    risk: Risk,
    service: Option<ServiceId>,
}

impl Permit {
    /// Who may.
    pub fn person(&self) -> &PersonId {
        &self.person
    }
    /// May what.
    pub fn verb(&self) -> &str {
        &self.verb
    }
    /// At which risk.
    pub fn risk(&self) -> Risk {
        self.risk
    }
    /// To which service; `None` for verbs that concern none.
    pub fn service(&self) -> Option<&ServiceId> {
        self.service.as_ref()
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The verb's name.
    pub verb: &'a str,
    /// What it would do to the world.
    pub risk: Risk,
    /// On which service and in which environment; `None` for verbs that concern none.
    pub service: Option<(&'a ServiceId, &'a str)>,
    /// In which channel.
    pub channel: &'a str,
}

/// Why not, in terms that can be told to the person who asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What was wished.
    pub verb: String,
    /// At which risk.
    pub risk: Risk,
    /// On which service.
    pub service: Option<ServiceId>,
    /// Whether it would be allowed in another channel.
    pub elsewhere: bool,
    /// People whose roles allow it.
    pub holders: Vec<PersonId>,
}

/// Decides a wish. Whoever has no grant that matches in all five ways is refused.
///
/// # Errors
/// A [`Refusal`] with who could do it instead.
pub fn decide(
    person: &Person,
    wish: Wish<'_>,
    roles: &BTreeMap<RoleId, Role>,
    people: &[Person],
) -> Result<Permit, Box<Refusal>> {
    let service = wish.service.map(|(id, _)| id.clone());
    if allowed(person, wish, roles) {
        return Ok(Permit {
            person: person.id.clone(),
            verb: wish.verb.to_owned(),
            risk: wish.risk,
            service,
        });
    }
    let anywhere = Wish { channel: "*", ..wish };
    Err(Box::new(Refusal {
        verb: wish.verb.to_owned(),
        risk: wish.risk,
        service,
        elsewhere: allowed(person, anywhere, roles),
        holders: people
            .iter()
            .filter(|other| allowed(other, wish, roles))
            .map(|other| other.id.clone())
            .collect(),
    }))
}

/// The permit for the command that an incident has begun by itself. The line of the config that names it is its grant:
/// for that command and nothing beyond it, and never for what is dangerous.
pub fn of_ladder(begun: &Acting, command: &str, wish: Wish<'_>) -> Option<Permit> {
    let granted = begun.worked.is_none() && begun.command == command && wish.risk < Risk::Danger;
    granted.then(|| Permit {
        person: PersonId::new(BOT),
        verb: wish.verb.to_owned(),
        risk: wish.risk,
        service: wish.service.map(|(id, _)| id.clone()),
    })
}

/// Whether any role of the person has a grant for the wish; channel `*` asks for "in some channel".
pub fn allowed(person: &Person, wish: Wish<'_>, roles: &BTreeMap<RoleId, Role>) -> bool {
    person
        .roles
        .iter()
        .filter_map(|id| roles.get(id))
        .flat_map(|role| &role.allow)
        .any(|grant| covers(grant, wish))
}

/// What whoever was paged for an incident may do about it until it is over, whatever the roles say: a broken config of
/// roles never takes this away.
pub fn whoever_is_paged_may(verb: &str) -> bool {
    matches!(verb, "ack" | "escalate" | "note" | "incident")
}

fn covers(grant: &Grant, wish: Wish<'_>) -> bool {
    let named =
        |patterns: &[String], name: &str| patterns.iter().any(|pattern| pattern == "*" || pattern == name);
    named(&grant.verbs, wish.verb)
        && grant.risk.contains(&wish.risk)
        && (wish.channel == "*" || named(&grant.channels, wish.channel))
        && wish.service.is_none_or(|(service, environment)| {
            named(&grant.services, service.as_str()) && named(&grant.environments, environment)
        })
}
