//! `kill -9` at every step. The program runs as it is; what ends it comes from outside (`knife`), and after a restart
//! nothing may be lost, nothing may be said to whoever rests, and what may have arrived twice must say so.

/// A story on a SQLite file, and the same on a PostgreSQL server where there is one.
macro_rules! nights {
    ($($(#[$note:meta])* async fn $name:ident($site:ident: Site) $body:block)+) => { $(
        mod $name {
            use super::*;

            $(#[$note])*
            async fn story($site: Site) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                story(Site::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                if let Some(site) = Site::postgres().await {
                    story(site).await;
                }
            }
        }
    )+ };
}
mod acked;
mod burst;
mod knife;
mod mail;
mod named;
mod night;
mod paged;
mod replicas;
mod trouble;
