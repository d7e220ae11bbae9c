//! Commands over Slack HTTP: acknowledgement, answers a second, CPU, memory and start time, beside a bare program.
//!
//! `cargo bench` runs it and prints a table for `docs/benchmarks.md`. The program under test (the release binary, or
//! the bare one: this file with `--bare`) runs on one core, this load generator with the platform and the probed service
//! on the other; rounds of both are interleaved, medians are printed, and the ratio is what counts.
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
#[path = "../common/program.rs"]
mod program;
mod setup;
#[path = "../common/wire.rs"]
mod wire;
mod world;

use std::time::Duration;

use figures::{median, millis, ratio, show};
use load::{Load, Way};
use setup::Kind;
use world::World;

fn main() {
    let mut args = std::env::args().skip(1);
    if args.next().as_deref() == Some("--bare") {
        let given: Vec<String> = args.collect();
        return program::runtime().block_on(bare::serve(&given[0], &given[1], given[2].parse().unwrap()));
    }
    program::pin();
    program::runtime().block_on(measure());
}

/// Figures of one program over all rounds.
#[derive(Default)]
struct Figures {
    rate: Vec<f64>,
    rate_rooted: Vec<f64>,
    cpu: Vec<f64>,
    ack_p50: Vec<f64>,
    ack_p99: Vec<f64>,
    answer_p50: Vec<f64>,
    burst_acked: Vec<f64>,
    burst_answered: Vec<f64>,
    idle: Vec<f64>,
    after: Vec<f64>,
    start: Vec<f64>,
}

async fn measure() {
    let world = World::start().await;
    let (mut toban, mut bare) = (Figures::default(), Figures::default());
    let rounds = program::rounds();
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        one_round(&world, Kind::Bare, &mut bare).await;
        one_round(&world, Kind::Toban, &mut toban).await;
    }
    print(&toban, &bare);
}

async fn one_round(world: &World, kind: Kind, figures: &mut Figures) {
    world.slow(Duration::ZERO, Duration::ZERO);
    let (program, _folder) = setup::start(kind, world).await;
    figures.start.push(millis(program.started_in));
    figures.idle.push(program.memory());
    let load = Load::new(world, program.port);

    // Warm up, then many in flight.
    load.closed(Way::InThread, 32, 1_000).await;
    let cpu = program.cpu();
    let run = load.closed(Way::InThread, 32, 12_000).await;
    figures.rate.push(run.count as f64 / run.took.as_secs_f64());
    figures.cpu.push((program.cpu() - cpu).as_secs_f64() * 1e6 / run.count as f64);
    let rooted = load.closed(Way::Rooted, 32, 4_000).await;
    figures.rate_rooted.push(rooted.count as f64 / rooted.took.as_secs_f64());

    // Light: one at a time, a pause between.
    let light = load.light(Way::InThread, 400, Duration::from_millis(4)).await;
    figures.ack_p50.push(millis(light.acked(50)));
    figures.ack_p99.push(millis(light.acked(99)));
    figures.answer_p50.push(millis(light.answered(50)));

    // A thousand at once, with a slow service and a slow platform.
    world.slow(Duration::from_millis(50), Duration::from_millis(100));
    let burst = load.burst(Way::InThread, 1_000).await;
    figures.burst_acked.push(millis(burst.acked(100)));
    figures.burst_answered.push(millis(burst.answered(100)));
    figures.after.push(program.memory());
    program.kill();
}

type Figure = for<'a> fn(&'a Figures) -> &'a [f64];

fn print(toban: &Figures, bare: &Figures) {
    let rows: [(&str, &str, Figure); 11] = [
        ("answers a second, 32 in flight, one post each", "≥ 4,000", |f| &f.rate),
        ("the same with a root post each (two posts)", "–", |f| &f.rate_rooted),
        ("CPU per command, µs", "≤ 4 × bare", |f| &f.cpu),
        ("light load: acknowledged p50, ms", "≤ 1", |f| &f.ack_p50),
        ("light load: acknowledged p99, ms", "≤ 5", |f| &f.ack_p99),
        ("light load: answered p50, ms", "–", |f| &f.answer_p50),
        ("1,000 at once: last acknowledged, ms", "≤ 500", |f| &f.burst_acked),
        ("1,000 at once: last answered, ms (probe 50, platform 100)", "≤ 700", |f| &f.burst_answered),
        ("memory idle, MiB", "≤ 20", |f| &f.idle),
        ("memory after all that, MiB", "≤ 80", |f| &f.after),
        ("start until ready, ms", "≤ 100", |f| &f.start),
    ];
    println!("| what | target | Toban | bare | ratio |\n| --- | --- | --- | --- | --- |");
    for (what, target, figure) in rows {
        let (ours, theirs) = (median(figure(toban)), median(figure(bare)));
        println!("| {what} | {target} | {} | {} | {} |", show(ours), show(theirs), ratio(ours, theirs));
    }
}
