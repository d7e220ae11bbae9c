//! Paging: each provider against a server that is as strict as its documentation, and the worker's stories.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod email;
mod fakes;
mod providers;
pub(crate) mod server;
mod stories;
mod telegram;

use toban::base::Secret;
use toban::domain::alert::AlertSeverity;
use toban::domain::contact::Address;
use toban::domain::words::Lang;
use toban::ports::{Paging, Purpose};

/// A page about one incident, to that address.
fn page(address: Address) -> Paging {
    Paging {
        id: "INC-42/1/0/佐藤/0".into(),
        address,
        incidents: vec!["INC-42".into()],
        severity: AlertSeverity::Critical,
        purpose: Purpose::Trigger,
        subject: "sagebase: 5 % of requests fail <now> & \"here\"".into(),
        text: "エラー率 5 %\n二行目".into(),
        lang: Lang::Ja,
        ack_label: "対応する".into(),
        secret: Some(Secret::new("0123456789abcdef0123456789abcdef")),
        ack_link: Some("https://toban.example.com/p/0123456789abcdef0123456789abcdef".into()),
        again: false,
        pages: vec!["INC-42/1/0/佐藤/0".into()],
        others: Vec::new(),
        at: "2026-03-02T09:00:00Z".parse().unwrap(),
    }
}

fn plain(to: &str) -> Address {
    Address::Plain(to.to_owned())
}
