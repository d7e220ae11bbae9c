//! The three things to try, as they are tried: by a click, by typing, with the keyboard alone.

use super::{ask, click, last, open, press_by_key, say, settled};

#[tokio::test(flavor = "multi_thread")]
async fn the_three_things_to_try_work_from_the_trouble_to_the_cure_and_back() {
    let (demo, browser) = open(4).await;
    assert_eq!(browser.js("document.querySelectorAll('.try').length").await, 3);

    ask(&browser, "health api-key-server").await;
    let health = last(&browser).await;
    assert!(health.starts_with("api-key-server is unhealthy: web"), "{health}");
    assert!(health.contains("answered 502, expected 200"), "{health}");
    let first_row = browser.text(".card tbody tr").await;
    assert!(first_row.contains("unhealthy"), "what fails stands first: {first_row}");

    ask(&browser, "logs api-key-server errors 1h").await;
    let log = last(&browser).await;
    assert!(log.contains("Known error (×"), "{log}");
    assert!(log.contains("Upstream service error – cause:"), "{log}");
    assert!(log.contains("Incorrect API key provided: ***"), "{log}");
    assert!(!log.contains("sk-"), "{log}");
    browser
        .until("[...document.querySelectorAll('.log-text em')].some((one) => one.textContent !== '×1')")
        .await;

    ask(&browser, "rollback api-key-server previous").await;
    let plan = last(&browser).await;
    assert!(plan.contains("api-key-server-00043-nam") && plan.contains("api-key-server-00041-wud"), "{plan}");
    assert!(plan.contains("nothing has changed yet"), "{plan}");
    press_by_key(&browser, "confirm ").await;
    browser.see("button[data-command^=undo]").await;
    settled(&browser).await;
    let done = last(&browser).await;
    assert!(done.contains("now serves api-key-server-00041-wud: health is better"), "{done}");
    assert_eq!(
        browser.js("document.querySelectorAll('#feed button[data-command^=confirm]').length").await,
        0
    );

    press_by_key(&browser, "undo ").await;
    browser.see("#feed button[data-command^=confirm]").await;
    let back = last(&browser).await;
    assert!(back.contains("follow the newest revision again (now api-key-server-00043-nam)"), "{back}");

    say(&browser, "/health api-key-server").await;
    let health = last(&browser).await;
    assert!(health.starts_with("api-key-server is healthy"), "{health}");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_works_as_it_is_typed_and_a_slip_is_set_right_by_a_button() {
    let (demo, browser) = open(1).await;
    for (command, says) in [
        ("/health api-key-server", "api-key-server is unhealthy: web"),
        ("/logs api-key-server errors 1h", "50 errors among the newest 50 lines in the last 1h"),
        ("/help", "logs SERVICE[.COMPONENT]"),
        ("/whoami", "You are Alex Morgan"),
        ("/status", "1 of 5 services needs a look"),
        ("/releases sagebase", "sagebase-streamlit-00117-gax serves 100 % of the traffic"),
        ("/runbook bluelamp 認証", "CLI認証が失敗する"),
        ("/rollback api-key-server previous", "nothing has changed yet"),
    ] {
        say(&browser, command).await;
        let said = last(&browser).await;
        assert!(said.contains(says), "{command}: {said}");
    }
    say(&browser, "/healht api-key-server").await;
    let said = last(&browser).await;
    assert!(said.contains("There is no command “healht”"), "{said}");
    // Its answer stands in the same thread.
    click(&browser, "health api-key-server").await;
    browser.until("[...document.querySelectorAll('#feed .card')].at(-1).innerText.startsWith('api-key-server is unhealthy')").await;
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_followed_until_it_is_stopped() {
    let (demo, browser) = open(1).await;
    browser.js("document.getElementById('say').focus()").await;
    browser.keys("/logs bluelamp follow 1m\u{e007}").await;
    browser.see(".card[data-tone=busy] .log-line").await;
    click(&browser, "Stop").await;
    settled(&browser).await;
    browser.until("document.querySelector('#feed .card').innerText.includes('Stopped by hand')").await;
    assert!(browser.text("#feed .headline").await.starts_with("Followed bluelamp.portal for"));
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_is_a_file_and_a_reload_keeps_it() {
    let (demo, browser) = open(1).await;
    say(&browser, "/logs bluelamp requests 24h 200").await;
    click(&browser, "As a file").await;
    browser.see(".card.file a[download]").await;
    browser.page.refresh().await.unwrap();
    let link = browser.see(".card.file a[download]").await.prop("href").await.unwrap().unwrap();
    let file = reqwest::get(link).await.unwrap().text().await.unwrap();
    assert!(file.lines().count() > 150, "{file}");
    assert!(file.contains("/api/cli/verify"), "{file}");
    assert_eq!(browser.js("document.querySelectorAll('#feed .card').length").await, 2);
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_a_minute_is_told_in_the_right_hours() {
    let (demo, browser) = open(60).await;
    say(&browser, "/logs api-key-server errors 1h").await;
    let said = last(&browser).await;
    assert!(said.contains("in the last 1h"), "{said}");
    // The newest line, by the card's own clock; both may have passed midnight.
    let old = browser
        .js("(() => { const minutes = (text) => { const [h, m] = text.split(':').map(Number); return 60 * h + m };
              const card = minutes([...document.querySelectorAll('.card .meta time')].at(-1).textContent);
              const line = minutes([...document.querySelectorAll('.log-line time')].at(-1).textContent);
              return (card - line + 1440) % 1440 })()")
        .await;
    assert!(old.as_u64().unwrap() <= 60, "the newest line is {old} minutes old:\n{said}");
    say(&browser, "/releases api-key-server").await;
    let said = last(&browser).await;
    assert!(said.contains("api-key-server-00043-nam serves 100 %"), "{said}");
    demo.stop().await;
}
