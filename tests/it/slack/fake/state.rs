//! What the stand-in remembers, and the faults it was told to have.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

/// A message as Slack keeps it.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its id.
    pub ts: String,
    /// Where.
    pub channel: String,
    /// The root's id, for replies.
    pub thread: Option<String>,
    /// Who alone sees it, if not everybody.
    pub only: Option<String>,
    /// The text beside the blocks.
    pub text: String,
    /// Block Kit.
    pub blocks: Value,
    /// The metadata as it was sent.
    pub metadata: Value,
    /// Names, sizes and contents of files.
    pub files: Vec<(String, String)>,
    /// How often it was edited.
    pub edits: usize,
}

/// A call of the Web API.
#[derive(Debug, Clone)]
pub struct Call {
    /// `chat.postMessage`.
    pub method: String,
    /// What was sent.
    pub body: Value,
    /// What was answered: `ok`, or the error.
    pub outcome: String,
}

/// What goes wrong with the next call of a method.
#[derive(Debug, Clone)]
pub enum Fault {
    /// 429 with Retry-After in seconds; nothing is done.
    RateLimited(u64),
    /// `ok: false` with this error; nothing is done.
    Error(&'static str),
    /// This HTTP status with a page of HTML; nothing is done.
    Html(u16),
    /// It is done, and the answer is 500.
    DoneThen500,
    /// It is done, and the connection breaks in the middle of the answer.
    DoneThenDropped,
    /// It is done, and no answer comes, ever.
    DoneThenHang,
    /// The connection breaks in the middle of the answer; nothing is done.
    Dropped,
    /// No answer, ever; nothing is done.
    Hang,
}

/// An acknowledgement of a Socket Mode envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// Which envelope.
    pub envelope: String,
    /// Which connection.
    pub connection: usize,
    /// What else it carried.
    pub payload: Value,
}

/// What the stand-in remembers.
#[derive(Debug, Default)]
pub struct State {
    /// In the order of posting; those for one person too.
    pub messages: Vec<Said>,
    /// Every call, in order.
    pub calls: Vec<Call>,
    /// User groups and who is in them.
    pub groups: BTreeMap<String, Vec<String>>,
    /// In the order of arrival.
    pub acks: Vec<Ack>,
    /// Open sockets, by number.
    pub sockets: BTreeSet<usize>,
    /// Sockets that were ever opened.
    pub opened: usize,
    /// Channels that cannot be posted to, with the error.
    pub closed: BTreeMap<String, &'static str>,
    /// Tokens that are refused, with the error.
    pub revoked: BTreeMap<String, &'static str>,
    /// What goes wrong with every call, for as long as it is there.
    pub(super) away: Option<Fault>,
    pub(super) faults: Vec<(String, Fault)>,
    pub(super) pace: Option<Duration>,
    pub(super) last: BTreeMap<String, toban::base::clock::Stopwatch>,
    pub(super) uploads: BTreeMap<String, (String, usize, Option<String>)>,
    pub(super) replies: BTreeMap<String, (String, String, usize)>,
    pub(super) counter: u64,
}

impl Said {
    /// What a person sees of it, as lines of text; files by their names.
    pub fn shown(&self) -> String {
        let mut lines = super::transcript::lines(&self.text, &self.blocks);
        lines.extend(self.files.iter().map(|(name, _)| format!("[file {name}]")));
        lines.join("\n")
    }
}

impl State {
    /// A message by its id.
    pub fn message(&self, ts: &str) -> Option<&Said> {
        self.messages.iter().find(|said| said.ts == ts)
    }

    /// What a channel holds, for everybody.
    pub fn channel<'a>(&'a self, channel: &'a str) -> impl Iterator<Item = &'a Said> {
        self.messages.iter().filter(move |said| said.channel == channel && said.only.is_none())
    }

    /// How many calls there were of all methods that say or change something.
    pub fn told(&self) -> usize {
        let tells = |call: &&Call| call.method.starts_with("chat.") && call.outcome == "ok";
        self.calls.iter().filter(tells).count()
    }

    /// How often a method was called.
    pub fn count(&self, method: &str) -> usize {
        self.calls.iter().filter(|call| call.method == method).count()
    }

    pub(super) fn fault(&mut self, method: &str) -> Option<Fault> {
        let at = self.faults.iter().position(|(of, _)| of == method)?;
        Some(self.faults.remove(at).1)
    }

    /// A fresh `ts`: unique, rising, of the present second.
    pub(super) fn ts(&mut self, now: jiff::Timestamp) -> String {
        self.counter += 1;
        format!("{}.{:06}", now.as_second(), self.counter)
    }
}
