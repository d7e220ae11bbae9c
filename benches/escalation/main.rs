//! Escalation: how late pages leave, steadily and in a burst, beside 90,000 others that wait; after `kill -9`; the cost of a
//! look with a million wakes; alerts beside 100,000 open incidents.
//!
//! `cargo bench --bench escalation` runs it and prints rows for `docs/benchmarks.md`. The program under test (the release binary,
//! or the bare one: this file with `--bare`) runs on one core, everybody's telephone on the other. With
//! `TOBAN_BENCH_POSTGRES=postgres://…` (an empty database) the burst is measured there, too.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a benchmark prints, and stops at the first fault"
)]
#![expect(clippy::disallowed_methods, reason = "it measures real time")]

mod bare;
#[path = "../common/figures.rs"]
mod figures;
mod growth;
mod late;
#[path = "../common/phone.rs"]
mod phone;
#[path = "../common/program.rs"]
mod program;
mod seed;
mod setup;
#[path = "../common/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use figures::{median, millis, ratio, show};
use late::Watch;
use phone::Phone;
use program::Program;
use setup::Setup;

/// Incidents that wait for hours.
const WAITING: u64 = 90_000;
/// Steps at a steady pace, and the time between two.
const STEADY: (u64, Duration) = (200, Duration::from_millis(50));
/// Steps that are due within one second.
const BURST: u64 = 10_000;
/// … and those in whose midst the program is killed.
const KILLED: u64 = 2_000;
/// What follows from a page is written after it has left.
const CALM: Duration = Duration::from_millis(500);
/// How long the program has to start before anything is due.
const AHEAD: Duration = Duration::from_millis(2_500);

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("--bare") {
        let given: Vec<String> = args.collect();
        return program::runtime().block_on(bare::serve(&given[0], &given[1], given[2].parse().unwrap()));
    }
    program::pin();
    program::runtime().block_on(measure());
}

#[derive(Default)]
struct Figures {
    steady: (Vec<f64>, Vec<f64>),
    burst: (Vec<f64>, Vec<f64>),
    burst_cpu: Vec<f64>,
    restart: Vec<f64>,
    memory: Vec<f64>,
    start: Vec<f64>,
}

async fn measure() {
    let rounds = program::rounds();
    let postgres = std::env::var("TOBAN_BENCH_POSTGRES").ok();
    let phone = Phone::start(late::names).await;
    let shelf = Shelf::new(&phone, None).await;
    let server = match &postgres {
        Some(url) => Some(Shelf::new(&phone, Some(url)).await),
        None => None,
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bare.db").to_str().unwrap().to_owned();
    let hours = Watch::new().after(Duration::from_hours(6));
    bare::seed(&file, 1, WAITING, |_| hours).await;
    let (mut ours, mut theirs, mut on_server) = (Figures::default(), Figures::default(), Figures::default());
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        let first = WAITING + 1 + round as u64 * 20_000;
        bare_round(&phone, &file, first, &mut theirs).await;
        shelf.round(&phone, first, &mut ours).await;
        if let Some(server) = &server {
            server.round(&phone, first, &mut on_server).await;
        }
    }
    println!("| what | target | Toban | bare | ratio |\n| --- | --- | --- | --- | --- |");
    print("SQLite", &ours, Some(&theirs), "≤ 500");
    if server.is_some() {
        print("PostgreSQL", &on_server, None, "≤ 1,000");
    }
    growth::measure(&phone, &shelf.setup, rounds).await;
}

/// A store with incidents that wait.
struct Shelf {
    setup: Setup,
}

impl Shelf {
    async fn new(phone: &Phone, url: Option<&str>) -> Self {
        let setup = Setup::new(&phone.url(), url);
        let store = seed::open(&setup.url).await;
        let hours = Watch::new().after(Duration::from_hours(6));
        seed::incidents(&store, 1, WAITING, |_| hours).await;
        store.close().await;
        Self { setup }
    }

    async fn round(&self, phone: &Phone, first: u64, figures: &mut Figures) {
        self.steady(phone, first, figures).await;

        let first = first + STEADY.0;
        phone.expect(late::incidents(first, BURST));
        let (watch, due) = self.seed(first, BURST).await;
        let program = self.setup.start().await;
        let cpu = program.cpu();
        let heard = phone.heard(Duration::from_secs(60)).await;
        let (p50, p99) = watch.percentiles(&heard, first, BURST, due);
        figures.burst.0.push(p50);
        figures.burst.1.push(p99);
        tokio::time::sleep(CALM).await;
        figures.burst_cpu.push((program.cpu() - cpu).as_secs_f64() * 1e6 / BURST as f64);
        program.kill();

        let first = first + BURST;
        phone.expect(late::incidents(first, KILLED));
        let (_, due) = self.seed(first, KILLED).await;
        let program = self.setup.start().await;
        let midst = due(KILLED / 2).duration_since(jiff::Timestamp::now());
        tokio::time::sleep(Duration::try_from(midst).unwrap_or_default()).await;
        program.kill();
        // All of it is overdue when it starts again.
        tokio::time::sleep(Duration::from_millis(700)).await;
        let began = Instant::now();
        let program = self.setup.start().await;
        phone.heard(Duration::from_secs(60)).await;
        figures.restart.push(began.elapsed().as_secs_f64());
        tokio::time::sleep(CALM).await;
        program.kill();
    }

    async fn steady(&self, phone: &Phone, first: u64, figures: &mut Figures) {
        let (count, pause) = STEADY;
        phone.expect(late::incidents(first, count));
        let store = seed::open(&self.setup.url).await;
        let watch = Watch::new();
        let due = |at: u64| watch.after(AHEAD + pause * u32::try_from(at).unwrap());
        seed::incidents(&store, first, count, due).await;
        store.close().await;
        let program = self.setup.start().await;
        figures.start.push(millis(program.started_in));
        let heard = phone.heard(Duration::from_secs(60)).await;
        let (p50, p99) = watch.percentiles(&heard, first, count, due);
        figures.steady.0.push(p50);
        figures.steady.1.push(p99);
        figures.memory.push(program.memory());
        tokio::time::sleep(CALM).await;
        program.kill();
    }

    /// Steps that are due within one second, once the program has had time to start.
    async fn seed(&self, first: u64, count: u64) -> (Watch, impl Fn(u64) -> jiff::Timestamp) {
        let store = seed::open(&self.setup.url).await;
        let watch = Watch::new();
        // Writing them takes a while, too.
        let ahead = AHEAD + Duration::from_micros(150 * count);
        let due = move |at: u64| {
            watch.after(
                ahead + Duration::from_secs(1) * u32::try_from(at).unwrap() / u32::try_from(count).unwrap(),
            )
        };
        seed::incidents(&store, first, count, due).await;
        store.close().await;
        assert!(due(0) > jiff::Timestamp::now(), "written before the first of them is due");
        (watch, due)
    }
}

async fn bare_round(phone: &Phone, file: &str, first: u64, figures: &mut Figures) {
    for (count, span, (half, most)) in [
        (
            STEADY.0,
            STEADY.1 * u32::try_from(STEADY.0).unwrap(),
            (&mut figures.steady.0, &mut figures.steady.1),
        ),
        (BURST, Duration::from_secs(1), (&mut figures.burst.0, &mut figures.burst.1)),
    ] {
        let watch = Watch::new();
        let due =
            |at: u64| watch.after(AHEAD + span * u32::try_from(at).unwrap() / u32::try_from(count).unwrap());
        phone.expect(late::incidents(first, count));
        bare::seed(file, first, count, due).await;
        let program = Program::bare(&[file, &phone.url()], program::free_port()).await;
        let heard = phone.heard(Duration::from_secs(60)).await;
        let (p50, p99) = watch.percentiles(&heard, first, count, due);
        half.push(p50);
        most.push(p99);
        tokio::time::sleep(CALM).await;
        program.kill();
    }
}

/// One figure of a run, a value each time it was measured.
type Figure = fn(&Figures) -> &[f64];

fn print(kind: &str, ours: &Figures, theirs: Option<&Figures>, target: &str) {
    let rows: [(&str, &str, Figure); 8] = [
        ("20 steps a second, 90,000 others waiting: late p50, ms", "–", |f| &f.steady.0),
        ("20 steps a second, 90,000 others waiting: late p99, ms", "≤ 50", |f| &f.steady.1),
        ("10,000 steps due within one second: late p50, ms", "–", |f| &f.burst.0),
        ("10,000 steps due within one second: late p99, ms", target, |f| &f.burst.1),
        ("the same, CPU a step, µs", "–", |f| &f.burst_cpu),
        ("`kill -9` in a burst of 2,000: all delivered after the restart, s", "≤ 2", |f| &f.restart),
        ("memory with 90,000 open incidents, MiB", "≤ 100", |f| &f.memory),
        ("start until ready, with them, ms", "≤ 100", |f| &f.start),
    ];
    for (what, target, figure) in rows {
        let ours = median(figure(ours));
        let theirs = theirs.map_or(f64::NAN, |theirs| median(figure(theirs)));
        println!(
            "| {kind}: {what} | {target} | {} | {} | {} |",
            show(ours),
            show(theirs),
            ratio(ours, theirs)
        );
    }
}
