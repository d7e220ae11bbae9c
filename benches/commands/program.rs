//! A program under test, in a process of its own on a core of its own.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::World;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Toban,
    Bare,
}

pub struct Program {
    child: Child,
    pub port: u16,
    pub started_in: Duration,
    _folder: tempfile::TempDir,
}

/// The signing secret that both sides know.
pub const SECRET: &str = "bench-signing-secret";
/// As many people as this share the load.
pub const PEOPLE: usize = 1_000;

impl Program {
    pub async fn start(kind: Kind, world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let here = format!("http://127.0.0.1:{}", world.port());
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).stdout(Stdio::null());
        match kind {
            Kind::Bare => {
                command.arg(std::env::current_exe().unwrap());
                command.args([
                    "--bare",
                    &format!("{here}/health"),
                    &format!("{here}/api/chat.postMessage"),
                    &port.to_string(),
                ]);
            }
            Kind::Toban => {
                fs::write(folder.path().join("bench.toml"), config(folder.path(), &here, port)).unwrap();
                let log = fs::File::create(folder.path().join("log")).unwrap();
                command.arg(env!("CARGO_BIN_EXE_toban")).args(["serve", "--config"]).arg(folder.path());
                command.env("BENCH_SECRET", SECRET).env("BENCH_TOKEN", "xoxb-bench").stderr(log);
            }
        }
        let began = Instant::now();
        let mut child = command.spawn().expect("taskset (util-linux) starts the program");
        let started_in = loop {
            if ready(port) {
                break began.elapsed();
            }
            if let Some(status) = child.try_wait().unwrap() {
                let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                panic!("the program ended with {status}: {log}");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        Self { child, port, started_in, _folder: folder }
    }

    /// Resident memory in MiB.
    pub fn memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// CPU time so far, user and system (clock ticks of 10 ms).
    pub fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        Duration::from_millis(ticks * 10)
    }

    pub async fn stop(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ties a process to a core, where the machine lets us.
pub fn pin(process: u32, core: u32) {
    let _ = Command::new("taskset")
        .args(["-acp", &core.to_string(), &process.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn ready(port: u16) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}

fn config(folder: &Path, here: &str, port: u16) -> String {
    let mut text = format!(
        r#"
[web]
listen = "127.0.0.1:{port}"
[store]
url = "sqlite://{store}"
[slack]
mode = "http"
api_url = "{here}/api"
bot_token = "env:BENCH_TOKEN"
signing_secret = "env:BENCH_SECRET"
[[service]]
id = "sagebase"
environment = "production"
  [[service.component]]
  id = "web"
  backend = "http"
  place = {{ url = "{here}/health" }}
"#,
        store = folder.join("toban.db").display()
    );
    for number in 0..PEOPLE {
        text.push_str(&format!(
            "[[person]]\nid = \"p{number}\"\nname = \"P{number}\"\nslack = \"U{number}\"\nroles = [\"operator\"]\n"
        ));
    }
    text
}
