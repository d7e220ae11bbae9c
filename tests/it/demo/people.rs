//! One console, several people: each in their own language and with their own rights.

use super::{be, last, open, press_by_key, say};

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_changes_nothing_and_a_press_is_refused_to_that_person_alone() {
    let (demo, browser) = open(1).await;
    say(&browser, "/rollback api-key-server previous").await;
    be(&browser, "kimura").await;
    browser.see("#feed button[data-command^=confirm]").await;
    press_by_key(&browser, "confirm ").await;
    browser.see(".answer .only").await;
    let refused = last(&browser).await;
    assert!(refused.contains("権限がありません") && refused.contains("Alex Morgan"), "{refused}");
    say(&browser, "/rollback api-key-server previous").await;
    let refused = last(&browser).await;
    assert!(refused.contains("権限がありません"), "{refused}");

    be(&browser, "morgan").await;
    browser.until("document.querySelectorAll('#feed .line').length === 2").await;
    assert_eq!(browser.js("document.querySelectorAll('.answer .only').length").await, 0);
    assert_eq!(
        browser.js("document.querySelectorAll('#feed button[data-command^=confirm]').length").await,
        1
    );
    demo.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_the_same_answer_in_their_own_language_and_zone() {
    let (demo, browser) = open(1).await;
    say(&browser, "/rollback api-key-server previous").await;
    let english = last(&browser).await;
    assert!(english.starts_with("Send all traffic of api-key-server.web to"), "{english}");
    be(&browser, "sato").await;
    browser.see("#feed .card").await;
    let japanese = last(&browser).await;
    assert!(japanese.contains("api-key-server.web") && japanese.contains("JST"), "{japanese}");
    assert!(!japanese.contains("Send all traffic"), "{japanese}");
    assert_eq!(browser.js("document.documentElement.lang").await, "ja");
    demo.stop().await;
}
