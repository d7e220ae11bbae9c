//! The console in a real Chromium.

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::json;

use super::canned::Rig;
use super::driver::Browser;

async fn open(rig: &Rig) -> Browser {
    let browser = Browser::start().await;
    browser.page.goto(&rig.url("/")).await.unwrap();
    browser.until("document.documentElement.dataset.state === 'ready'").await;
    browser
}

/// Types a command where the focus is and sends it.
async fn say(browser: &Browser, command: &str) {
    browser.keys(&format!("{command}{}", char::from(Key::Enter))).await;
}

fn key(key: Key) -> String {
    char::from(key).to_string()
}

#[tokio::test]
async fn a_typed_command_is_answered_without_a_reload() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    browser.picture("welcome").await;
    browser.page.execute("window.loaded = 'once'", vec![]).await.unwrap();
    say(&browser, "health sagebase").await;
    browser.see(".card[data-tone=good]").await;
    let headline = browser.text(".answer .headline").await;
    assert_eq!(headline, "sagebase is healthy");
    assert_eq!(browser.text(".line .command").await, "health sagebase");
    assert_eq!(browser.js("document.querySelectorAll('.card tbody tr').length").await, 3);
    say(&browser, "logs bluelamp errors 1h").await;
    browser.see(".log-line[data-severity=critical]").await;
    browser.until("document.querySelector('.log-text em').textContent === '×12'").await;
    browser.until("document.getElementById('announce').textContent.startsWith('bluelamp: 17 errors')").await;
    browser.picture("answers").await;
    assert_eq!(browser.js("window.loaded").await, "once");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn progress_is_edited_in_its_place() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    say(&browser, "slow").await;
    browser
        .until("document.querySelector('#feed .card[data-tone=busy] .text')?.textContent.includes('first')")
        .await;
    browser.picture("busy").await;
    rig.bot.step.notify_one();
    browser.until("document.querySelector('#feed .card .text')?.textContent.includes('Half')").await;
    rig.bot.step.notify_one();
    browser.until("document.querySelector('#feed .card[data-tone=good]') !== null").await;
    assert_eq!(browser.js("document.querySelectorAll('#feed .card').length").await, 1);
    assert_eq!(browser.js("document.querySelectorAll('.working').length").await, 0);
}

#[tokio::test]
async fn a_change_is_confirmed_with_the_keyboard_alone() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    say(&browser, "rollback api-key-server previous").await;
    browser.see("button[data-look=danger]").await;
    browser.picture("plan").await;
    for _ in 0..12 {
        browser.keys(&format!("{}{}{}", key(Key::Shift), key(Key::Tab), key(Key::Null))).await;
        if browser.js("document.activeElement.dataset.look").await == json!("danger") {
            break;
        }
    }
    assert_eq!(browser.js("document.activeElement.dataset.command").await, "confirm P-7K2M9QX4TB");
    browser.keys(&key(Key::Enter)).await;
    browser.see(".card[data-tone=busy]").await;
    assert_eq!(browser.js("document.activeElement.closest('.answer') !== null").await, true);
    rig.bot.step.notify_one();
    browser.until("document.querySelector('.card .text')?.textContent.includes('health')").await;
    rig.bot.step.notify_one();
    browser.see("button[data-command^=undo]").await;
    assert_eq!(browser.js("document.querySelectorAll('#feed .card').length").await, 1);
    assert_eq!(rig.bot.seen.lock().unwrap().len(), 2);
    browser.picture("done").await;
}

#[tokio::test]
async fn a_thread_opens_takes_answers_and_closes() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    say(&browser, "logs bluelamp errors 1h").await;
    browser.see(".block .open").await.click().await.unwrap();
    browser.see("#thread .card").await;
    browser.until("document.activeElement.id === 'reply'").await;
    say(&browser, "health").await;
    browser.until("document.querySelectorAll('#thread .card').length === 2").await;
    browser.picture("thread").await;
    assert_eq!(browser.js("document.querySelectorAll('.block').length").await, 1);
    let address = browser.page.current_url().await.unwrap();
    browser.page.refresh().await.unwrap();
    browser.until("document.querySelectorAll('#thread .card').length === 2").await;
    assert_eq!(browser.page.current_url().await.unwrap(), address);
    browser.keys(&key(Key::Escape)).await;
    browser.until("document.getElementById('thread').hidden").await;
}

#[tokio::test]
async fn dark_and_narrow_screens_are_served_as_well() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    for command in ["health sagebase", "rollback api-key-server previous", "logs bluelamp errors 1h"] {
        say(&browser, command).await;
    }
    browser.until("document.querySelectorAll('.card').length === 3").await;
    let light = browser.js("getComputedStyle(document.body).backgroundColor").await;
    browser.scheme("dark").await;
    browser.until("matchMedia('(prefers-color-scheme: dark)').matches").await;
    assert_ne!(browser.js("getComputedStyle(document.body).backgroundColor").await, light);
    browser.picture("dark").await;

    browser.scheme("light").await;
    browser.size(390, 844, true).await;
    browser.until("innerWidth === 390").await;
    assert_eq!(browser.js("document.documentElement.scrollWidth").await, 390);
    browser.picture("narrow").await;
    browser.see("#menu").await.click().await.unwrap();
    browser.until("document.getElementById('side').getBoundingClientRect().left === 0").await;
    browser.picture("narrow-menu").await;
    browser.keys(&key(Key::Escape)).await;
    browser.until("document.getElementById('side').getBoundingClientRect().right <= 0").await;
    browser.js("[...document.querySelectorAll('.open')].at(-1).click()").await;
    browser.until("document.getElementById('thread').getBoundingClientRect().left === 0").await;
    assert_eq!(browser.js("document.documentElement.scrollWidth").await, 390);
    browser.scheme("dark").await;
    browser.picture("narrow-thread").await;
}

#[tokio::test]
async fn a_reload_keeps_the_history_and_a_restart_is_noticed() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    say(&browser, "health sagebase").await;
    browser.see(".card").await;
    browser.page.refresh().await.unwrap();
    browser.see(".card").await;
    assert_eq!(browser.js("document.querySelectorAll('.block').length").await, 1);

    let (bot, address) = rig.stop().await;
    browser.until("!document.getElementById('lost').hidden").await;
    browser.picture("lost").await;
    let rig = Rig::start_at(address).await;
    let said = bot.seen.lock().unwrap()[0].clone();
    rig.console.seed([toban::chat::console::Past::Said(said)]);
    browser
        .until("document.getElementById('lost').hidden && document.querySelectorAll('.card').length === 0")
        .await;
    browser.until("document.querySelector('.line .command')?.textContent === 'health sagebase'").await;
    say(&browser, "health sagebase").await;
    browser.see(".card").await;
}

#[tokio::test]
async fn what_is_typed_and_answered_is_never_markup() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    let evil =
        "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> @everyone *x*";
    say(&browser, evil).await;
    browser.see(".card").await;
    assert_eq!(browser.text(".line .command").await, evil);
    assert_eq!(browser.js("document.querySelectorAll('#feed img, #feed script').length").await, 0);
    assert_eq!(browser.page.title().await.unwrap(), "#ops · Toban");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn the_keyboard_completes_recalls_and_explains_itself() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    browser.keys("lo").await;
    browser.until("document.querySelectorAll('.suggestions li').length === 2").await;
    browser.picture("suggestions").await;
    browser.keys(&key(Key::Tab)).await;
    browser.until("document.getElementById('say').value === 'logs bluelamp '").await;
    say(&browser, "").await;
    browser.see(".card").await;
    browser.keys(&key(Key::Up)).await;
    assert_eq!(browser.js("document.getElementById('say').value").await, "logs bluelamp");
    browser.keys(&key(Key::Down)).await;
    assert_eq!(browser.js("document.getElementById('say').value").await, "");

    browser.keys(&key(Key::Escape)).await;
    browser.keys("?").await;
    browser.until("document.getElementById('keys').open").await;
    browser.picture("shortcuts").await;
    browser.keys(&key(Key::Escape)).await;
    browser.until("!document.getElementById('keys').open").await;
    browser.js("document.activeElement.blur()").await;
    browser.keys("/").await;
    assert_eq!(browser.js("document.activeElement.id").await, "say");
    assert_eq!(browser.js("document.getElementById('say').value").await, "");
}

#[tokio::test]
async fn one_can_be_somebody_else_in_their_language() {
    let rig = Rig::start().await;
    let browser = open(&rig).await;
    let menu = browser.page.find(Locator::Css("#person select")).await.unwrap();
    menu.select_by_value("tanaka").await.unwrap();
    browser
        .until("document.documentElement.lang === 'ja' && document.documentElement.dataset.state === 'ready'")
        .await;
    browser.picture("japanese").await;
    browser.see(".try").await.click().await.unwrap();
    browser.see(".card").await;
    assert_eq!(rig.bot.seen.lock().unwrap()[0].user, "tanaka");
    assert_eq!(browser.text(".who strong").await, "田中 直樹");
}
