//! From the words typed to what a port is asked: each verb by way of the grammar.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use toban::app::estate::Estate;
use toban::app::verb::{Ask, Proposal, Verb};
use toban::app::verbs::{
    health::Health, logs::Logs, releases::Releases, rollback::Rollback, runbook::Runbook, status::Status,
};
use toban::base::Clock;
use toban::domain::access::{Wish, decide};
use toban::domain::catalogue::Catalogue;
use toban::domain::failure::Failure;
use toban::domain::health::Verdict;
use toban::domain::invocation::{Context, parse};
use toban::domain::log::{LogQuery, Severity};
use toban::domain::person::{Grant, Person, Risk, Role};
use toban::domain::words::{Lang, Words};
use toban::ports::Capabilities;

use super::fakes::*;
use crate::rig::transcript::transcript;

struct Company {
    catalogue: Catalogue,
    estate: Arc<Estate>,
    log: Arc<Log>,
    verbs: Vec<Box<dyn Verb>>,
}

fn company() -> Company {
    let log =
        Arc::new(Log { lines: vec![line(9, Severity::Error, "Upstream service error")], ..Log::default() });
    let mut api = service("api", &["web", "db"]);
    api.runbook = runbook();
    let fleet = Fleet::new(world(), Way::Works);
    let estate = estate(vec![api], {
        let log = log.clone();
        move |_, part| match part {
            "web" => Capabilities {
                health: vec![Looks::always(Verdict::Healthy, "HTTP 200")],
                logs: Some(log.clone()),
                releases: Some(fleet.clone()),
                ..Capabilities::default()
            },
            _ => Capabilities::default(),
        }
    });
    let (clock, past) = (Clock::manual(NOW), Arc::new(Past(vec![])));
    let verbs: Vec<Box<dyn Verb>> = vec![
        Box::new(Health::new(estate.clone(), Arc::new(Words::load().unwrap()))),
        Box::new(Logs::new(estate.clone(), clock.clone())),
        Box::new(Releases::new(estate.clone(), past.clone())),
        Box::new(Rollback::new(estate.clone(), clock, past)),
        Box::new(Runbook::new(estate.clone(), ["logs".to_owned()].into())),
        Box::new(Status::new(estate.clone())),
    ];
    Company { catalogue: Catalogue::embedded().unwrap(), estate, log, verbs }
}

impl Company {
    async fn ask(&self, text: &str) -> Result<Proposal, Failure> {
        let context = Context { service: None, zone: TimeZone::get("Asia/Tokyo").unwrap(), now: NOW };
        let invocation = parse(text, &self.catalogue, self.estate.services(), &[], &context)
            .unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        let everything = Grant {
            verbs: vec!["*".into()],
            risk: vec![Risk::Read, Risk::Change],
            services: vec!["*".into()],
            environments: vec!["*".into()],
            channels: vec!["*".into()],
        };
        let roles = BTreeMap::from([("all".into(), Role { id: "all".into(), allow: vec![everything] })]);
        let sato = Person {
            id: "sato".into(),
            name: "佐藤".into(),
            identities: BTreeMap::new(),
            roles: vec!["all".into()],
            lang: None,
            zone: None,
        };
        let wish = Wish { verb: &invocation.verb, risk: invocation.risk, service: None, channel: "ops" };
        let permit = decide(&sato, wish, &roles, &[]).unwrap();
        let screen = Screen::default();
        let ask = Ask {
            permit: &permit,
            asker: &sato,
            invocation: &invocation,
            now: NOW,
            zone: &context.zone,
            lang: Lang::En,
            channel: "ops",
            progress: &screen,
        };
        let verb = self.verbs.iter().find(|verb| verb.name() == invocation.verb).unwrap();
        verb.propose(&ask).await
    }

    async fn said(&self, text: &str) -> String {
        match self.ask(text).await {
            Ok(Proposal::Answer(report)) => transcript(&report, Lang::En),
            Ok(Proposal::Plan(draft)) => format!("plan: {:?}", draft.detail),
            Err(failure) => transcript(&failure.report(), Lang::En),
        }
    }

    async fn query(&self, text: &str) -> LogQuery {
        self.said(text).await;
        self.log.asked.lock().unwrap().last().unwrap().clone()
    }
}

#[tokio::test]
async fn sb_07_logs_are_asked_by_severity_time_text_and_number() {
    let company = company();
    let query = company.query("logs api errors 2h \"no such\" /a.*b/ 20").await;
    assert_eq!((query.at_least, query.since, query.limit), (Some(Severity::Error), ago(7_200), 21));
    assert_eq!(
        (query.words.as_slice(), query.pattern.as_deref()),
        (["no such".to_owned()].as_slice(), Some("a.*b"))
    );
    let query = company.query("api logs debug").await;
    assert_eq!((query.at_least, query.exactly, query.since), (None, Some(Severity::Debug), ago(3_600)));
    let query = company.query("logs api エラー 30分").await;
    assert_eq!((query.at_least, query.since), (Some(Severity::Error), ago(1_800)));
    let query = company.query("logs api 10:00..11:00").await;
    assert_eq!((query.since, query.until), (ago(7_200), Some(ago(3_600))));
    assert!(company.query("logs api requests 1h").await.requests);
    let query = company.query("logs api 50").await;
    assert_eq!((query.since, query.limit), (ago(24 * 3_600), 51));
}

#[tokio::test]
async fn every_button_can_be_pressed() {
    let company = company();
    for text in
        ["health api", "logs api errors 1h", "logs api requests", "releases api", "runbook api 502", "status"]
    {
        let Ok(Proposal::Answer(report)) = company.ask(text).await else { panic!("{text}") };
        for button in report.buttons {
            let pressed = tokio::time::timeout(Duration::from_millis(50), company.ask(&button.command)).await;
            // Following goes on; everything else has an answer.
            match pressed {
                Ok(answer) => assert!(answer.is_ok(), "{}", button.command),
                Err(_) => assert!(button.command.contains("follow"), "{}", button.command),
            }
        }
    }
}

#[tokio::test]
async fn each_verb_understands_its_arguments() {
    let company = company();
    assert!(company.said("health api json").await.contains("\"verdict\""));
    assert!(company.said("health api.db").await.contains("not connected yet"));
    assert!(company.said("rollback api previous").await.contains("api-00042-abc"));
    assert!(company.said("rollback api latest").await.contains("already follows LATEST"));
    assert!(company.said("rollback api 00041").await.contains("api-00041-abc"));
    assert!(company.said("runbook api 502").await.contains("Upstream service error"));
    assert!(company.said("status").await.contains("production"));
}
