//! What becomes of a message whatever happens to the work on it, with a chat that only remembers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use toban::app::company::{Company, Speech};
use toban::app::delivery::Delivery;
use toban::app::desk::Desk;
use toban::app::dispatch::Dispatch;
use toban::app::estate::Estate;
use toban::app::limits::Limits;
use toban::app::verb::{Ask, Proposal, Verb};
use toban::base::Clock;
use toban::base::ids::InboxId;
use toban::domain::catalogue::Catalogue;
use toban::domain::failure::Failure;
use toban::domain::message::{Entry, Message, Place};
use toban::domain::person::{Door, Grant, Person, Risk, Role};
use toban::domain::report::{Report, Tone};
use toban::domain::service::Services;
use toban::domain::words::Words;
use toban::ports::{Capabilities, Chat, ChatError, Inbox as _, Outgoing};
use toban::store::{Role as Part, Store};

use crate::verbs::fakes::service;

/// Answers, panics or never ends, by the service's name.
struct Moody;

#[async_trait]
impl Verb for Moody {
    fn name(&self) -> &'static str {
        "health"
    }

    async fn propose(&self, ask: &Ask<'_>) -> Result<Proposal, Failure> {
        let target = ask.invocation.service.as_ref().unwrap();
        match target.service.as_str() {
            "bad" => panic!("boom with password=Hunter2Hunter2 inside"),
            "slow" => std::future::pending().await,
            _ => Ok(Proposal::Answer(Report::new(Tone::Good, "all is well"))),
        }
    }
}

/// Remembers what was put where.
#[derive(Default)]
struct Quiet(Mutex<Vec<(String, String)>>);

#[async_trait]
impl Chat for Quiet {
    fn door(&self) -> Door {
        Door::Console
    }

    async fn post(&self, message: &Outgoing<'_>) -> Result<String, ChatError> {
        let said = serde_json::to_string(message.body).unwrap();
        let mut all = self.0.lock().unwrap();
        all.push((message.post.to_string(), said));
        Ok(all.len().to_string())
    }

    async fn edit(&self, _: &Outgoing<'_>, _: &str) -> Result<(), ChatError> {
        Ok(())
    }

    async fn find(&self, _: &Outgoing<'_>) -> Result<Option<String>, ChatError> {
        Ok(None)
    }
}

async fn dispatch(chat: &Arc<Quiet>, store: &Store) -> Dispatch {
    let clock = Clock::system();
    let person = Person {
        id: "sato".into(),
        name: "Sato".into(),
        identities: [(Door::Console, "sato".to_owned())].into(),
        lang: None,
        zone: None,
        roles: vec!["all".into()],
    };
    let any = || vec!["*".to_owned()];
    let grant =
        Grant { verbs: any(), risk: vec![Risk::Read], services: any(), environments: any(), channels: any() };
    let roles = [("all".into(), Role { id: "all".into(), allow: vec![grant] })].into();
    let services = Services::new(["good", "bad", "slow"].map(|name| service(name, &["web"])));
    let estate = Estate::new(services, |_, _| Capabilities::default());
    let door: Arc<dyn Chat> = chat.clone();
    let delivery = Delivery::new(store.clone(), clock.clone(), Duration::from_millis(1), [door]);
    let verb: Arc<dyn Verb> = Arc::new(Moody);
    Dispatch::new(Desk {
        incidents: None,
        catalogue: Arc::new(Catalogue::embedded().unwrap()),
        company: Arc::new(Company::new(vec![person], roles, Speech::default())),
        estate: Arc::new(estate),
        verbs: BTreeMap::from([("health", verb)]),
        store: store.clone(),
        delivery,
        limits: Limits { command: Duration::from_millis(50), ..Limits::default() },
        words: Arc::new(Words::load().unwrap()),
        clock,
    })
}

fn message(id: &str, text: &str) -> Message {
    Message {
        id: InboxId::new(id),
        place: Place { door: Door::Console, channel: "ops".into(), thread: None },
        user: "sato".into(),
        entry: Entry::Direct,
        text: text.into(),
        received: Clock::system().now(),
    }
}

#[tokio::test]
async fn a_panic_becomes_an_answer_with_a_reference_and_the_next_command_works() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("toban.db").display());
    let store = Store::open(&url, Clock::system(), Part::Serve).await.unwrap();
    let chat = Arc::new(Quiet::default());
    let dispatch = dispatch(&chat, &store).await;
    for (id, text) in [("1", "health bad"), ("2", "health good"), ("3", "health slow")] {
        dispatch.take(message(id, text)).await.unwrap();
        dispatch.idle().await;
    }
    dispatch.desk().delivery.settled().await;

    let said = chat.0.lock().unwrap().clone();
    let answer = |id: &str| {
        let found = said.iter().find(|(post, _)| post == &format!("{id}/answer"));
        &found.unwrap_or_else(|| panic!("no answer to {id} in {said:#?}")).1
    };
    assert!(answer("1").contains("panicked") && answer("1").contains("E-"), "{}", answer("1"));
    assert!(!answer("1").contains("Hunter2"), "{}", answer("1"));
    assert!(answer("2").contains("all is well"), "{}", answer("2"));
    assert!(answer("3").contains("command-timed-out"), "{}", answer("3"));

    let mut kept = Vec::new();
    store.audit_export(|line| kept.push(line)).await.unwrap();
    assert!(kept[0].contains("failed: E-") && kept[1].contains("answered"), "{kept:#?}");
    assert!(store.orphans(10).await.unwrap().is_empty(), "each message is concluded");
}
