//! Prometheus and Alertmanager as processes of a test: on loopback, with a folder of their own, gone when the test is.

use std::fs::File;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use toban::base::clock::{pause, within};

use crate::rig::leave::leave_out;

/// Longer than anything takes that is not broken.
pub const LONG: Duration = Duration::from_secs(60);

/// A program that runs.
pub struct Server {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    child: Child,
    folder: tempfile::TempDir,
    http: reqwest::Client,
}

impl Server {
    /// Prometheus with that config; its rules may stand in `rules.yml`. `None` where it is not installed.
    pub async fn prometheus(config: &str, rules: &str) -> Option<Self> {
        let files = [("prometheus.yml", config), ("rules.yml", rules)];
        Self::start("prometheus", &files, |folder, address| {
            vec![
                format!("--config.file={}", folder.join("prometheus.yml").display()),
                format!("--storage.tsdb.path={}", folder.join("data").display()),
                format!("--web.listen-address={address}"),
                "--web.enable-lifecycle".to_owned(),
            ]
        })
        .await
    }

    /// Alertmanager that tells everything to one webhook at once.
    pub async fn alertmanager(hook: &str, token: &str) -> Option<Self> {
        let config = format!(
            r#"
route:
  receiver: toban
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: toban
    webhook_configs:
      - url: {hook}
        send_resolved: true
        http_config:
          authorization:
            credentials: {token}
"#
        );
        let files = [("alertmanager.yml", config.as_str())];
        Self::start("prometheus-alertmanager", &files, |folder, address| {
            vec![
                format!("--config.file={}", folder.join("alertmanager.yml").display()),
                format!("--storage.path={}", folder.join("data").display()),
                format!("--web.listen-address={address}"),
                "--cluster.listen-address=".to_owned(),
            ]
        })
        .await
    }

    async fn start(
        program: &str,
        files: &[(&str, &str)],
        arguments: impl Fn(&Path, &str) -> Vec<String>,
    ) -> Option<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(LONG).build().unwrap();
        // The port is free when it is chosen; if somebody else is faster, another one is.
        for _ in 0..5 {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in files {
                std::fs::write(folder.path().join(name), text).unwrap();
            }
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
            let log = File::create(folder.path().join("log")).unwrap();
            let started = Command::new(program)
                .args(arguments(folder.path(), &address))
                .current_dir(folder.path())
                .stdin(Stdio::null())
                .stdout(log.try_clone().unwrap())
                .stderr(log)
                .spawn();
            let child = match started {
                Ok(child) => child,
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    leave_out(program);
                    return None;
                }
                Err(error) => panic!("{program}: {error}"),
            };
            let mut server = Self { url: format!("http://{address}"), child, folder, http: http.clone() };
            if server.is_ready().await {
                return Some(server);
            }
            let said = server.said();
            assert!(said.contains("address already in use"), "{program} does not start:\n{said}");
        }
        panic!("no port is left for {program}");
    }

    /// Waits until it is ready; not so if it ends before.
    async fn is_ready(&mut self) -> bool {
        let ready = async {
            while self.child.try_wait().unwrap().is_none() {
                let answer = self.http.get(format!("{}/-/ready", self.url)).send().await;
                if answer.is_ok_and(|answer| answer.status() == 200) {
                    return true;
                }
                pause(Duration::from_millis(20)).await;
            }
            false
        };
        match within(LONG, ready).await {
            Ok(ready) => ready,
            Err(_) => panic!("it is never ready:\n{}", self.said()),
        }
    }

    /// Its log.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// Its answer to a request.
    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// Hands something in.
    pub async fn post(&self, path: &str, body: &Value) {
        let answer = self.http.post(format!("{}{path}", self.url)).json(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }

    /// Waits until its answer to a request is like that.
    pub async fn until(&self, path: &str, like: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let asked = async {
            loop {
                last = self.get(path).await;
                if like(&last) {
                    return;
                }
                pause(Duration::from_millis(50)).await;
            }
        };
        if within(LONG, asked).await.is_err() {
            panic!("{path} never was so; it is {last:#}\n{}", self.said());
        }
        last
    }

    /// Prometheus: waits until a query has that value.
    pub async fn until_value(&self, query: &str, value: &str) {
        let path = format!("/api/v1/query?query={}", urlencoded(query));
        self.until(&path, |answer| answer["data"]["result"][0]["value"][1] == value).await;
    }
}

fn urlencoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; a zombie is left in no case.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
