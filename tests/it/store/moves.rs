//! Changes of incidents, with what follows from them in the same transaction: numbers, and pages that leave at once.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use toban::domain::alert::AlertSeverity;
use toban::domain::contact::Means;
use toban::domain::escalation::{By, Facts, Opening, open};
use toban::domain::policy::Policy;
use toban::store::{Change, Moved, NewPage, PageEnd, Store};

use super::{Base, on_both};

/// An incident that begins now, about `grouping`.
fn change(base: &Base, number: u64, grouping: &str) -> Change {
    let opening = Opening {
        number,
        service: "sagebase".into(),
        grouping: grouping.to_owned(),
        title: "errors".to_owned(),
        severity: AlertSeverity::Critical,
        drill: false,
        policy: Policy::plain(&["sato".into()]),
    };
    let decision = open(opening, By::source(), &Facts::default(), base.clock.now());
    Change {
        read: None,
        incident: decision.incident,
        entries: decision.entries,
        cancels: Vec::new(),
        pages: Vec::new(),
        posts: Vec::new(),
        attached: Vec::new(),
    }
}

fn page(base: &Base, id: &str, means: Means, after: u64) -> NewPage {
    NewPage {
        id: id.into(),
        incident: Some("INC-1".into()),
        person: "sato".into(),
        means,
        content: "{}".into(),
        due: base.clock.now() + Duration::from_secs(after),
    }
}

async fn moved(store: &Store, change: Change) -> bool {
    matches!(store.move_incidents(vec![change]).await.unwrap()[..], [Moved::Done(_)])
}

on_both! {
    async fn of_two_replicas_that_choose_a_number_one_chooses_again(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        assert_eq!(one.next_incident().await.unwrap(), 1);
        assert_eq!(other.next_incident().await.unwrap(), 1);
        assert_eq!(one.next_incident().await.unwrap(), 2, "nobody chooses a number twice");
        assert!(moved(&one, change(base, 2, "b")).await);
        assert!(moved(&one, change(base, 1, "a")).await, "written in any order");
        assert!(!moved(&other, change(base, 1, "c")).await, "the number is taken");
        assert_eq!(other.next_incident().await.unwrap(), 3);
        assert!(moved(&other, change(base, 3, "c")).await);
        assert!(!moved(&other, change(base, 4, "c")).await, "one is open");
    }

    async fn a_page_that_is_due_is_taken_as_it_is_written(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        let pages = vec![
            page(base, "o/sato/0", Means::Slack, 0),
            page(base, "o/sato/1", Means::Slack, 0),
            page(base, "o/sato/2", Means::Ntfy, 60),
            page(base, "o/sato/3", Means::Email, 0),
        ];
        let change = Change { pages, ..change(base, 1, "a") };
        let hands = HashMap::from([(Means::Slack, 1), (Means::Ntfy, 1)]);
        let written = one.move_and_take(vec![change], hands).await.unwrap();
        assert!(matches!(written.moved[..], [Moved::Done(_)]));
        let [(Means::Slack, taken)] = &written.taken[..] else { panic!("{:?}", written.taken) };
        assert_eq!(taken.id.as_str(), "o/sato/0");
        assert_eq!(written.left, BTreeSet::from([Means::Slack, Means::Ntfy, Means::Email]));

        // It is as if it had been claimed: nobody else has it, its secret answers it, it can be called back.
        let rest = other.due_pages(Means::Slack, 10).await.unwrap();
        assert_eq!(rest.iter().map(|page| page.id.as_str()).collect::<Vec<_>>(), ["o/sato/1"]);
        assert_eq!(one.pages_by_secret(&taken.secret).await.unwrap()[0].id, taken.id);
        let claim = [(taken.id.clone(), taken.token)];
        assert_eq!(one.pages_live(&claim).await.unwrap().len(), 1);
        assert!(other.pages_live(&claim).await.unwrap().is_empty());
        one.cancel_pages(&"INC-1".into()).await.unwrap();
        assert!(one.pages_live(&claim).await.unwrap().is_empty());
        one.end_page(taken, PageEnd::Sent("ts".to_owned()), true).await.unwrap();
        assert_eq!(one.pages_by_remote(Means::Slack, "ts").await.unwrap().len(), 1);
    }

    async fn what_was_taken_by_a_replica_that_died_may_have_arrived(base: &Base) {
        let one = base.open().await;
        let change = Change { pages: vec![page(base, "o/sato/0", Means::Slack, 0)], ..change(base, 1, "a") };
        let written = one.move_and_take(vec![change], HashMap::from([(Means::Slack, 9)])).await.unwrap();
        assert_eq!(written.taken.len(), 1);
        base.pass(11);
        let other = base.another().await;
        assert!(other.has_orphan_pages(Means::Slack).await.unwrap());
        let adopted = other.adopt_pages(Means::Slack, 9).await.unwrap();
        assert!(adopted[0].again && adopted[0].token == 2);
        assert!(one.pages_live(&[(written.taken[0].1.id.clone(), 1)]).await.unwrap().is_empty());
    }

    async fn a_change_that_came_second_takes_nothing(base: &Base) {
        let one = base.open().await;
        assert!(moved(&one, change(base, 1, "a")).await);
        let late = Change { pages: vec![page(base, "o/sato/0", Means::Slack, 0)], ..change(base, 2, "a") };
        let written = one.move_and_take(vec![late], HashMap::from([(Means::Slack, 9)])).await.unwrap();
        assert!(matches!(written.moved[..], [Moved::Lost]));
        assert!(written.taken.is_empty() && written.left.is_empty());
        assert_eq!(one.next_page(Means::Slack).await.unwrap(), None);
    }
}
