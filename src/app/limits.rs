//! How long things may take and how long they are good for, as configured.

use std::time::Duration;

/// Spans that the desk and dispatch go by.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Looking, for a whole command; following a log has its own end.
    pub command: Duration,
    /// Carrying out a confirmed change, verification included.
    pub change: Duration,
    /// How long a plan waits for a yes.
    pub plan: Duration,
    /// The same where a second person has to say it.
    pub danger_plan: Duration,
    /// How long the way back is offered.
    pub undo: Duration,
    /// How often a progress line is edited at most.
    pub progress: Duration,
    /// How long a whole answer is kept for "more" and "as file".
    pub result: Duration,
    /// How long an incident is kept after its end, with its timeline.
    pub keep: Duration,
    /// How many messages are worked on at once; more of them wait, acknowledged and durable.
    pub parallel: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            command: Duration::from_mins(1),
            change: Duration::from_mins(15),
            plan: Duration::from_mins(5),
            danger_plan: Duration::from_mins(30),
            undo: Duration::from_mins(30),
            progress: Duration::from_secs(2),
            result: Duration::from_hours(1),
            keep: Duration::from_hours(400 * 24),
            parallel: 2_048,
        }
    }
}
