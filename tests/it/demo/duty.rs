//! The demo has the watch: what is broken in it comes to somebody's telephone by itself.

use reqwest::StatusCode;
use toban::base::clock::within;
use toban::demo;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_on_call_in_the_demo_is_paged_and_can_answer_by_the_link() {
    // An error means that another test of this process was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let demo = demo::start(120, ([127, 0, 0, 1], 0).into()).await.unwrap();
    let mut pushes = demo.sandbox.world().pushes();
    // The api-key-server is broken from the start; its checks fail for five minutes of the demo's.
    let page = within(std::time::Duration::from_secs(120), pushes.recv()).await.unwrap().unwrap();
    assert!(["sato", "tanaka"].contains(&page.topic.as_str()), "somebody on call: {page:?}");
    assert!(page.title.contains("INC-1") && page.priority >= 4, "{page:?}");
    let link = page.click.clone().unwrap();
    assert!(link.starts_with(&demo.url), "{link}");
    let shown = reqwest::get(&link).await.unwrap();
    assert_eq!(shown.status(), StatusCode::OK, "looking at the link changes nothing");
    let answered = reqwest::Client::builder().build().unwrap().post(&link).send().await.unwrap();
    assert!(answered.status().is_success(), "{}", answered.text().await.unwrap());
    let waiting =
        reqwest::get(format!("{}/{}/json?poll=1", demo.sandbox.ntfy_url(), page.topic)).await.unwrap();
    let waiting = waiting.text().await.unwrap();
    assert!(
        waiting.lines().any(|line| line.contains(&page.id)),
        "a telephone that was off gets it later: {waiting}"
    );
    demo.stop().await;
}
