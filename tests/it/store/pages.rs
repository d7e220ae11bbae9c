//! Pages go out once, in their time, until they are called back.

use std::time::Duration;

use toban::domain::contact::Means;
use toban::store::{ClaimedPage, NewPage, PageEnd, Store, StoreError};

use super::{Base, on_both};

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

fn ids(pages: &[ClaimedPage]) -> Vec<&str> {
    pages.iter().map(|page| page.id.as_str()).collect()
}

fn retry(base: &Base, seconds: u64) -> PageEnd {
    let due = base.clock.now() + Duration::from_secs(seconds);
    PageEnd::Retry { due, why: "down".into(), again: false, hopeless: false }
}

async fn state(store: &Store, id: &str) -> String {
    let pages = store.incident_pages(&"INC-1".into()).await.unwrap();
    pages.into_iter().find(|page| page.id.as_str() == id).unwrap().state
}

on_both! {
    async fn a_page_is_taken_once_when_it_is_due(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        let pages = vec![page(base, "o/sato/0", Means::Slack, 0), page(base, "o/sato/1", Means::Slack, 60)];
        one.put_pages(pages.clone()).await.unwrap();
        one.put_pages(pages).await.unwrap();
        let taken = one.due_pages(Means::Slack, 10).await.unwrap();
        assert_eq!(ids(&taken), ["o/sato/0"]);
        assert!(other.due_pages(Means::Slack, 10).await.unwrap().is_empty());
        assert!(one.due_pages(Means::Email, 10).await.unwrap().is_empty());
        assert_eq!(one.next_page(Means::Slack).await.unwrap(), Some(base.clock.now() + Duration::from_secs(60)));
        one.end_page(&taken[0], PageEnd::Sent("ts1".into()), true).await.unwrap();
        assert_eq!(state(&one, "o/sato/0").await, "sent");
        base.pass(61);
        assert_eq!(ids(&other.due_pages(Means::Slack, 10).await.unwrap()), ["o/sato/1"]);
    }

    async fn what_was_called_back_is_not_sent_nor_tried_again(base: &Base) {
        let store = base.open().await;
        store.put_pages(vec![page(base, "o/sato/0", Means::Slack, 0), page(base, "o/sato/1", Means::Ntfy, 60)])
            .await.unwrap();
        let taken = store.due_pages(Means::Slack, 10).await.unwrap();
        let claim = [(taken[0].id.clone(), taken[0].token)];
        assert_eq!(store.pages_live(&claim).await.unwrap().len(), 1);
        store.cancel_pages(&"INC-1".into()).await.unwrap();
        assert_eq!(store.pages_live(&claim).await.unwrap(), []);
        assert_eq!(store.end_page(&taken[0], retry(base, 1), true).await, Err(StoreError::Lost));
        base.pass(100);
        for means in [Means::Slack, Means::Ntfy] {
            assert!(store.due_pages(means, 10).await.unwrap().is_empty());
        }
        assert_eq!(store.next_page(Means::Slack).await.unwrap(), None);
    }

    async fn a_dead_replicas_page_is_taken_over_and_marked(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.put_pages(vec![page(base, "o/sato/0", Means::Voice, 0)]).await.unwrap();
        let first = one.due_pages(Means::Voice, 10).await.unwrap();
        assert!(!other.has_orphan_pages(Means::Voice).await.unwrap());
        base.pass(11);
        other.beat().await.unwrap();
        assert!(other.has_orphan_pages(Means::Voice).await.unwrap());
        let second = other.adopt_pages(Means::Voice, 10).await.unwrap();
        assert!(second[0].again && second[0].token > first[0].token);
        // The one that was only slow is not believed any more, unless it says that it was sent.
        assert_eq!(one.end_page(&first[0], retry(base, 1), true).await, Err(StoreError::Lost));
        assert_eq!(one.pages_live(&[(first[0].id.clone(), first[0].token)]).await.unwrap(), []);
    }

    async fn the_next_method_goes_out_after_two_minutes_or_as_planned(base: &Base) {
        let store = base.open().await;
        store.put_pages(vec![page(base, "o/sato/0", Means::Slack, 0), page(base, "o/sato/1", Means::Ntfy, 300)])
            .await.unwrap();
        let began = base.clock.now();
        let taken = store.due_pages(Means::Slack, 10).await.unwrap();
        store.end_page(&taken[0], retry(base, 5), true).await.unwrap();
        assert_eq!(store.next_page(Means::Ntfy).await.unwrap(), Some(began + Duration::from_secs(120)));
        base.pass(5);
        let again = store.due_pages(Means::Slack, 10).await.unwrap();
        assert_eq!((again[0].attempts, again[0].began), (1, began));
        store.end_page(&again[0], PageEnd::Sent("x".into()), true).await.unwrap();
        assert_eq!(store.next_page(Means::Ntfy).await.unwrap(), Some(began + Duration::from_secs(300)));
    }

    async fn who_cannot_be_reached_is_found_out_once(base: &Base) {
        let store = base.open().await;
        store.put_pages(vec![page(base, "o/sato/0", Means::Slack, 0), page(base, "o/sato/1", Means::Ntfy, 300)])
            .await.unwrap();
        let slack = store.due_pages(Means::Slack, 10).await.unwrap();
        let lapsed = store.end_page(&slack[0], PageEnd::Failed("no such user".into()), true).await.unwrap();
        assert!(!lapsed, "ntfy is left");
        let ntfy = store.due_pages(Means::Ntfy, 10).await.unwrap();
        assert_eq!(ids(&ntfy), ["o/sato/1"], "it goes out at once");
        assert!(!store.end_page(&ntfy[0], retry(base, 120), true).await.unwrap());
        base.pass(120);
        let ntfy = store.due_pages(Means::Ntfy, 10).await.unwrap();
        assert!(!store.end_page(&ntfy[0], retry(base, 1), false).await.unwrap(), "the fault is ours");
        base.pass(1);
        let ntfy = store.due_pages(Means::Ntfy, 10).await.unwrap();
        assert!(store.end_page(&ntfy[0], retry(base, 1), true).await.unwrap());
        let lapsed = store.lapsed_pages(10).await.unwrap();
        assert_eq!((lapsed.len(), lapsed[0].why.as_str()), (1, "down"));
        store.lapse_told(&lapsed[0].page).await.unwrap();
        base.pass(1);
        let ntfy = store.due_pages(Means::Ntfy, 10).await.unwrap();
        assert!(!store.end_page(&ntfy[0], retry(base, 1), true).await.unwrap(), "told already");
        assert!(store.lapsed_pages(10).await.unwrap().is_empty());
    }

    async fn a_secret_answers_the_pages_of_its_message(base: &Base) {
        let store = base.open().await;
        let pages = (0..20).map(|n| page(base, &format!("o{n}/sato/0"), Means::Slack, 0)).collect();
        store.put_pages(pages).await.unwrap();
        let taken = store.due_pages(Means::Slack, 50).await.unwrap();
        assert_eq!(taken.len(), 20);
        let found = store.pages_by_secret(&taken[3].secret).await.unwrap();
        assert_eq!(found.iter().map(|page| page.id.clone()).collect::<Vec<_>>(), [taken[3].id.clone()]);
        let all = taken.iter().map(|page| page.id.clone()).collect();
        store.share_page_key(taken[0].secret.clone(), all).await.unwrap();
        assert_eq!(store.pages_by_secret(&taken[0].secret).await.unwrap().len(), 20);
        assert!(store.page_answered(&taken[0].id).await.unwrap());
        assert!(!store.page_answered(&taken[0].id).await.unwrap());
        assert!(store.pages_by_secret(&toban::base::Secret::new("guessed")).await.unwrap().is_empty());
    }
}
