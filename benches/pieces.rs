//! What a command is made of, piece by piece, on one core: the parser, redaction, rendering, and the store's writes.
//!
//! `cargo bench --bench pieces` prints a table for `docs/benchmarks.md`; each figure is the median of many samples.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first fault"
)]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use toban::base::Clock;
use toban::base::ids::{InboxId, PostId};
use toban::chat::slack::render;
use toban::config::Config;
use toban::domain::audit::{AuditEntry, Event};
use toban::domain::catalogue::Catalogue;
use toban::domain::invocation::{self, Context};
use toban::domain::message::{Audience, Entry, Message, Place, Thread};
use toban::domain::person::Door;
use toban::domain::redact::redact;
use toban::domain::report::{Block, Body, Look, Report, Tone};
use toban::domain::words::{Lang, Phrase, Reader, Words};
use toban::store::{Conclusion, NewPost, Role, Store};

/// Samples of each figure, and how long one takes at least.
const SAMPLES: usize = 25;
const SAMPLE: Duration = Duration::from_millis(20);

fn main() {
    println!("| what | target | median |\n| --- | --- | --- |");
    parsing();
    redaction();
    rendering();
    storing();
}

fn row(what: &str, target: &str, figure: &str) {
    println!("| {what} | {target} | {figure} |");
}

/// The median time of one call.
fn time<T>(mut work: impl FnMut() -> T) -> Duration {
    let began = Instant::now();
    black_box(work());
    let count = (SAMPLE.as_nanos() / began.elapsed().as_nanos().max(1)).clamp(1, 100_000) as u32;
    let samples = (0..SAMPLES).map(|_| {
        let began = Instant::now();
        for _ in 0..count {
            black_box(work());
        }
        began.elapsed() / count
    });
    median(samples.collect())
}

fn median(mut samples: Vec<Duration>) -> Duration {
    samples.sort();
    samples[samples.len() / 2]
}

fn micros(span: Duration) -> String {
    format!("{:.1} µs", span.as_secs_f64() * 1e6)
}

fn parsing() {
    let config = Config::example("", [], &[]).unwrap();
    let catalogue = Catalogue::embedded().unwrap();
    let context = Context { service: None, zone: TimeZone::UTC, now: Clock::system().now() };
    for text in ["health sagebase", "logs bluelamp errors 1h \"connection refused\"", "heatlh sagebsae"] {
        let took = time(|| {
            invocation::parse(black_box(text), &catalogue, &config.services, &config.people, &context).is_ok()
        });
        row(&format!("parse `{text}`"), "≤ 10 µs", &micros(took));
    }
}

fn redaction() {
    let clean: Vec<String> = (0..2_000)
        .map(|number| {
            format!(
                "2026-01-15T10:{:02}:{:02}.{:03}Z INFO request_id=550e8400-e29b-41d4-a716-{number:012x} GET /api/v1/chat?session={number} 200 {}ms user_agent=\"Mozilla/5.0\" tokens=17 revision=api-key-server-00042-abc",
                number / 60 % 60, number % 60, number % 1_000, number % 700
            )
        })
        .collect();
    let leaky: Vec<String> = clean
        .iter()
        .enumerate()
        .map(|(number, line)| match number % 3 {
            0 => format!("{line} password=hun{number}ter"),
            1 => format!("{line} Authorization: Bearer aB3dE5fG7hJ9kL1mN2pQ{number:08}"),
            _ => format!("{line} postgres://app:pw{number}@db:5432/x"),
        })
        .collect();
    let one_in = |nth: usize| -> Vec<String> {
        let pairs = clean.iter().zip(&leaky).enumerate();
        pairs.map(|(at, (clean, leaky))| if at % nth == 0 { leaky } else { clean }.clone()).collect()
    };
    let (rare, all) = (one_in(100), one_in(1));
    for (what, target, lines) in [
        ("redact clean log lines", "≥ 200 MB/s", &clean),
        ("redact log lines, a secret in one of 100", "–", &rare),
        ("redact log lines, a secret in each", "–", &all),
    ] {
        let bytes: usize = lines.iter().map(String::len).sum();
        let took = time(|| lines.iter().map(|line| redact(black_box(line)).len()).sum::<usize>());
        row(what, target, &format!("{:.0} MB/s", bytes as f64 / 1e6 / took.as_secs_f64()));
    }
}

/// What `health` answers for a service of five parts.
fn health() -> Report {
    let part = |name: &str| {
        let seen = Phrase::new("health-seen").with("check", "http").with("seen", Phrase::raw("200 OK"));
        vec![Phrase::raw(name), Phrase::new("health-verdict-healthy"), seen, Phrase::raw("12 ms")]
    };
    let heads = ["health-head-part", "health-head-state", "health-head-seen", "health-head-latency"];
    let headline = Phrase::new("health-headline-healthy")
        .with("place", "sagebase")
        .with("parts", Phrase::raw(""))
        .with("missing", 0_usize);
    Report::new(Tone::Good, headline)
        .block(Block::Table {
            heads: heads.map(Phrase::new).into(),
            rows: ["web", "db", "files", "worker", "cache"].map(part).into(),
        })
        .button(Phrase::new("health-button-logs"), "logs sagebase.web errors 1h", Look::Plain)
        .button(Phrase::new("health-button-releases"), "releases sagebase.web", Look::Plain)
        .button(Phrase::new("health-button-again"), "health sagebase", Look::Plain)
}

fn rendering() {
    let words = Words::load().unwrap();
    let report = health();
    for (name, lang) in [("English", Lang::En), ("Japanese", Lang::Ja)] {
        let reader = Reader { lang, zone: TimeZone::UTC };
        let took = time(|| {
            let rendered = render::report(&words, &reader, black_box(&report));
            serde_json::to_vec(&rendered.blocks).unwrap().len()
        });
        row(&format!("render a health report of five parts to Block Kit, {name}"), "–", &micros(took));
    }
}

/// The three writes of every command, so many commands at once.
fn storing() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", folder.path().join("toban.db").display());
        let store = Store::open(&url, Clock::system(), Role::Serve).await.unwrap();
        for (flights, each) in [(1, 300), (32, 200), (256, 40)] {
            let mut rates: Vec<Duration> = Vec::new();
            for _ in 0..5 {
                let began = Instant::now();
                let workers: Vec<_> = (0..flights)
                    .map(|_| {
                        let store = store.clone();
                        tokio::spawn(async move {
                            for _ in 0..each {
                                command(&store).await;
                            }
                        })
                    })
                    .collect();
                for worker in workers {
                    worker.await.unwrap();
                }
                rates.push(began.elapsed() / (flights * each));
            }
            let took = median(rates).as_secs_f64();
            let target = if flights == 32 { "≥ 4,000" } else { "–" };
            row(
                &format!("store: commands a second, {flights} in flight"),
                target,
                &format!("{:.0}", 1.0 / took),
            );
        }
        store.close().await;
    });
}

async fn command(store: &Store) {
    let number = toban::base::ids::row();
    let place = Place {
        door: Door::Slack,
        channel: "C1".to_owned(),
        thread: Some(Thread::Known("1700000000.000001".to_owned())),
    };
    let message = Message {
        id: InboxId::from(format!("slack:{number}")),
        place: place.clone(),
        user: "U1".to_owned(),
        entry: Entry::Mention,
        text: "health sagebase".to_owned(),
        received: Clock::system().now(),
    };
    store.accept(&message).await.unwrap();
    let post = NewPost {
        id: PostId::from(format!("{}/answer", message.id)),
        place,
        audience: Audience::All,
        lang: Lang::En,
        zone: "UTC".to_owned(),
        body: Body::Report(health()),
        reply_url: None,
        topic: Some("sagebase".to_owned()),
    };
    let audit = AuditEntry {
        at: message.received,
        who: "sato".to_owned(),
        place: "slack:C1".to_owned(),
        event: Event::Command,
        command: message.text.clone(),
        service: Some("sagebase".to_owned()),
        plan: None,
        outcome: "answered".to_owned(),
        took_ms: 12,
    };
    let end = Conclusion {
        inbox: Some(message.id),
        audit: vec![audit],
        posts: vec![post],
        ..Conclusion::default()
    };
    for post in store.conclude(end).await.unwrap() {
        store.delivered(&post.new.id, post.version, "1700000000.000002").await.unwrap();
    }
}
