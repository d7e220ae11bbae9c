//! Alerts over Alertmanager's webhook: stored a second, received to notified, memory, beside a bare program.
//!
//! `cargo bench --bench alerts` runs it and prints rows for `docs/benchmarks.md`. The program under test (the release binary,
//! or the bare one: this file with `--bare`) runs on one core, the load and everybody's telephone on the other; rounds of
//! both are interleaved, medians are printed, and the ratio is what counts.
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
mod load;
#[path = "../common/phone.rs"]
mod phone;
#[path = "../common/program.rs"]
mod program;
mod store;
#[path = "../common/wire.rs"]
mod wire;

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use figures::{median, millis, percentile, ratio, show};
use load::{SERVICES, SOURCES, TOKEN};
use phone::Phone;
use program::Program;

/// Alerts one by one, in groups, and at a steady pace.
const SINGLE: usize = 15_000;
const GROUPED: usize = 100_000;
const STEADY: usize = 400;

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("--bare") {
        let given: Vec<String> = args.collect();
        return program::runtime().block_on(bare::serve(&given[0], &given[1], given[2].parse().unwrap()));
    }
    program::pin();
    program::runtime().block_on(measure());
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Toban,
    Bare,
}

/// Figures of one program over all rounds.
#[derive(Default)]
struct Figures {
    single: Vec<f64>,
    single_cpu: Vec<f64>,
    grouped: Vec<f64>,
    grouped_cpu: Vec<f64>,
    attached: Vec<f64>,
    told_p50: Vec<f64>,
    told_p99: Vec<f64>,
    idle: Vec<f64>,
    after: Vec<f64>,
    start: Vec<f64>,
}

async fn measure() {
    let rounds = program::rounds();
    let phone = Phone::start(load::names).await;
    let (mut toban, mut bare) = (Figures::default(), Figures::default());
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        one_round(&phone, Kind::Bare, &mut bare).await;
        one_round(&phone, Kind::Toban, &mut toban).await;
    }
    print(&toban, &bare);
}

async fn one_round(phone: &Phone, kind: Kind, figures: &mut Figures) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("toban.db");
    let port = program::free_port();
    let program = match kind {
        Kind::Bare => Program::bare(&[file.to_str().unwrap(), &phone.url()], port).await,
        Kind::Toban => {
            std::fs::write(folder.path().join("bench.toml"), config(&file, &phone.url(), port)).unwrap();
            Program::toban(folder.path(), port, &[("BENCH_TOKEN", TOKEN)]).await
        }
    };
    figures.idle.push(program.memory());
    let port = program.port;

    // Received to notified, fifty a second, each an incident of its own; the first ones warm up.
    phone.expect((0..50).map(load::name));
    load::steady(port, 0, 50, Duration::from_millis(20)).await;
    phone.heard(Duration::from_secs(10)).await;
    phone.expect((50..50 + STEADY).map(load::name));
    let sent = load::steady(port, 50, STEADY, Duration::from_millis(20)).await;
    let heard = phone.heard(Duration::from_secs(10)).await;
    let told: Vec<f64> = sent.iter().map(|(name, at)| millis(heard[name].duration_since(*at))).collect();
    figures.told_p50.push(percentile(&told, 50));
    figures.told_p99.push(percentile(&told, 99));

    // One alert a request.
    let first = 50 + STEADY;
    let cpu = program.cpu();
    let run = load::closed(port, first, SINGLE, 1, 64).await;
    figures.single.push(run.count as f64 / run.took.as_secs_f64());
    settled(kind, &file, first + SINGLE, &program).await;
    figures.single_cpu.push((program.cpu() - cpu).as_secs_f64() * 1e6 / SINGLE as f64);

    // Sixty-four alerts a request.
    let first = first + SINGLE;
    let cpu = program.cpu();
    let run = load::closed(port, first, GROUPED, 64, 16).await;
    figures.grouped.push(run.count as f64 / run.took.as_secs_f64());
    let rest = settled(kind, &file, first + GROUPED, &program).await;
    figures.attached.push(run.count as f64 / (run.took + rest).as_secs_f64());
    figures.grouped_cpu.push((program.cpu() - cpu).as_secs_f64() * 1e6 / GROUPED as f64);
    figures.after.push(program.memory());
    program.kill();
    if kind == Kind::Toban {
        let again = Program::toban(folder.path(), port, &[("BENCH_TOKEN", TOKEN)]).await;
        figures.start.push(millis(again.started_in));
    }
}

/// Waits until every alert is stored and its incident knows of it; how long that took.
async fn settled(kind: Kind, file: &Path, count: usize, program: &Program) -> Duration {
    let began = std::time::Instant::now();
    let mut looks = 0;
    loop {
        let (stored, waiting) = store::alerts(file, kind == Kind::Toban).await;
        assert_eq!(stored, count, "every alert that was answered is stored");
        if waiting == 0 {
            return if looks == 0 { Duration::ZERO } else { began.elapsed() };
        }
        looks += 1;
        assert!(
            began.elapsed() < Duration::from_secs(120),
            "{waiting} alerts wait, {} MiB",
            program.memory()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

type Figure = for<'a> fn(&'a Figures) -> &'a [f64];

fn print(toban: &Figures, bare: &Figures) {
    let rows: [(&str, &str, Figure); 10] = [
        ("one alert a request, stored a second", "≥ 5,000", |f| &f.single),
        ("the same, CPU an alert with its incident, µs", "–", |f| &f.single_cpu),
        ("64 alerts a request, 100,000 in all, stored a second", "≥ 16,000", |f| &f.grouped),
        ("the same, until their incidents know of all of them", "–", |f| &f.attached),
        ("the same, CPU an alert with its incident, µs", "–", |f| &f.grouped_cpu),
        ("received → notified, 50 a second, p50, ms", "≤ 2", |f| &f.told_p50),
        ("received → notified, 50 a second, p99, ms", "≤ 5", |f| &f.told_p99),
        ("memory idle, MiB", "–", |f| &f.idle),
        ("memory with 115,000 alerts, MiB", "≤ 100", |f| &f.after),
        ("start until ready, with them, ms", "≤ 100", |f| &f.start),
    ];
    println!("| what | target | Toban | bare | ratio |\n| --- | --- | --- | --- | --- |");
    for (what, target, figure) in rows {
        let (ours, theirs) = (median(figure(toban)), median(figure(bare)));
        println!("| {what} | {target} | {} | {} | {} |", show(ours), show(theirs), ratio(ours, theirs));
    }
}

fn config(file: &Path, phone: &str, port: u16) -> String {
    let mut text = format!(
        "[web]\nlisten = \"127.0.0.1:{port}\"\n[store]\nurl = \"sqlite://{}\"\n[ntfy]\nurl = \"{phone}\"\n",
        file.display()
    );
    for number in 0..SOURCES {
        let _ = writeln!(
            text,
            "[[source]]\nid = \"am-{number}\"\nkind = \"alertmanager\"\ntoken = \"env:BENCH_TOKEN\""
        );
    }
    for number in 0..SERVICES {
        let _ = writeln!(
            text,
            r#"[[service]]
id = "svc-{number}"
environment = "production"
policy = "ladder-{number}"
[[person]]
id = "p{number}"
roles = ["operator"]
contact = [{{ by = "webhook", url = "{phone}" }}]
[[policy]]
id = "ladder-{number}"
step = [
  {{ after = "0m", notify = ["person:p{number}"], unless = "resolved" }},
  {{ after = "30m", notify = ["person:p0"], unless = "resolved" }},
  {{ after = "60m", notify = ["group:stakeholders"], unless = "resolved" }},
]"#
        );
    }
    text
}
