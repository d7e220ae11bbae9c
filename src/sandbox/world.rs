//! The state of all simulated systems, which moves on with the clock whenever somebody looks at it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{broadcast, watch};

use super::Options;
use super::docker::Engine;
use super::fault::{Fault, Faults};
use super::logging::entry::{Entry, Payload, STDERR, STDOUT};
use super::logging::quota::Quota;
use super::logging::shelf::Shelf;
use super::monitoring::Gauges;
use super::ntfy::{Push, Topics};
use super::random::Dice;
use super::record::Seen;
use super::run::platform::Platform;
use super::run::preset;
use super::stories::{Generator, Writer};
use crate::base::Clock;

/// As many requests are remembered.
const REMEMBERED: usize = 1_000;

/// As many new lines may wait for a slow reader of the tail before it is told that it missed some.
const WAITING: usize = 4_096;

/// The simulated world. Cheap to clone; all clones are the same world.
#[derive(Clone)]
pub struct World(Arc<Inner>);

struct Inner {
    clock: Clock,
    options: Options,
    state: Mutex<State>,
    lines: broadcast::Sender<Arc<Entry>>,
    pushes: broadcast::Sender<Push>,
    breaks: watch::Sender<u64>,
}

/// What there is to know about the world at one moment.
pub struct State {
    /// Cloud Run.
    pub run: Platform,
    /// Cloud Logging.
    pub logs: Shelf,
    /// Metrics that are as somebody set them.
    pub gauges: Gauges,
    /// The Docker Engine.
    pub docker: Engine,
    /// What was pushed to people's telephones.
    pub topics: Topics,
    pub(super) faults: Faults,
    pub(super) quota: Quota,
    /// Open tail sessions by project.
    pub(super) tails: BTreeMap<String, usize>,
    pub(super) dice: Dice,
    seen: VecDeque<Seen>,
    generator: Generator,
}

impl State {
    /// How many streams of new log lines are open.
    pub fn open_tails(&self) -> usize {
        self.tails.values().sum()
    }
}

impl World {
    /// The example company, with a past behind it.
    pub fn new(clock: Clock, options: Options) -> Self {
        let now = clock.now();
        let mut dice = Dice::new(options.seed);
        let mut run = Platform::new(options.operations_take, Dice::new(dice.bits()));
        preset::fill(&mut run, now);
        let mut generator = Generator::new(Dice::new(dice.bits()), now - options.history);
        let mut logs = Shelf::default();
        if !options.history.is_zero() {
            generator.advance(now, &run, Writer::History, &mut |entry| {
                logs.add(entry);
            });
        }
        generator.skip(now);
        let quota = Quota::new(options.reads_a_minute);
        let state = State {
            run,
            logs,
            gauges: Gauges::default(),
            docker: Engine::default(),
            topics: Topics::default(),
            faults: Faults::default(),
            quota,
            tails: BTreeMap::new(),
            dice,
            seen: VecDeque::new(),
            generator,
        };
        Self(Arc::new(Inner {
            clock,
            options,
            state: Mutex::new(state),
            lines: broadcast::Sender::new(WAITING),
            pushes: broadcast::Sender::new(WAITING),
            breaks: watch::Sender::new(0),
        }))
    }

    /// The world's clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What is pushed to telephones from now on.
    pub fn pushes(&self) -> broadcast::Receiver<Push> {
        self.0.pushes.subscribe()
    }

    pub(super) fn pushed(&self, push: Push) {
        // No receiver is no fault: nobody looks at the telephones.
        let _ = self.0.pushes.send(push);
    }

    pub(super) fn options(&self) -> &Options {
        &self.0.options
    }

    /// Looks at the world as it is now, and may change it.
    pub fn with<T>(&self, look: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.clock.now();
        self.settle(&mut state, now);
        look(&mut state, now)
    }

    /// Everything that was due by `now` happens, in order: operations end, lines are written in between.
    fn settle(&self, state: &mut State, now: Timestamp) {
        while let Some(due) = state.run.next_due(now) {
            self.write_until(state, due);
            state.run.settle(due);
        }
        self.write_until(state, now);
    }

    fn write_until(&self, state: &mut State, until: Timestamp) {
        let State { generator, run, logs, .. } = state;
        if self.0.options.lively {
            generator.advance(until, run, Writer::Traffic, &mut |entry| {
                // No receiver is no fault: nobody follows.
                let _ = self.0.lines.send(logs.add(entry));
            });
        }
    }

    /// Writes one line into a service's log, from the revision that has most of the traffic.
    /// `severity` is LogSeverity's number, 500 for ERROR. `false` if there is no such service.
    pub fn say(&self, service: &str, severity: u16, text: &str) -> bool {
        self.with(|state, at| {
            let State { generator, run, logs, .. } = state;
            let Some(service) = run.service(service) else { return false };
            let serving = service.serving();
            let Some((revision, _)) = serving.iter().max_by_key(|(_, share)| *share) else { return false };
            let place = generator.place(service, revision);
            let log = if severity >= 400 { STDERR } else { STDOUT };
            let payload = Payload::Text(text.into());
            let entry = Entry { number: 0, at, severity, place, log, payload, request: None, trace: None };
            // No receiver is no fault: nobody follows.
            let _ = self.0.lines.send(logs.add(entry));
            true
        })
    }

    /// New lines from now on.
    pub(super) fn lines(&self) -> broadcast::Receiver<Arc<Entry>> {
        self.0.lines.subscribe()
    }

    /// Ends every open tail stream with UNAVAILABLE, as a restart of Google's servers does.
    pub fn break_tails(&self) {
        self.0.breaks.send_modify(|count| *count += 1);
    }

    pub(super) fn breaks(&self) -> watch::Receiver<u64> {
        self.0.breaks.subscribe()
    }

    /// Switches a fault on.
    pub fn fault(&self, fault: Fault) {
        self.with(|state, _| state.faults.add(fault));
    }

    /// Switches all faults off.
    pub fn clear_faults(&self) {
        self.with(|state, _| state.faults.clear());
    }

    /// The faults that are on.
    pub fn faults(&self) -> Vec<Fault> {
        self.with(|state, _| state.faults.list().to_vec())
    }

    /// The requests received, oldest first; only the last thousand are remembered.
    pub fn requests(&self) -> Vec<Seen> {
        self.with(|state, _| state.seen.iter().cloned().collect())
    }

    /// Forgets the requests received.
    pub fn forget_requests(&self) {
        self.with(|state, _| state.seen.clear());
    }

    pub(super) fn remember(&self, seen: Seen) {
        self.with(|state, _| {
            if state.seen.len() == REMEMBERED {
                state.seen.pop_front();
            }
            state.seen.push_back(seen);
        });
    }

    /// Lets the world move on by itself, so that who follows a log sees new lines. Never ends.
    pub(super) async fn live(self) {
        loop {
            self.0.clock.sleep(Duration::from_millis(250)).await;
            self.with(|_, _| ());
        }
    }
}
