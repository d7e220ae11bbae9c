//! The roster: targets become people, and a store that is away keeps nobody from being found.

use toban::app::roster::Roster;
use toban::base::Clock;
use toban::base::ids::PersonId;
use toban::config::Config;
use toban::domain::catalogue::Catalogue;
use toban::domain::schedule::Override;
use toban::store::{Role, Store, StoreError};

struct Site {
    roster: Roster,
    store: Store,
    clock: Clock,
    _folder: tempfile::TempDir,
}

async fn site() -> Site {
    let catalogue = Catalogue::embedded().unwrap();
    let verbs: Vec<&str> = catalogue.verbs().collect();
    let config = Config::example("", [], &verbs).unwrap();
    let clock = Clock::manual(super::MONDAY.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("toban.db").display());
    let store = Store::open(&url, clock.clone(), Role::Serve).await.unwrap();
    let roster = Roster::new(&config, store.clone(), clock.clone());
    Site { roster, store, clock, _folder: folder }
}

fn names(people: &[PersonId]) -> Vec<&str> {
    people.iter().map(PersonId::as_str).collect()
}

#[tokio::test]
async fn targets_of_a_policy_become_people() {
    let Site { roster, clock, .. } = &site().await;
    let now = clock.now();
    for (target, people) in [
        ("person:suzuki", &["suzuki"][..]),
        ("schedule:primary", &["sato"]),
        ("schedule:gone", &[]),
        ("group:emergency", &["suzuki", "nakamura", "ito", "miller"]),
        ("group:vendor", &["vendor"]),
        ("channel:sagebase", &[]),
    ] {
        assert_eq!(names(&roster.people_of(target, now).await.unwrap()), people, "{target}");
    }
    let everybody = roster.members("stakeholders");
    assert!(everybody.len() > 8 && !names(&everybody).contains(&"vendor"));
    assert_eq!(names(&roster.for_service(&"sagebase".into(), now).await.unwrap()), ["sato"]);
    // BlueLamp's first step is an action; people come with the second.
    assert_eq!(names(&roster.for_service(&"bluelamp".into(), now).await.unwrap()), ["ito", "miller"]);
    assert_eq!(roster.for_service(&"nothing".into(), now).await.unwrap(), []);
    assert_eq!(roster.carriers(&"sato".into()), 2);
    assert_eq!(roster.carriers(&"vendor".into()), 1);
    assert_eq!(roster.schedule("primary").unwrap().owner.as_ref().unwrap().as_str(), "suzuki");
}

#[tokio::test]
async fn while_the_store_is_away_what_was_read_last_counts() {
    let Site { roster, store, clock, _folder } = site().await;
    let now = clock.now();
    let over = Override {
        id: "O-1".to_owned(),
        person: "ito".into(),
        instead: None,
        from: now,
        to: now + std::time::Duration::from_secs(3_600),
        holiday: false,
        by: Some("sato".into()),
        reason: None,
        written: now,
    };
    store.put_override("primary", &over).await.unwrap();
    assert_eq!(names(&roster.on_call("primary", now).await.unwrap()), ["ito"]);
    store.close().await;
    roster.forget();
    assert_eq!(names(&roster.on_call("primary", now).await.unwrap()), ["ito"]);
    assert_eq!(names(&roster.on_call("primary", over.to).await.unwrap()), ["sato"]);
}

#[tokio::test]
async fn a_store_that_never_answered_is_an_error_and_not_nobody() {
    let Site { roster, store, clock, _folder } = site().await;
    store.close().await;
    let error = roster.on_call("primary", clock.now()).await.unwrap_err();
    assert!(matches!(error, StoreError::Away(_) | StoreError::Database(_)), "{error:?}");
}
