//! A log that is followed: the stream that is opened, the lines that come, and how it ends.

use std::time::Duration;

use toban::base::Clock;
use toban::base::clock::pause;
use toban::sandbox::{MESSAGE, Options};

use super::desk::Desk;
use crate::rig::app::Plan;

const TAIL: &str = "/google.logging.v2.LoggingServiceV2/TailLogEntries";
const ERROR: u16 = 500;

/// The world writes nothing but what is said.
fn quiet() -> Plan {
    Plan { sandbox: Options::quiet(), ..Plan::default() }
}

impl Desk {
    /// Types a command that follows a log, and waits until the backend has been told what to send.
    async fn follows(&self, command: &str) -> serde_json::Value {
        self.world().forget_requests();
        self.rig.type_in(command).await;
        loop {
            let requests = self.world().requests();
            if let Some(told) = requests.iter().find(|told| told.method == MESSAGE && told.path == TAIL) {
                assert!(requests.iter().any(|request| request.method == "POST" && request.path == TAIL));
                return told.json();
            }
            pause(Duration::from_millis(10)).await;
        }
    }
}

/// Lines are shown while it goes on; "Stop" ends it and closes the stream.
pub async fn until_stopped(cloud_run: &str, command: &str, filter: &str) {
    let desk = Desk::with(quiet()).await;
    let told = desk.follows(command).await;
    assert_eq!(told["filter"], filter);
    for number in 1..=3 {
        desk.world().say(cloud_run, ERROR, &format!("lost the thread, try {number}"));
    }
    let live = desk.rig.sees("lost the thread, try 3").await;
    assert!(live.shown.starts_with("⏳ **Following "), "{}", live.shown);
    desk.rig.press(&live, "Stop").await;
    let ended = desk.rig.sees("Stopped by hand.").await;
    assert_eq!(ended.ts, live.ts, "one message, edited in place");
    for part in ["Followed ", ": 3 errors", "lost the thread, try 3 (×3)"] {
        assert!(ended.shown.contains(part), "{part:?} is not in:\n{}", ended.shown);
    }
    assert_eq!(ended.button("Follow on"), again(command));
    // The stream is closed: the project has all its sessions again.
    while desk.world().with(|state, _| state.open_tails()) > 0 {
        pause(Duration::from_millis(10)).await;
    }
    assert!(super::desk::writes(&desk.world().requests()).is_empty());
    desk.close().await;
}

/// At the end of its time the answer stands in the same message.
pub async fn until_the_time_is_over(cloud_run: &str, command: &str) {
    let desk = Desk::with(Plan { clock: Clock::running(100), ..quiet() }).await;
    desk.follows(command).await;
    desk.world().say(cloud_run, ERROR, "the only line");
    let ended = desk.rig.sees("Followed ").await;
    for part in [" for 5m", ": 1 error", "the only line"] {
        assert!(ended.shown.contains(part), "{part:?} is not in:\n{}", ended.shown);
    }
    desk.close().await;
}

/// `logs SERVICE …` as the button types it: the component is named.
fn again(command: &str) -> String {
    let mut words: Vec<String> = command.split(' ').map(str::to_owned).collect();
    let component = if words[1] == "bluelamp" { "portal" } else { "web" };
    words[1] = format!("{}.{component}", words[1]);
    words.join(" ")
}
