//! From "ack pressed" to "answer seen": killed at every outward step between them. Once somebody was told that it is
//! theirs it stays theirs, what is left of its pages is called back with it, and the answer comes once.

use std::collections::BTreeMap;

use toban::base::clock::{pause, within};
use toban::domain::incident::timeline::Happened;
use toban::store::StoredIncident;

use super::knife::{Cut, Steps};
use super::night::{LATER, Night};
use crate::binary::process::LONG;
use crate::binary::site::{Serving, Site};
use crate::rig::app::OPS;
use crate::slack::fake::payloads;

/// Where it is pressed.
#[derive(Clone, Copy)]
enum Door {
    /// The button under the thread's first message.
    Button,
    /// `/ack INC-42`.
    Command,
    /// The link in a page.
    Link,
}

impl Night {
    /// An incident of which somebody was told; its name and its id.
    async fn trouble(&self, toban: &Serving, number: u64) -> (String, String) {
        let name = format!("night-{number:04}");
        self.insist(&toban.url, &name).await;
        let id = self.settled(&name).await.incident.id.to_string();
        (name, id)
    }

    /// Presses once, by a person who sees no answer otherwise; the status, if there was one.
    async fn ack(&self, toban: &Serving, door: Door, name: &str, id: &str) -> Option<u16> {
        match door {
            Door::Button => {
                let root = &self.roots(name)[0];
                let mut press = payloads::press(&format!("ack {id}"), OPS, "U0SATO", &root.ts, None);
                press["response_url"] = self.site.slack.reply_url(OPS, "U0SATO").into();
                self.site.slack.caller(&toban.url).try_interaction(&press).await
            }
            Door::Command => self.site.slack.caller(&toban.url).try_command("/ack", id, OPS, "U0SATO").await,
            Door::Link => {
                let page = self.heard(name).ntfy.last().unwrap()["click"].as_str().unwrap().to_owned();
                let (_, path) = page.split_once("/p/").unwrap();
                self.post(&format!("{}/p/{path}", toban.url)).await.map(|(status, _)| status)
            }
        }
    }

    /// Waits until somebody holds the incident and it is told where it is to be told.
    async fn held(&self, name: &str) -> StoredIncident {
        let told = || {
            let state = self.site.slack.state();
            let root = state.channel(OPS).find(|said| said.thread.is_none() && said.shown().contains(name));
            root.is_some_and(|root| {
                let mut replies =
                    state.channel(OPS).filter(|said| said.thread.as_deref() == Some(root.ts.as_str()));
                root.shown().contains("佐藤 has it")
                    && replies.any(|said| said.shown().contains("took it on"))
            })
        };
        let waiting = async {
            loop {
                let stored = self.incident(name).await.unwrap();
                if stored.incident.held_by().is_some() && told() {
                    return stored;
                }
                pause(std::time::Duration::from_millis(10)).await;
            }
        };
        let held = within(LONG, waiting).await;
        held.unwrap_or_else(|_| panic!("{name} is not told to be held:\n{}", self.site.slack.transcript(OPS)))
    }

    /// After all is over: one acknowledgement, nothing left to be sent, nothing sent after it, and no post twice.
    async fn rests(&self, name: &str, moment: &str) {
        let stored = self.incident(name).await.unwrap();
        let incident = &stored.incident;
        assert_eq!(incident.held_by().map(|by| by.as_str()), Some("sato"), "{name}, {moment}");
        let timeline = self.store.timeline(&incident.id).await.unwrap();
        let taken =
            timeline.iter().filter(|entry| matches!(entry.what, Happened::Acknowledged { .. })).count();
        assert!(taken >= 1, "{name}, {moment}: {timeline:#?}");
        let pages = self.pages(&incident.id).await;
        let open: Vec<_> =
            pages.iter().filter(|page| matches!(page.state.as_str(), "waiting" | "sending")).collect();
        assert!(open.is_empty(), "{name}, {moment}: {open:#?}");
        let cancelled = pages.iter().filter(|page| page.state == "cancelled").count();
        assert_eq!(cancelled, 1, "{name}, {moment}: {pages:#?}");
        assert!(self.heard(name).webhook.is_empty(), "{name}, {moment}: paged although somebody has it");
        assert_eq!(incident.next_step(), None, "{name}, {moment}");
    }

    /// No post stands anywhere twice.
    fn nothing_twice(&self) {
        let state = self.site.slack.state();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for said in &state.messages {
            if let Some(post) = said.metadata["event_payload"]["post"].as_str() {
                *seen.entry(post.to_owned()).or_default() += 1;
            }
        }
        let twice: Vec<_> = seen.into_iter().filter(|(_, times)| *times > 1).collect();
        assert!(twice.is_empty(), "{twice:?}");
    }
}

/// Ends it at most so often.
const MOST: u64 = 12;

async fn sweep(night: &Night, steps: Steps, door: Door) {
    let mut toban = night.serve().await;
    let (name, id) = night.trouble(&toban, 0).await;
    night.knife.arm(Cut::nowhere(steps));
    assert_eq!(night.ack(&toban, door, &name, &id).await, Some(200));
    night.held(&name).await;
    let total = night.knife.disarm();
    let mut moments = vec![(name, "unharmed".to_owned())];
    for cut in Cut::spread(steps, total, MOST) {
        let (name, id) = night.trouble(&toban, cut.at).await;
        let moment = format!("{cut} of {total}");
        night.knife.arm(cut);
        let pressed = night.ack(&toban, door, &name, &id).await;
        if pressed.is_some() {
            tokio::select! {
                () = toban.process.gone() => {}
                _ = night.held(&name) => {}
            }
        } else {
            within(LONG, toban.process.gone()).await.unwrap();
        }
        night.knife.disarm();
        toban.process.kill();
        toban = night.serve_again().await;
        if pressed != Some(200) {
            // Whoever saw nothing presses again.
            assert_eq!(night.ack(&toban, door, &name, &id).await, Some(200), "{name}, {moment}");
        }
        night.held(&name).await;
        moments.push((name, moment));
    }
    toban.process.stop().await;
    for (name, moment) in &moments {
        night.rests(name, moment).await;
    }
    night.nothing_twice();
}

/// Which steps are worth it: a database that is a file, or a server.
fn steps(site: &Site) -> Steps {
    if site.store.starts_with("sqlite") { Steps::All } else { Steps::Sockets }
}

nights! {
    async fn a_button_that_was_pressed_is_answered_wherever_it_ends(site: Site) {
        let steps = steps(&site);
        sweep(&Night::new(site, LATER).await, steps, Door::Button).await;
    }

    async fn a_command_is_answered_wherever_it_ends(site: Site) {
        let steps = steps(&site);
        sweep(&Night::new(site, LATER).await, steps, Door::Command).await;
    }

    async fn a_link_is_answered_wherever_it_ends(site: Site) {
        let steps = steps(&site);
        sweep(&Night::new(site, LATER).await, steps, Door::Link).await;
    }
}
