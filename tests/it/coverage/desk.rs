//! Whoever sits in front of Slack: types a command or presses a button, and has the one answer to it.

use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;
use toban::base::clock::pause;
use toban::sandbox::{MESSAGE, Seen as Request, World};

use crate::rig::app::{OPS, Plan, Rig};
use crate::rig::talk::Seen;

/// A channel where Japanese is spoken.
pub const BLUE: &str = "C0BLUE";

/// A seat before a whole Toban.
pub struct Desk {
    pub rig: Rig,
}

/// What came of a command.
#[derive(Debug)]
pub struct Answer {
    /// The message.
    pub seen: Seen,
    /// Whether the asker alone sees it.
    pub private: bool,
    /// What every backend was asked for it, in order.
    pub asked: Vec<Request>,
}

impl Desk {
    pub async fn open() -> Self {
        Self { rig: Rig::start().await }
    }

    pub async fn with(plan: Plan) -> Self {
        Self { rig: Rig::with(plan).await }
    }

    pub fn world(&self) -> &World {
        self.rig.sandbox.world()
    }

    /// 佐藤, who is an operator, types it in `#ops`, where English is spoken.
    pub async fn types(&self, command: &str) -> Answer {
        self.types_as("U0SATO", OPS, command).await
    }

    /// Somebody types it somewhere.
    pub async fn types_as(&self, user: &str, channel: &str, command: &str) -> Answer {
        self.world().forget_requests();
        let seen = self.rig.ask_as(user, channel, command).await;
        self.answer(seen)
    }

    /// 佐藤 presses a button of an answer.
    pub async fn presses(&self, answer: &Answer, label: &str) -> Answer {
        self.presses_as("U0SATO", answer, label).await
    }

    /// Somebody presses it.
    pub async fn presses_as(&self, user: &str, answer: &Answer, label: &str) -> Answer {
        self.world().forget_requests();
        let seen = self.rig.push(user, &answer.seen, label).await;
        self.answer(seen)
    }

    fn answer(&self, seen: Seen) -> Answer {
        Answer { private: seen.only.is_some(), seen, asked: self.world().requests() }
    }

    /// Waits until nothing is under way at Cloud Run and `revision` has all the traffic.
    pub async fn settled(&self, service: &str, revision: &str) {
        let settled = || {
            self.world().with(|state, _| {
                let service = state.run.service(service).unwrap();
                service.doc.get("reconciling").is_none_or(|flag| flag == false)
                    && service.serving() == [(revision, 100)]
            })
        };
        while !settled() {
            pause(Duration::from_millis(10)).await;
        }
    }

    pub async fn close(self) {
        self.rig.stop().await;
    }
}

impl Answer {
    /// As a person reads it.
    pub fn text(&self) -> &str {
        &self.seen.shown
    }

    /// Fails unless it says all of this.
    #[track_caller]
    pub fn says(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(self.text().contains(part), "{part:?} is not in:\n{}", self.text());
        }
        self
    }

    /// Fails if it says any of this.
    #[track_caller]
    pub fn hides(&self, parts: &[&str]) -> &Self {
        for part in parts {
            assert!(!self.text().contains(part), "{part:?} is in:\n{}", self.text());
        }
        self
    }

    /// The requests of this method whose path ends like that.
    pub fn asked(&self, method: &str, path: &str) -> Vec<&Request> {
        self.asked.iter().filter(|asked| asked.method == method && asked.path.ends_with(path)).collect()
    }

    /// The one request of this method and path.
    #[track_caller]
    pub fn asked_once(&self, method: &str, path: &str) -> &Request {
        let asked = self.asked(method, path);
        assert_eq!(asked.len(), 1, "{method} {path}: {:#?}", summary(&self.asked));
        asked[0]
    }

    /// What the log was asked: the body of the one `entries.list`.
    #[track_caller]
    pub fn log_query(&self) -> Value {
        self.asked_once("POST", "/v2/entries:list").json()
    }

    /// The filter of the one `entries.list`.
    #[track_caller]
    pub fn filter(&self) -> String {
        self.log_query()["filter"].as_str().unwrap().to_owned()
    }

    /// Fails if any backend was asked to change something.
    #[track_caller]
    pub fn changed_nothing(&self) -> &Self {
        let writes = writes(&self.asked);
        assert!(writes.is_empty(), "{:#?}", summary(&writes));
        self
    }
}

/// Those of the requests that change something. Reading a log and waiting for an operation are POSTs, too.
pub fn writes(requests: &[Request]) -> Vec<Request> {
    let reads = |request: &&Request| {
        matches!(request.method.as_str(), "GET" | MESSAGE)
            || request.path.ends_with("entries:list")
            || request.path.ends_with("/TailLogEntries")
            || request.path.ends_with(":wait")
    };
    requests.iter().filter(|request| !reads(request)).cloned().collect()
}

fn summary(requests: &[Request]) -> Vec<String> {
    requests.iter().map(|request| format!("{} {}?{}", request.method, request.path, request.query)).collect()
}

/// A line of a log as it is shown.
#[derive(Debug)]
pub struct Line {
    /// `10:15:46`, perhaps with the date before it.
    pub time: String,
    /// `ERROR`, `-`.
    pub severity: String,
    /// How many lines were folded into it.
    pub count: u64,
}

/// The lines of the log in a message.
pub fn lines(shown: &str) -> Vec<Line> {
    static LINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^\| ((?:\d\d-\d\d )?\d\d:\d\d:\d\d) (\S+) ").unwrap());
    static COUNT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\(×(\d+)\)$").unwrap());
    let starts: Vec<_> = LINE.captures_iter(shown).collect();
    let ends = starts.iter().skip(1).map(|next| next.get(0).unwrap().start()).chain([shown.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let whole = &shown[start.get(0).unwrap().start()..end];
            let text: Vec<&str> = whole.lines().take_while(|line| line.starts_with('|')).collect();
            let count = COUNT.captures(text.last().unwrap()).map_or(1, |count| count[1].parse().unwrap());
            Line { time: start[1].to_owned(), severity: start[2].to_owned(), count }
        })
        .collect()
}
