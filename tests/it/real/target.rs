//! Something to be measured: boilers whose pressure the test turns.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Gauges = Arc<Mutex<BTreeMap<&'static str, f64>>>;

/// A server with `/metrics`. It ends with the test.
pub struct Target {
    /// `127.0.0.1:PORT`.
    pub address: String,
    gauges: Gauges,
    task: JoinHandle<()>,
}

impl Target {
    pub async fn start(boilers: &[(&'static str, f64)]) -> Self {
        let gauges: Gauges = Arc::new(Mutex::new(boilers.iter().copied().collect()));
        let shown = gauges.clone();
        let metrics = move || {
            let mut text = "# TYPE boiler_pressure gauge\n".to_owned();
            for (boiler, pressure) in &*shown.lock().unwrap() {
                let _ = writeln!(text, "boiler_pressure{{boiler=\"{boiler}\"}} {pressure}");
            }
            std::future::ready(([(CONTENT_TYPE, "text/plain; version=0.0.4")], text))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let routes = Router::new().route("/metrics", get(metrics));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { address, gauges, task }
    }

    /// The pressure of a boiler from now on.
    pub fn turn(&self, boiler: &'static str, pressure: f64) {
        self.gauges.lock().unwrap().insert(boiler, pressure);
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.task.abort();
    }
}
