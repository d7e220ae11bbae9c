//! A real Chromium, driven through chromedriver. `Browser::start()` gives a fresh profile; `Drop` ends
//! the browser through the driver, and then the driver by its own id.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

/// Long enough for a machine that does other things besides; waits end as soon as what they wait for is there.
const PATIENCE: Duration = Duration::from_secs(40);

pub struct Browser {
    pub page: Client,
    driver: Child,
    address: String,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A headless Chromium with an empty profile. The language of its pages is English.
    pub async fn start() -> Self {
        // Whoever has a default provider installed already has this one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let profile = tempfile::tempdir().unwrap();
        let (driver, port) = start_driver();
        let address = format!("http://127.0.0.1:{port}");
        let mut arguments: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            "--lang=en",
            "--disable-crash-reporter",
            "--window-size=1360,900",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let wishes =
            json!({ "goog:chromeOptions": { "args": arguments }, "goog:loggingPrefs": { "browser": "ALL" } });
        let Value::Object(wishes) = wishes else { unreachable!() };
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        let page = ClientBuilder::new(connector).capabilities(wishes).connect(&address).await.unwrap();
        let session = page.session_id().await.unwrap().unwrap();
        let browser = Self { page, driver, address, session, _profile: profile };
        browser.size(1360, 900, false).await;
        browser
    }

    /// Waits until an element is there.
    pub async fn see(&self, css: &str) -> fantoccini::elements::Element {
        let wait = self.page.wait().at_most(PATIENCE).every(Duration::from_millis(40));
        wait.for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("no {css}: {error}"))
    }

    /// Waits until a JavaScript expression is true.
    pub async fn until(&self, expression: &str) {
        let script = format!(
            "const done = arguments[0]; const look = () => ({expression}) ? done(true) : setTimeout(look, 20); look();"
        );
        self.page.update_timeouts(patient()).await.unwrap();
        if let Err(error) = self.page.execute_async(&script, vec![]).await {
            let text = self.js("document.body.innerText").await;
            let complaints = self.complaints().await;
            panic!("never true: {expression}: {error}\nthe page says: {text}\nit complains: {complaints:?}");
        }
    }

    /// The value of a JavaScript expression.
    pub async fn js(&self, expression: &str) -> Value {
        self.page.execute(&format!("return ({expression});"), vec![]).await.unwrap()
    }

    /// The letters in an element, shown already or still fading in.
    pub async fn text(&self, css: &str) -> String {
        self.see(css).await.prop("textContent").await.unwrap().unwrap_or_default()
    }

    /// Types into whatever has the focus.
    pub async fn keys(&self, text: &str) {
        self.page.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// The size of the window; a phone has one finger and no mouse.
    pub async fn size(&self, width: u32, height: u32, phone: bool) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": if phone { 2 } else { 1 }, "mobile": phone });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Dark or light.
    pub async fn scheme(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// A command of the developer tools' own protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let answer = http
            .post(format!("{}/session/{}/goog/cdp/execute", self.address, self.session))
            .json(&json!({ "cmd": command, "params": parameters }))
            .send()
            .await
            .unwrap();
        assert!(answer.status().is_success(), "{command}: {}", answer.text().await.unwrap());
    }

    /// What the page complained about: script errors, refused resources.
    pub async fn complaints(&self) -> Vec<String> {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        let address = format!("{}/session/{}/se/log", self.address, self.session);
        let answer = http.post(address).json(&json!({ "type": "browser" })).send().await.unwrap();
        let entries: Value = answer.json().await.unwrap();
        let entries = entries["value"].as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// A picture of the page, kept among the build's temporary files.
    pub async fn picture(&self, name: &str) -> PathBuf {
        // Whatever ends by itself has ended; a spinner never does.
        self.until("document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)").await;
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("console-{name}.png"));
        std::fs::write(&path, self.page.screenshot().await.unwrap()).unwrap();
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver leaves its browser behind when it is killed, so the browser is ended first, also after a
        // failed assertion. None of this can fail in a way that matters to a test.
        let _ = self.end_session();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    /// `DELETE /session/…` by hand: there is no awaiting in `drop`.
    fn end_session(&self) -> std::io::Result<()> {
        let host = self.address.trim_start_matches("http://");
        let mut driver = TcpStream::connect(host)?;
        driver.set_read_timeout(Some(PATIENCE))?;
        let request = format!("DELETE /session/{} HTTP/1.1\r\nhost: {host}\r\n\r\n", self.session);
        driver.write_all(request.as_bytes())?;
        driver.read(&mut [0; 64]).map(drop)
    }
}

fn patient() -> fantoccini::wd::TimeoutConfiguration {
    fantoccini::wd::TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), None)
}

/// Starts chromedriver and reads from its output which port the kernel gave it.
fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is not installed (Debian: chromium-driver)");
    let output = driver.stdout.take().unwrap();
    let port = BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok())
        .expect("chromedriver did not say its port");
    (driver, port)
}
