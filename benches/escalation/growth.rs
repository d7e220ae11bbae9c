//! What does not grow with what there is: a look for what is due, an alert, memory.

use std::time::{Duration, Instant};

use toban::store::Store;

use crate::figures::{median, millis, ratio, show};
use crate::phone::Phone;
use crate::setup::{Setup, TOKEN};
use crate::{seed, wire};

/// Wakes that wait.
const MANY: u64 = 1_000_000;
const FEW: u64 = 1_000;
/// Looks and alerts that are timed.
const SAMPLES: usize = 300;

pub async fn measure(phone: &Phone, full: &Setup, rounds: usize) {
    eprintln!("a million wakes");
    let empty = Setup::new(&phone.url(), None);
    let store = seed::open(&empty.url).await;
    seed::wakes(&store, 0, FEW).await;
    let few = tick(&store).await;
    let bytes = std::fs::metadata(empty.file()).map_or(0, |file| file.len());
    assert!(bytes > 0, "the store is a file");
    let many_setup = Setup::new(&phone.url(), None);
    let many_store = seed::open(&many_setup.url).await;
    seed::wakes(&many_store, 0, MANY).await;
    let many = tick(&many_store).await;
    many_store.close().await;
    row("a look for what is due, 1,000,000 wakes waiting against 1,000, µs", "the same", many, few);
    let program = many_setup.start().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("| memory with 1,000,000 wakes waiting, MiB | ≤ 100 | {} | – | – |", show(program.memory()));
    program.kill();
    store.close().await;

    eprintln!("alerts beside open incidents");
    let (mut beside, mut alone) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        alone.push(alert(phone, &empty, round).await);
        beside.push(alert(phone, full, round).await);
    }
    row(
        "received → notified, one at a time, beside 100,000 open incidents against none, ms",
        "≤ 1.5 ×",
        median(&beside),
        median(&alone),
    );
}

fn row(what: &str, target: &str, ours: f64, without: f64) {
    println!("| {what} | {target} | {} | {} | {} |", show(ours), show(without), ratio(ours, without));
}

/// Microseconds of one look, as the keeper of wakes makes it.
async fn tick(store: &Store) -> f64 {
    let mut times = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let began = Instant::now();
        assert!(store.due_wakes(100).await.unwrap().is_empty(), "nothing is due yet");
        store.next_wake().await.unwrap();
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    median(&times)
}

/// Milliseconds from an alert to its page, each the first of an incident of its own.
async fn alert(phone: &Phone, setup: &Setup, round: usize) -> f64 {
    let program = setup.start().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut wire = wire::connect(program.port).await;
    let mut times = Vec::with_capacity(SAMPLES);
    for number in 0..SAMPLES {
        let name = format!("bench-{round}-{number}");
        phone.expect(std::iter::once(name.clone()));
        let body = format!(
            r#"{{"version":"4","status":"firing","alerts":[{{"status":"firing","labels":{{"alertname":"HighErrorRate","service":"sagebase","severity":"critical","environment":"alone-{round}-{number}"}},"annotations":{{"summary":"{name} errors are high"}},"startsAt":"2026-03-02T04:12:00.000Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"{round:08x}{number:08x}"}}]}}"#
        );
        let request = format!(
            "POST /hooks/alertmanager/am-0 HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = Instant::now();
        wire::ask(&mut wire, request.as_bytes()).await;
        let heard = phone.heard(Duration::from_secs(10)).await;
        times.extend(heard.values().map(|at| millis(at.duration_since(began))));
    }
    program.kill();
    median(&times)
}
