//! The load: signed Slack requests over plain keep-alive connections, each command in a channel and thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::net::TcpStream;

use crate::setup::{PEOPLE, SECRET};
use crate::wire::{ask, connect};
use crate::world::World;

/// How a command is said.
#[derive(Clone, Copy)]
pub enum Way {
    /// `@toban` in an existing thread: the answer is one post.
    InThread,
    /// A slash command in a channel: a root post and the answer in its thread.
    Rooted,
}

pub struct Load {
    world: World,
    port: u16,
}

/// When each command was acknowledged and answered, since it was sent.
pub struct Run {
    pub count: usize,
    pub took: Duration,
    acked: Vec<Duration>,
    answered: Vec<Duration>,
}

static NUMBER: AtomicU64 = AtomicU64::new(1);

impl Load {
    pub fn new(world: &World, port: u16) -> Self {
        Self { world: world.clone(), port }
    }

    /// So many in flight, each followed by another once it is answered.
    pub async fn closed(&self, way: Way, flights: usize, count: usize) -> Run {
        let left = Arc::new(AtomicU64::new(count as u64));
        let began = Instant::now();
        let workers: Vec<_> = (0..flights)
            .map(|_| {
                let (world, port, left) = (self.world.clone(), self.port, left.clone());
                tokio::spawn(async move {
                    let mut wire = connect(port).await;
                    let mut times = Vec::new();
                    while left
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                        .is_ok()
                    {
                        times.push(one(&world, &mut wire, way, None).await);
                    }
                    times
                })
            })
            .collect();
        gather(workers, began).await
    }

    /// One at a time, a pause between.
    pub async fn light(&self, way: Way, count: usize, pause: Duration) -> Run {
        let began = Instant::now();
        let mut wire = connect(self.port).await;
        let mut times = Vec::new();
        for _ in 0..count {
            times.push(one(&self.world, &mut wire, way, None).await);
            tokio::time::sleep(pause).await;
        }
        Run::of(times, began)
    }

    /// All at once, each on a connection of its own.
    pub async fn burst(&self, way: Way, count: usize) -> Run {
        let began = Instant::now();
        let workers: Vec<_> = (0..count)
            .map(|_| {
                let (world, port) = (self.world.clone(), self.port);
                tokio::spawn(async move {
                    let mut wire = connect(port).await;
                    vec![one(&world, &mut wire, way, Some(began)).await]
                })
            })
            .collect();
        gather(workers, began).await
    }
}

impl Run {
    fn of(times: Vec<(Duration, Duration)>, began: Instant) -> Self {
        let (mut acked, mut answered): (Vec<_>, Vec<_>) = times.into_iter().unzip();
        acked.sort();
        answered.sort();
        Self { count: acked.len(), took: began.elapsed(), acked, answered }
    }

    /// The given percentile of the times to acknowledge.
    pub fn acked(&self, percent: usize) -> Duration {
        self.acked[(self.acked.len() * percent / 100).min(self.acked.len() - 1)]
    }

    /// The given percentile of the times to answer.
    pub fn answered(&self, percent: usize) -> Duration {
        self.answered[(self.answered.len() * percent / 100).min(self.answered.len() - 1)]
    }
}

async fn gather(workers: Vec<tokio::task::JoinHandle<Vec<(Duration, Duration)>>>, began: Instant) -> Run {
    let mut times = Vec::new();
    for worker in workers {
        times.extend(worker.await.unwrap());
    }
    Run::of(times, began)
}

/// One command: the times to its acknowledgement and its answer, since `began` or since it was sent.
async fn one(world: &World, wire: &mut TcpStream, way: Way, began: Option<Instant>) -> (Duration, Duration) {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let channel = format!("C{number}");
    let user = number as usize % PEOPLE;
    let (path, kind, posts, body) = match way {
        Way::InThread => (
            "/slack/events",
            "application/json",
            1,
            format!(
                r#"{{"token":"x","team_id":"T1","api_app_id":"A1","type":"event_callback","event_id":"Ev{number}","event_time":1700000000,"event":{{"type":"app_mention","user":"U{user}","text":"<@UBOT> health sagebase","ts":"1700000001.{number:06}","thread_ts":"1700000000.{number:06}","channel":"{channel}","event_ts":"1700000001.{number:06}"}}}}"#
            ),
        ),
        Way::Rooted => (
            "/slack/commands",
            "application/x-www-form-urlencoded",
            2,
            format!(
                "token=x&team_id=T1&team_domain=bench&channel_id={channel}&channel_name=ops&user_id=U{user}&user_name=u&command=%2Fhealth&text=sagebase&api_app_id=A1&is_enterprise_install=false&response_url=http%3A%2F%2F127.0.0.1%3A{}%2Fr&trigger_id=1.{number}",
                world.port()
            ),
        ),
    };
    let answered = world.expect(&channel, posts);
    let request = signed(path, kind, &body);
    let sent = began.unwrap_or_else(Instant::now);
    ask(wire, request.as_bytes()).await;
    let acked = sent.elapsed();
    let at = tokio::time::timeout(Duration::from_secs(60), answered)
        .await
        .expect("an answer within a minute")
        .unwrap();
    (acked, at.duration_since(sent))
}

fn signed(path: &str, kind: &str, body: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("v0:{now}:{body}").as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nx-slack-request-timestamp: {now}\r\nx-slack-signature: v0={signature}\r\n\r\n{body}",
        body.len()
    )
}
