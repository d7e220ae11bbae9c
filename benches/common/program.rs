//! A program under test, in a process of its own on a core of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Program {
    child: Child,
    pub port: u16,
    pub started_in: Duration,
}

impl Program {
    /// Toban with the config of a folder, its log beside it; `port` is the one of the config.
    pub async fn toban(folder: &Path, port: u16, secrets: &[(&str, &str)]) -> Self {
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
        let mut command = on_core_0(&toban());
        command.args(["serve", "--config"]).arg(folder).stderr(log);
        command.envs(secrets.iter().copied());
        Self::start(command, port, Some(&folder.join("log"))).await
    }

    /// The bare program: this file with `--bare`.
    pub async fn bare(args: &[&str], port: u16) -> Self {
        let mut command = on_core_0(&std::env::current_exe().unwrap());
        command.arg("--bare").args(args).arg(port.to_string());
        Self::start(command, port, None).await
    }

    async fn start(mut command: Command, port: u16, log: Option<&Path>) -> Self {
        let began = Instant::now();
        let mut child =
            command.stdout(Stdio::null()).spawn().expect("taskset (util-linux) starts the program");
        while !ready(port) {
            if let Some(status) = child.try_wait().unwrap() {
                let log = log.and_then(|log| fs::read_to_string(log).ok()).unwrap_or_default();
                panic!("the program ended with {status}: {log}");
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Self { child, port, started_in: began.elapsed() }
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

    /// Ends it at once, as `kill -9` does.
    pub fn kill(mut self) {
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

/// The program as it was built with this benchmark, or the one that is named in the environment.
fn toban() -> PathBuf {
    std::env::var_os("TOBAN_BENCH_PROGRAM").map_or_else(|| env!("CARGO_BIN_EXE_toban").into(), PathBuf::from)
}

fn on_core_0(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    command
}

/// Ties this process to the other core, where the machine lets us.
pub fn pin() {
    let _ = Command::new("taskset")
        .args(["-acp", "1", &std::process::id().to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// How many rounds are measured, of which the medians are told: five, or `TOBAN_BENCH_ROUNDS`.
pub fn rounds() -> usize {
    std::env::var("TOBAN_BENCH_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap())
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn ready(port: u16) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else { return false };
    let _ = stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}
