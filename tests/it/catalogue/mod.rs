//! What people can say, and how it is understood.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod files;
mod forms;
mod refused;
mod roundtrip;

use jiff::tz::TimeZone;
use toban::base::ids::ServiceId;
use toban::domain::catalogue::Catalogue;
use toban::domain::invocation::{Context, Invocation, Misunderstood, parse};
use toban::domain::person::Person;
use toban::domain::service::{Backend, Component, Service, Services};
use toban::domain::words::{Phrase, Reader, Words};

/// The five services, as far as a name and its components matter.
fn services() -> Services {
    let service = |id: &str, aliases: &[&str], components: &[&str]| Service {
        id: id.into(),
        aliases: aliases.iter().map(ToString::to_string).collect(),
        environment: "production".into(),
        channels: Default::default(),
        owners: Vec::new(),
        lang: None,
        components: components
            .iter()
            .map(|id| Component {
                id: (*id).into(),
                place: Backend::Http { url: format!("http://{id}.invalid") },
                probe: None,
            })
            .collect(),
        runbook: Vec::new(),
    };
    Services::new([
        service("bluelamp", &[], &["portal", "package", "cli", "db"]),
        service("api-key-server", &["aks"], &["server", "env", "secrets"]),
        service("sagebase", &["sb"], &["web", "db", "files"]),
        service("smart-office", &["smart-office-ai"], &["backend", "frontend", "ollama", "db"]),
        service("taisun", &[], &["api", "actions"]),
    ])
}

/// 2024-01-15 13:30 in Tokyo.
fn context() -> Context {
    Context {
        service: None,
        zone: TimeZone::get("Asia/Tokyo").unwrap(),
        now: "2024-01-15T04:30:00Z".parse().unwrap(),
    }
}

fn in_thread_of(service: &str) -> Context {
    Context { service: Some((ServiceId::new(service), None)), ..context() }
}

/// Two people, as far as their names matter.
fn people() -> Vec<Person> {
    let person = |id: &str, name: &str| Person {
        id: id.into(),
        name: name.to_owned(),
        identities: Default::default(),
        roles: Vec::new(),
        lang: None,
        zone: None,
    };
    vec![person("sato", "佐藤"), person("tanaka", "田中")]
}

fn catalogue() -> Catalogue {
    let schedules = ["primary", "infrastructure"].map(str::to_owned);
    Catalogue::embedded().unwrap().with_schedules(schedules)
}

fn read_in(text: &str, context: &Context) -> Result<Invocation, Misunderstood> {
    parse(text, &catalogue(), &services(), &people(), context)
}

fn read(text: &str) -> Result<Invocation, Misunderstood> {
    read_in(text, &context())
}

fn say(phrase: &Phrase) -> String {
    Words::load().unwrap().say(&Reader::default(), phrase)
}
