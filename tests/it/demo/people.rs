//! One console, several people: each in their own language and with their own rights.

use super::{be, last, open, say};

#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_look_is_refused_in_their_own_language() {
    let (demo, browser) = open(1).await;
    be(&browser, "kimura").await;
    say(&browser, "/rollback api-key-server previous").await;
    let refused = last(&browser).await;
    assert!(refused.contains("権限がありません"), "{refused}");
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
