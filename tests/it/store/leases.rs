//! What there is only one of has one holder, and a late holder finds out.

use std::time::Duration;

use super::{Base, on_both};

const TTL: Duration = Duration::from_secs(8);

on_both! {
    async fn a_lease_has_one_holder(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        let token = one.lease("gateway", TTL).await.unwrap().unwrap();
        assert_eq!(other.lease("gateway", TTL).await.unwrap(), None);
        assert_eq!(one.lease("gateway", TTL).await.unwrap(), None, "not twice either");
        assert!(other.lease("watch", TTL).await.unwrap().is_some());
        base.pass(5);
        assert!(one.renew("gateway", token, TTL).await.unwrap());
        base.pass(5);
        tokio::try_join!(one.beat(), other.beat()).unwrap();
        assert_eq!(other.lease("gateway", TTL).await.unwrap(), None);
        one.release("gateway", token).await.unwrap();
        assert!(!one.renew("gateway", token, TTL).await.unwrap());
        assert_eq!(other.lease("gateway", TTL).await.unwrap(), Some(token + 1));
    }

    async fn a_late_holder_finds_out(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        let old = one.lease("gateway", TTL).await.unwrap().unwrap();
        base.pass(9);
        let new = other.lease("gateway", TTL).await.unwrap().unwrap();
        assert!(new > old);
        assert!(!one.renew("gateway", old, TTL).await.unwrap());
        one.release("gateway", old).await.unwrap();
        assert!(other.renew("gateway", new, TTL).await.unwrap(), "a late release takes nothing away");
    }

    async fn the_lease_of_the_dead_is_free(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        one.lease("gateway", Duration::from_secs(3600)).await.unwrap().unwrap();
        base.pass(11);
        other.beat().await.unwrap();
        assert!(other.lease("gateway", TTL).await.unwrap().is_some());
    }

    async fn a_broken_lease_is_lost(base: &Base) {
        let (one, other) = (base.open().await, base.another().await);
        assert!(!other.break_lease("work").await.unwrap(), "nobody holds it");
        let token = one.lease("work", TTL).await.unwrap().unwrap();
        assert!(other.break_lease("work").await.unwrap());
        assert!(!one.renew("work", token, TTL).await.unwrap());
        assert_eq!(one.lease("work", TTL).await.unwrap(), Some(token + 1));
    }
}
