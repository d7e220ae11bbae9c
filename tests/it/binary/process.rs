//! A process of the program: what it says is read while it runs, and it does not outlive its test.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;

/// Longer than anything here takes, unless it is broken: debug builds on a busy machine are slow to start.
pub const LONG: Duration = Duration::from_secs(60);

/// A process that runs.
pub struct Process {
    child: Child,
    said: Arc<Mutex<String>>,
    changed: watch::Receiver<()>,
}

impl Process {
    pub fn spawn(command: &mut Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (change, changed) = watch::channel(());
        listen(child.stdout.take().unwrap(), said.clone(), change.clone());
        listen(child.stderr.take().unwrap(), said.clone(), change);
        Self { child, said, changed }
    }

    /// Everything it has said so far, on both streams.
    pub fn said(&self) -> String {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it says `text`; the rest of that line after it.
    pub async fn says(&self, text: &str) -> String {
        let mut changed = self.changed.clone();
        let waiting = async {
            loop {
                if let Some((_, rest)) = self.said().split_once(text)
                    && let Some((line, _)) = rest.split_once('\n')
                {
                    return line.trim().to_owned();
                }
                if changed.changed().await.is_err() {
                    panic!("it ended without saying {text:?}; it said:\n{}", self.said());
                }
            }
        };
        match tokio::time::timeout(LONG, waiting).await {
            Ok(line) => line,
            Err(_) => panic!("it never said {text:?}; it said:\n{}", self.said()),
        }
    }

    /// Waits until it has ended, however.
    pub async fn gone(&self) {
        let mut changed = self.changed.clone();
        while changed.changed().await.is_ok() {}
    }

    /// `kill -9`; returns when it is gone.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends SIGTERM.
    pub fn tell_to_stop(&self) {
        let id = self.child.id();
        let told = Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().unwrap();
        assert!(told.success());
    }

    /// Waits for its end; how it ended, and everything it said.
    pub async fn ended(mut self) -> (ExitStatus, String) {
        let mut changed = self.changed.clone();
        // Both streams are closed when it has ended.
        let closed = tokio::time::timeout(LONG, async { while changed.changed().await.is_ok() {} });
        assert!(closed.await.is_ok(), "it does not end; it said:\n{}", self.said());
        let status = self.child.wait().unwrap();
        (status, self.said())
    }

    /// Tells it to stop, as a service manager does, and waits for its good end.
    pub async fn stop(self) -> String {
        self.tell_to_stop();
        let (status, said) = self.ended().await;
        assert_eq!(status.code(), Some(0), "{said}");
        said
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; a zombie is left in no case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(stream: impl Read + Send + 'static, said: Arc<Mutex<String>>, change: watch::Sender<()>) {
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let _ = writeln!(said.lock().unwrap(), "{line}");
            change.send_replace(());
        }
    });
}
