//! Overrides, offers and hand-offs in the store, on both databases.

use jiff::{SignedDuration, Timestamp};
use toban::base::Clock;
use toban::domain::schedule::Override;
use toban::store::{Handed, Role, Store, Swap, SwapState};

use crate::rig::postgres::Database;

fn now() -> Timestamp {
    super::MONDAY.parse().unwrap()
}

fn over(id: &str, hours: i64) -> Override {
    Override {
        id: id.to_owned(),
        person: "tanaka".into(),
        instead: Some("sato".into()),
        from: now(),
        to: now() + SignedDuration::from_hours(hours),
        holiday: false,
        by: Some("sato".into()),
        reason: Some("dentist".to_owned()),
        written: now(),
    }
}

async fn story(store: &Store) {
    let (short, long) = (over("O-1", 1), over("O-2", 5));
    store.put_override("primary", &short).await.unwrap();
    store.put_override("primary", &long).await.unwrap();
    let changed = Override { person: "ito".into(), ..short.clone() };
    store.put_override("primary", &changed).await.unwrap();
    let found = store.override_shift("O-1").await.unwrap().unwrap();
    assert_eq!((&found.shift, found.schedule.as_str(), found.cancelled), (&short, "primary", false));
    let later = store.overrides_after(now() + SignedDuration::from_hours(2)).await.unwrap();
    assert_eq!(later.iter().map(|one| one.shift.id.as_str()).collect::<Vec<_>>(), ["O-2"]);
    assert!(store.cancel_override("O-2", &"sato".into()).await.unwrap());
    assert!(!store.cancel_override("O-2", &"sato".into()).await.unwrap());
    assert!(store.override_shift("O-2").await.unwrap().unwrap().cancelled);
    assert_eq!(store.overrides_after(now()).await.unwrap().len(), 1);

    let swap = Swap {
        id: "S-1".to_owned(),
        schedule: "primary".to_owned(),
        giver: "sato".into(),
        taker: "tanaka".into(),
        given: (now(), now() + SignedDuration::from_hours(1)),
        returned: None,
    };
    store.offer_swap(&swap).await.unwrap();
    assert!(store.decide_swap(&swap, SwapState::Accepted, &[over("O-3", 1)]).await.unwrap());
    assert!(!store.decide_swap(&swap, SwapState::Declined, &[]).await.unwrap(), "the first one decides");
    assert_eq!(store.swap("S-1").await.unwrap().unwrap(), (swap, SwapState::Accepted));
    assert_eq!(store.overrides_after(now()).await.unwrap().len(), 2);
    assert_eq!(store.swap("S-2").await.unwrap(), None);

    let told = |person: &str, version| Handed { people: vec![person.into()], version };
    assert_eq!(store.handed("primary").await.unwrap(), None);
    assert!(store.hand_over("primary", &told("sato", 1)).await.unwrap());
    assert!(store.hand_over("primary", &told("tanaka", 2)).await.unwrap());
    assert!(!store.hand_over("primary", &told("ito", 2)).await.unwrap(), "somebody was faster");
    assert_eq!(store.handed("primary").await.unwrap(), Some(told("tanaka", 2)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_change_is_kept_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("toban.db").display());
    story(&Store::open(&url, Clock::manual(now()), Role::Serve).await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_change_is_kept_on_postgresql() {
    if let Some(database) = Database::fresh().await {
        story(&Store::open(&database.url, Clock::manual(now()), Role::Serve).await.unwrap()).await;
    }
}
