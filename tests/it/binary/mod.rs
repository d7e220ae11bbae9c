//! The program itself, as a process of its own: killed, told to stop, and asked things at a terminal. Slack and the
//! cloud are in this process and outlive it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod beside;
mod check;
mod crash;
mod demo;
mod errand;
mod help;
mod killed_acting;
mod killed_changing;
mod killed_looking;
mod killed_posting;
mod online;
mod printed;
mod process;
mod secrets;
mod site;
mod stopped;

/// A story on a SQLite file, and the same on a PostgreSQL server where there is one.
macro_rules! on_both {
    ($($(#[$note:meta])* async fn $name:ident($site:ident: &Site) $body:block)+) => { $(
        mod $name {
            use super::*;

            $(#[$note])*
            async fn story($site: &Site) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn on_sqlite() {
                story(&Site::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn on_postgres() {
                if let Some(site) = Site::postgres().await {
                    story(&site).await;
                }
            }
        }
    )+ };
}
use on_both;
