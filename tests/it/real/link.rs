//! The link in an e-mail that came by a real mail server, opened in a real Chromium.

use toban::domain::incident::Incident;

use crate::console::driver::Browser;
use crate::rig::night::Night;

async fn open(browser: &Browser, link: &str) {
    browser.page.goto(link).await.unwrap();
    browser.until("document.readyState === 'complete'").await;
}

async fn press(browser: &Browser) {
    // The answer is another page: the one that was pressed does not know it.
    browser.js("window.old = true").await;
    browser.see("button").await.click().await.unwrap();
    browser.until("window.old === undefined && document.readyState === 'complete'").await;
}

/// Readable and easy to hit with a thumb, without scrolling sideways.
async fn fits_a_phone(browser: &Browser) {
    assert_eq!(browser.js("document.documentElement.scrollWidth").await, 390);
    let tall = browser.js("document.querySelector('button').getBoundingClientRect().height >= 48").await;
    assert_eq!(tall, true, "the button is large enough");
    let small = "[...document.querySelectorAll('p, h1, button')].filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).length";
    assert_eq!(browser.js(small).await, 0, "no small letters");
    let style = browser.js("getComputedStyle(document.querySelector('main')).borderRadius").await;
    assert_ne!(style, "0px", "its style is loaded");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_shows_whose_it_is_its_button_acknowledges_and_who_comes_second_is_told() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("sagebase", "High Error Rate", true).await;
    night.pass(35).await;
    let (mine, other) =
        (night.mail_to("sato@example.com").link(), night.mail_to("suzuki@example.com").link());

    let browser = Browser::start().await;
    browser.size(390, 844, true).await;
    // The technical lead looks at it, and does not press yet.
    open(&browser, &other).await;
    let leads = browser.page.window().await.unwrap();

    let window = browser.page.new_window(true).await.unwrap();
    browser.page.switch_to_window(window.handle).await.unwrap();
    browser.size(390, 844, true).await;
    open(&browser, &mine).await;
    assert_eq!(browser.js("document.documentElement.lang").await, "ja");
    assert_eq!(browser.text("h1").await, "まだ誰も対応していません。");
    assert_eq!(browser.text("section p").await, "INC-1 sagebase: High Error Rate");
    fits_a_phone(&browser).await;
    browser.picture("link").await;
    browser.scheme("dark").await;
    browser.picture("link-dark").await;
    browser.scheme("light").await;
    assert!(night.incident().await.unwrap().held_by().is_none(), "to look at it changes nothing");

    press(&browser).await;
    assert_eq!(browser.text("h1").await, "あなたが対応中です。");
    browser.picture("link-pressed").await;
    let held_by = |incident: &Incident| incident.held_by().cloned();
    assert_eq!(held_by(&night.incident().await.unwrap()), Some("sato".into()));
    open(&browser, &mine).await;
    assert_eq!(browser.text("h1").await, "あなたが対応中です。", "so it says whenever it is opened again");
    assert_eq!(browser.js("document.querySelectorAll('button').length").await, 0);
    assert_eq!(browser.js("document.querySelector('main').className").await, "done");

    browser.page.switch_to_window(leads).await.unwrap();
    press(&browser).await;
    assert_eq!(browser.text("h1").await, "佐藤 さんが 2026-03-04 02:47:00 JST から対応中です。");
    browser.picture("link-second").await;
    assert_eq!(held_by(&night.incident().await.unwrap()), Some("sato".into()));
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    night.settle().await;
    night.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_speaks_the_persons_language_and_knows_the_end() {
    let Some(mut night) = Night::begin().await else { return };
    night.says("bluelamp", "Portal <b>down</b>", true).await;
    night.pass(5).await;
    let link = night.mail_to("miller@example.com").link();
    let browser = Browser::start().await;
    browser.size(390, 844, true).await;
    open(&browser, &link).await;
    assert_eq!(browser.js("document.documentElement.lang").await, "en");
    assert_eq!(browser.text("h1").await, "Nobody has it yet.");
    assert_eq!(browser.text("button").await, "Acknowledge");
    assert_eq!(browser.text("section p").await, "INC-1 bluelamp: Portal <b>down</b>");
    fits_a_phone(&browser).await;
    browser.picture("link-english").await;

    night.says("bluelamp", "Portal <b>down</b>", false).await;
    night.pass(2).await;
    press(&browser).await;
    assert!(browser.text("h1").await.starts_with("It has been over since "), "{}", browser.text("h1").await);
    browser.picture("link-over").await;
    open(&browser, &format!("{}/p/0123456789abcdef0123456789abcdef", night.rig.url)).await;
    assert_eq!(browser.text("h1").await, "This link is not known, or it is too old.");
    browser.picture("link-unknown").await;
    night.end().await;
}
