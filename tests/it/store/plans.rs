//! A plan runs at most once, and a service has one change at a time.

use toban::domain::plan::PlanState;
use toban::store::{Begun, Conclusion, Store, StoreError};

use super::samples::{answer, entry, message, plan};
use super::{Base, on_both};

async fn propose(store: &Store, id: &str, service: &str) {
    let plan = Some(plan(id, service));
    store.conclude(Conclusion { plan, ..Conclusion::default() }).await.unwrap();
}

async fn begin(store: &Store, id: &str, by: &str) -> Begun {
    store
        .begin(&id.into(), &by.into(), &format!("confirmed by {by}").as_str().into(), entry("begun"))
        .await
        .unwrap()
}

fn running(by: &str) -> PlanState {
    PlanState::Running { by: by.into() }
}

on_both! {
    async fn of_two_who_say_yes_at_once_one_begins(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        for round in 0..10 {
            let (id, service) = (format!("P-{round}"), format!("service-{round}"));
            propose(&one, &id, &service).await;
            let (a, b, c) =
                tokio::join!(begin(&one, &id, "sato"), begin(&other, &id, "tanaka"), begin(&one, &id, "suzuki"));
            let all = [a, b, c];
            assert_eq!(all.iter().filter(|begun| **begun == Begun::Yes).count(), 1, "{all:?}");
            let no = all.iter().filter(|begun| matches!(begun, Begun::No(PlanState::Running { .. }))).count();
            assert_eq!(no, 2, "{all:?}");
        }
        let mut begun = 0;
        one.audit_export(|_| begun += 1).await.unwrap();
        assert_eq!(begun, 10, "each begin is on record once");
    }

    async fn a_change_whose_message_is_through_or_gone_is_found(base: &Base) {
        let store = base.open().await;
        for (id, service) in [("P-1", "sagebase"), ("P-2", "bluelamp"), ("P-3", "taisun")] {
            propose(&store, id, service).await;
        }
        store.accept(&message("confirmed by sato")).await.unwrap();
        assert_eq!(begin(&store, "P-1", "sato").await, Begun::Yes);
        assert_eq!(begin(&store, "P-2", "nobody's message").await, Begun::Yes);
        let strays = async || -> Vec<String> {
            let strays = store.stray_plans().await.unwrap();
            strays.into_iter().map(|stray| stray.plan.id.to_string()).collect()
        };
        assert_eq!(strays().await, ["P-2"], "the other one is still worked on");
        store.conclude(answer("confirmed by sato")).await.unwrap();
        let mut both = strays().await;
        both.sort();
        assert_eq!(both, ["P-1", "P-2"]);
    }

    async fn a_service_has_one_change_at_a_time(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        propose(&one, "P-1", "sagebase").await;
        propose(&one, "P-2", "sagebase").await;
        propose(&one, "P-3", "bluelamp").await;
        let since = base.clock.now();
        assert_eq!(begin(&one, "P-1", "sato").await, Begun::Yes);
        base.pass(5);
        let busy = Begun::Busy { plan: "P-1".into(), by: "sato".into(), since };
        assert_eq!(begin(&other, "P-2", "tanaka").await, busy);
        assert_eq!(begin(&one, "P-3", "tanaka").await, Begun::Yes);
        let done = PlanState::Done { by: "sato".into(), at: base.clock.now(), undo: None };
        let end = Conclusion { plan_state: Some(("P-1".into(), done.clone())), ..Conclusion::default() };
        one.conclude(end).await.unwrap();
        assert_eq!(begin(&other, "P-2", "tanaka").await, Begun::Yes);
        assert_eq!(begin(&other, "P-1", "tanaka").await, Begun::No(done));
    }

    async fn of_two_plans_of_a_service_at_once_one_begins(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        for round in 0..10 {
            let (a, b, service) = (format!("A-{round}"), format!("B-{round}"), format!("service-{round}"));
            propose(&one, &a, &service).await;
            propose(&one, &b, &service).await;
            let both = tokio::join!(begin(&one, &a, "sato"), begin(&other, &b, "tanaka"));
            assert!(
                matches!(both, (Begun::Yes, Begun::Busy { .. }) | (Begun::Busy { .. }, Begun::Yes)),
                "{both:?}"
            );
        }
    }

    async fn a_message_leads_to_the_plan_that_it_began(base: &Base) {
        let store = base.open().await;
        propose(&store, "P-1", "sagebase").await;
        assert_eq!(store.plan_begun_by(&"confirmed by sato".into()).await.unwrap(), None);
        begin(&store, "P-1", "sato").await;
        let stored = store.plan_begun_by(&"confirmed by sato".into()).await.unwrap().unwrap();
        assert_eq!((stored.plan, stored.state), (plan("P-1", "sagebase"), running("sato")));
        assert_eq!(stored.begun_by, Some("confirmed by sato".into()));
    }

    async fn a_plan_that_runs_is_not_withdrawn(base: &Base) {
        let store = base.open().await;
        propose(&store, "P-1", "sagebase").await;
        propose(&store, "P-2", "sagebase").await;
        assert_eq!(store.cancel(&"P-1".into(), &"sato".into()).await, Ok(None));
        let cancelled = PlanState::Cancelled { by: "sato".into() };
        assert_eq!(store.cancel(&"P-1".into(), &"tanaka".into()).await, Ok(Some(cancelled.clone())));
        assert_eq!(begin(&store, "P-1", "sato").await, Begun::No(cancelled));
        begin(&store, "P-2", "sato").await;
        assert_eq!(store.cancel(&"P-2".into(), &"sato".into()).await, Ok(Some(running("sato"))));
    }

    async fn an_unknown_plan_is_missing(base: &Base) {
        let store = base.open().await;
        let begun = store.begin(&"P-0".into(), &"sato".into(), &"m1".into(), entry("begun")).await;
        assert!(matches!(begun, Err(StoreError::Missing(_))), "{begun:?}");
        assert!(matches!(store.cancel(&"P-0".into(), &"sato".into()).await, Err(StoreError::Missing(_))));
        assert_eq!(store.plan(&"P-0".into()).await, Ok(None));
        let mut rows = 0;
        store.audit_export(|_| rows += 1).await.unwrap();
        assert_eq!(rows, 0);
    }

    async fn whoever_lost_its_message_cannot_end_the_plan(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.accept(&message("m1")).await.unwrap();
        propose(&one, "P-1", "sagebase").await;
        begin(&one, "P-1", "sato").await;
        base.pass(11);
        other.beat().await.unwrap();
        assert_eq!(other.orphans(1).await.unwrap().len(), 1);
        let failed = PlanState::Failed { by: "sato".into() };
        let end = Conclusion { plan_state: Some(("P-1".into(), failed)), ..answer("m1") };
        assert_eq!(one.conclude(end).await, Err(StoreError::Lost));
        assert_eq!(one.plan(&"P-1".into()).await.unwrap().unwrap().state, running("sato"));
    }
}
