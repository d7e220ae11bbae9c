//! `whoami`: who Toban takes you for, and what you may do with which service.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::company::Company;
use crate::app::estate::Estate;
use crate::app::verb::{Ask, Proposal, Verb};
use crate::domain::access::Wish;
use crate::domain::catalogue::Catalogue;
use crate::domain::failure::Failure;
use crate::domain::person::Risk;
use crate::domain::report::{Block, Report, Tone};
use crate::domain::words::Phrase;

/// See the module.
pub struct Whoami {
    /// The verbs that there are.
    pub catalogue: Arc<Catalogue>,
    /// People and roles.
    pub company: Arc<Company>,
    /// Services.
    pub estate: Arc<Estate>,
}

#[async_trait]
impl Verb for Whoami {
    fn name(&self) -> &'static str {
        "whoami"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let person = ask.asker;
        let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
        let known: Vec<String> =
            person.identities.iter().map(|(door, id)| format!("{} {id}", door.as_str())).collect();
        let zone = ask.zone.iana_name().unwrap_or("UTC");
        let fields = vec![
            (Phrase::new("whoami-id"), Phrase::raw(person.id.as_str())),
            (Phrase::new("whoami-roles"), Phrase::raw(roles.join(", "))),
            (Phrase::new("whoami-known-as"), Phrase::raw(known.join(", "))),
            (Phrase::new("whoami-zone"), Phrase::raw(zone)),
        ];
        let rows = self
            .estate
            .services()
            .iter()
            .map(|service| {
                let may = |risk: Risk| {
                    let verbs: Vec<&str> = self
                        .catalogue
                        .iter()
                        .filter(|command| !command.hidden && command.risk == risk)
                        .map(|command| command.verb.as_str())
                        .filter(|verb| {
                            let service = Some((&service.id, service.environment.as_str()));
                            self.company.allows(person, Wish { verb, risk, service, channel: ask.channel })
                        })
                        .collect();
                    Phrase::raw(if verbs.is_empty() { "–".to_owned() } else { verbs.join(", ") })
                };
                vec![Phrase::raw(service.id.as_str()), may(Risk::Read), may(Risk::Change), may(Risk::Danger)]
            })
            .collect();
        let heads = vec![
            Phrase::new("whoami-service"),
            Phrase::new("whoami-read"),
            Phrase::new("whoami-change"),
            Phrase::new("whoami-danger"),
        ];
        let report =
            Report::new(Tone::Plain, Phrase::new("whoami-headline").with("name", person.name.as_str()))
                .block(Block::Fields(fields))
                .block(Block::Table { heads, rows });
        Ok(Proposal::Answer(report))
    }
}
