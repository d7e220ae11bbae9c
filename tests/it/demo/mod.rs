//! The first five minutes with Toban: `toban demo` as it is, and somebody at the keyboard of a real Chromium.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod duty;
mod looks;
mod newcomer;
mod people;
mod picture;

use fantoccini::key::Key;
use toban::demo::{self, Demo};

use crate::console::driver::Browser;

/// A demo whose time runs faster than ours, and its page.
pub async fn open(speed: u32) -> (Demo, Browser) {
    // An error means that another test of this process was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let demo = demo::start(speed, ([127, 0, 0, 1], 0).into()).await.unwrap();
    let browser = Browser::start().await;
    browser.page.goto(&demo.url).await.unwrap();
    ready(&browser).await;
    (demo, browser)
}

pub async fn ready(browser: &Browser) {
    browser.until("document.documentElement.dataset.state === 'ready'").await;
}

/// Types a command and waits until it is answered.
pub async fn say(browser: &Browser, command: &str) {
    let before = asked(browser).await;
    browser.js("document.getElementById('say').focus()").await;
    browser.keys(&format!("{command}{}", char::from(Key::Enter))).await;
    answered(browser, before).await;
}

/// Clicks a button that asks something of its own, and waits until that is answered.
pub async fn ask(browser: &Browser, label: &str) {
    let before = asked(browser).await;
    click(browser, label).await;
    answered(browser, before).await;
}

/// How many commands the page shows.
async fn asked(browser: &Browser) -> serde_json::Value {
    browser.js("document.querySelectorAll('#feed .root .line').length").await
}

/// Waits for one command more, and for its answer: what stands there from before is settled already.
async fn answered(browser: &Browser, before: serde_json::Value) {
    browser.until(&format!("document.querySelectorAll('#feed .root .line').length > {before}")).await;
    settled(browser).await;
}

/// Waits until nothing is under way any more in the last thread.
pub async fn settled(browser: &Browser) {
    browser
        .until(
            "(() => { const last = [...document.querySelectorAll('.block')].at(-1);
              return last?.querySelector('.card') && !last.querySelector('.working, .card[data-tone=busy]') })()",
        )
        .await;
}

/// The letters of the last card.
pub async fn last(browser: &Browser) -> String {
    let text = browser.js("[...document.querySelectorAll('#feed .card')].at(-1).innerText").await;
    text.as_str().unwrap().to_owned()
}

/// Moves to the last button of that command with the Tab key alone, and presses it.
pub async fn press_by_key(browser: &Browser, command: &str) {
    browser.js("document.getElementById('say').focus()").await;
    let back = format!("{}{}{}", char::from(Key::Shift), char::from(Key::Tab), char::from(Key::Null));
    for _ in 0..30 {
        browser.keys(&back).await;
        let focus = browser.js("document.activeElement.dataset.command ?? ''").await;
        if focus.as_str().unwrap().starts_with(command) {
            return browser.keys(&char::from(Key::Enter).to_string()).await;
        }
    }
    panic!("no button {command} can be reached by the keyboard");
}

/// Clicks the last button that says so.
pub async fn click(browser: &Browser, label: &str) {
    let found = format!(
        "[...document.querySelectorAll('#feed button, #welcome button')].filter((one) => one.textContent.startsWith({label:?})).at(-1)"
    );
    browser.until(&format!("{found} !== undefined")).await;
    browser.js(&format!("{found}.click()")).await;
}

/// Becomes somebody else.
pub async fn be(browser: &Browser, person: &str) {
    browser.js(&format!("localStorage.setItem('toban.as', {person:?})")).await;
    browser.page.refresh().await.unwrap();
    ready(browser).await;
}
