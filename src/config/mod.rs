//! Wishes: the config folder, read in passes, with every fault found at once.
//!
//! Layers, from low to high: `config/default.toml` (built in), `DIR/*.toml`, `DIR/**/*.toml`, `TOBAN__SECTION__KEY`.
//! Passes: syntax of every file → structure against the schema → typed values → references and meaning. What one
//! pass finds wrong is told and taken out, so the next still sees the rest.

mod ahead;
mod environment;
mod fault;
mod layers;
mod meaning;
mod schema;
mod secret;
pub mod shape;
mod structure;
mod tree;
pub mod values;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::base::Secret;
use crate::base::ids::{PersonId, RoleId, ServiceId};
use crate::domain::person::{Person, Role};
use crate::domain::policy::Policy;
use crate::domain::schedule::Schedule;
use crate::domain::service::Services;

pub use environment::{PREFIX, environment, environment_with};
pub use fault::{At, Fault};
pub use layers::DEFAULT;
pub use meaning::people::Reach;
pub use meaning::schedules::Mirror;
pub use meaning::services::Duty;
pub use schema::schema;
pub use secret::{MaybeSecret, SecretRef, Vault};
pub use shape::settings::Settings;
pub use values::GoogleIdentity;

use meaning::{Reader, ladders, paging, people, schedules, services, settings};
use tree::{Entries, Node, lay};

/// A config without a fault.
#[derive(Debug, Clone)]
pub struct Config {
    /// Everything that is not an entry of a list, a section each.
    pub settings: Settings,
    /// What Toban looks after.
    pub services: Services,
    /// Who may talk to it.
    pub people: Vec<Person>,
    /// What they may do, with the grants of the roles that a role includes.
    pub roles: BTreeMap<RoleId, Role>,
    /// How each person is reached.
    pub reach: BTreeMap<PersonId, Reach>,
    /// What is known of each service besides.
    pub duties: BTreeMap<ServiceId, Duty>,
    /// People who are told together.
    pub groups: BTreeMap<String, shape::people::Group>,
    /// Escalation policies.
    pub policies: BTreeMap<String, shape::ladder::Policy>,
    /// On-call schedules.
    pub schedules: BTreeMap<String, Schedule>,
    /// Where each schedule is shown besides.
    pub mirrors: BTreeMap<String, Mirror>,
    /// Sources of alerts.
    pub sources: BTreeMap<String, shape::ladder::Source>,
    /// Programs that have to report.
    pub heartbeats: BTreeMap<String, shape::ladder::Heartbeat>,
    /// The secrets that it refers to.
    pub vault: Vault,
    /// What is odd but not wrong.
    pub warnings: Vec<Fault>,
}

/// What is needed to talk to Slack.
#[derive(Debug, Clone)]
pub struct SlackAccess {
    /// The bot's token.
    pub bot_token: Secret,
    /// How Slack reaches Toban, with the secret for that.
    pub entry: SlackEntry,
}

/// How Slack reaches Toban.
#[derive(Debug, Clone)]
pub enum SlackEntry {
    /// By connections that Toban opens with the app's token.
    Socket(Secret),
    /// By signed requests.
    Http(Secret),
}

impl Config {
    /// Reads the folder `dir` (only what is built in if none) and the variables `TOBAN__…` of `environment`, in
    /// which secrets are looked up too. `verbs` are the names that roles may grant; none means not to check them.
    ///
    /// # Errors
    /// Every fault there is, in the order of files and lines.
    pub fn load(
        dir: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
        verbs: &[&str],
    ) -> Result<Self, Vec<Fault>> {
        let mut root = layers::defaults()?;
        let mut faults = Vec::new();
        if let Some(dir) = dir {
            let (layer, wrong) = layers::folder(dir);
            lay(&mut root, layer, Entries::Replace);
            faults = wrong;
        }
        finish(root, faults, environment, verbs)
    }

    /// The example company (five services, people, ladders, runbooks) with one more TOML text on top. There an
    /// entry with the id of another goes over it key by key: a service may get another probe URL and nothing else.
    ///
    /// # Errors
    /// As for [`Config::load`].
    pub fn example(
        overrides: &str,
        environment: impl IntoIterator<Item = (String, String)>,
        verbs: &[&str],
    ) -> Result<Self, Vec<Fault>> {
        let mut root = layers::defaults()?;
        let (layer, mut faults) = layers::example();
        lay(&mut root, layer, Entries::Replace);
        match Node::parse("overrides", overrides) {
            Ok(layer) => lay(&mut root, layer, Entries::Merge),
            Err(wrong) => faults.extend(wrong),
        }
        finish(root, faults, environment, verbs)
    }

    /// The secrets for Slack; none if Slack is not configured, or if one of them is still to be fetched
    /// ([`Vault::unresolved`]).
    pub fn slack(&self) -> Option<SlackAccess> {
        use shape::doors::SlackMode;
        let slack = &self.settings.slack;
        let get = |key: &Option<values::SecretKey>| self.vault.get(&key.as_ref()?.0).cloned();
        let entry = match slack.mode {
            SlackMode::Socket => SlackEntry::Socket(get(&slack.app_token)?),
            SlackMode::Http => SlackEntry::Http(get(&slack.signing_secret)?),
        };
        Some(SlackAccess { bot_token: get(&slack.bot_token)?, entry })
    }

    /// The ladder of each service that has one.
    pub fn ladders(&self) -> BTreeMap<ServiceId, Policy> {
        let named = self.duties.iter().filter_map(|(service, duty)| {
            let policy = self.policies.get(duty.policy.as_ref()?)?;
            Some((service.clone(), ladders::policy(policy)))
        });
        named.collect()
    }

    /// Everybody in each group, its groups' people included, in the order of the config.
    pub fn groups_of_people(&self) -> BTreeMap<String, Vec<PersonId>> {
        let groups = self.groups.keys().map(|id| {
            let (mut people, mut seen, mut open) = (Vec::new(), Vec::new(), vec![id.as_str()]);
            while let Some(id) = open.pop() {
                let Some(group) = self.groups.get(id).filter(|_| !seen.contains(&id)) else { continue };
                seen.push(id);
                for name in &group.people {
                    if name == "*" {
                        let inside = |id: &PersonId| self.reach.get(id).is_none_or(|reach| !reach.external);
                        people.extend(self.people.iter().map(|person| person.id.clone()).filter(inside));
                    } else {
                        people.push(PersonId::new(name));
                    }
                }
                open.extend(group.groups.iter().rev().map(String::as_str));
            }
            let mut once = Vec::with_capacity(people.len());
            people.into_iter().for_each(|person| {
                if !once.contains(&person) {
                    once.push(person)
                }
            });
            (id.clone(), once)
        });
        groups.collect()
    }

    /// Where Toban keeps its memory: the URL may hold a password. None while it is still to be fetched.
    pub fn store_url(&self) -> Option<Secret> {
        self.vault.text(&self.settings.store.url.0)
    }
}

/// The passes after syntax. If the syntax of a file is wrong, references are not checked: what they refer to may
/// stand in that file.
fn finish(
    mut root: Node,
    mut faults: Vec<Fault>,
    environment: impl IntoIterator<Item = (String, String)>,
    verbs: &[&str],
) -> Result<Config, Vec<Fault>> {
    let broken = !faults.is_empty();
    let secrets = Arc::new(secret::Resolver::new(environment.into_iter().collect()));
    environment::lay(&mut root, secrets.environment());
    faults.extend(structure::check(&mut root, &secrets));
    if broken {
        return Err(sorted(faults));
    }
    let mut reader = Reader::new(&root, verbs);
    let settings = settings::settings(&mut reader);
    let limit = settings.as_ref().map_or_else(Default::default, |settings| settings.limits.probe.0);
    let (people, reach) = people::people(&mut reader);
    let (services, duties) = services::services(&mut reader, limit);
    let roles = people::roles(&mut reader, &services::environments(&services));
    let groups = people::groups(&mut reader);
    let policies = ladders::policies(&mut reader, &services);
    let (schedules, mirrors) = schedules::schedules(&mut reader);
    let sources = ladders::sources(&mut reader);
    let heartbeats = ladders::heartbeats(&mut reader);
    if let Some(settings) = &settings {
        paging::providers(&mut reader, settings);
    }
    let Reader { faults: wrong, warnings, unread, .. } = reader;
    faults.extend(wrong);
    if faults.is_empty() {
        faults = unread;
    }
    match settings {
        Some(settings) if faults.is_empty() => Ok(Config {
            settings,
            services: Services::new(services),
            people,
            roles,
            reach,
            duties,
            groups,
            policies,
            schedules,
            mirrors,
            sources,
            heartbeats,
            vault: secrets.vault(),
            warnings: sorted(warnings),
        }),
        _ => Err(sorted(faults)),
    }
}

fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by(|a, b| {
        (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message))
    });
    faults.dedup();
    faults
}
