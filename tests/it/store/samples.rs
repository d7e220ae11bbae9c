//! Messages, posts and plans to be stored.

use std::collections::BTreeMap;

use jiff::Timestamp;
use toban::domain::audit::{AuditEntry, Event};
use toban::domain::message::{Audience, Entry, Message, Place, Thread};
use toban::domain::person::{Door, Risk};
use toban::domain::plan::{Draft, Plan};
use toban::domain::report::{Body, Report, Tone};
use toban::domain::words::Lang;
use toban::store::{Cached, Conclusion, NewPost};

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub fn place(thread: Option<Thread>) -> Place {
    Place { door: Door::Slack, channel: "C0OPS".into(), thread }
}

pub fn message(id: &str) -> Message {
    Message {
        id: id.into(),
        place: place(Some(Thread::Known("1700000000.000100".into()))),
        user: "U0SATO".into(),
        entry: Entry::Mention,
        text: "health sagebase".into(),
        received: at("2026-03-02T09:00:00Z"),
    }
}

pub fn post(id: &str, says: &str) -> NewPost {
    NewPost {
        id: id.into(),
        place: place(Some(Thread::Known("1700000000.000100".into()))),
        audience: Audience::All,
        lang: Lang::Ja,
        zone: "Asia/Tokyo".into(),
        body: Body::Report(Report::new(Tone::Good, says)),
        reply_url: None,
        topic: Some("sagebase".into()),
    }
}

pub fn cached(report: Report) -> Cached {
    let at = at("2026-03-02T09:00:00Z");
    Cached { verb: "logs".into(), risk: Risk::Read, service: Some("sagebase".into()), at, report }
}

pub fn entry(command: &str) -> AuditEntry {
    AuditEntry {
        at: at("2026-03-02T09:00:00Z"),
        who: "sato".into(),
        place: "slack:C0OPS".into(),
        event: Event::Command,
        command: command.into(),
        service: Some("sagebase".into()),
        plan: None,
        outcome: "answered".into(),
        took_ms: 12,
    }
}

/// The answer to a message: one post, one audit row.
pub fn answer(inbox: &str) -> Conclusion {
    Conclusion {
        inbox: Some(inbox.into()),
        audit: vec![entry(&format!("health {inbox}"))],
        posts: vec![post(&format!("post-{inbox}"), "all is well")],
        ..Conclusion::default()
    }
}

pub fn plan(id: &str, service: &str) -> Plan {
    Plan {
        id: id.into(),
        command: format!("rollback {service} previous"),
        verb: "rollback".into(),
        risk: Risk::Change,
        service: service.into(),
        asked_by: "sato".into(),
        place: place(None),
        post: "post-of-the-plan".into(),
        draft: Draft {
            headline: "00042 → 00041".into(),
            preview: Vec::new(),
            basis: BTreeMap::from([("revision".to_owned(), "00042".to_owned())]),
            detail: serde_json::json!({ "to": "00041" }),
        },
        expires: at("2026-03-02T09:05:00Z"),
    }
}
