//! Cloud Logging v2: the stream of new entries, over gRPC on the same port.

use std::time::Duration;

use google_cloud_gax::error::rpc::Code;
use google_cloud_logging_v2::model::TailLogEntriesRequest;
use toban::sandbox::{Options, Sandbox};

use super::{logging, quiet, start};

fn wish(filter: &str) -> TailLogEntriesRequest {
    TailLogEntriesRequest::new().set_resource_names(["projects/bluelamp-prod"]).set_filter(filter)
}

/// Says a line until the stream, which may not be open yet, has brought it.
async fn until_seen<T>(sandbox: &Sandbox, text: &str, answer: impl Future<Output = T>) -> T {
    let mut answer = std::pin::pin!(answer);
    loop {
        sandbox.world().say("bluelamp", 500, text);
        if let Ok(answer) = toban::base::clock::within(Duration::from_millis(20), &mut answer).await {
            return answer;
        }
    }
}

#[tokio::test]
async fn new_lines_that_match_arrive() {
    let sandbox = quiet().await;
    let (sender, mut stream) = logging(&sandbox).await.tail_log_entries().build();
    sender.send(wish(r#"severity>=ERROR "接続""#)).await.unwrap();
    sandbox.world().say("bluelamp", 200, "接続しました");
    let answer = until_seen(&sandbox, "接続に失敗しました", stream.next()).await.unwrap().unwrap();
    assert_eq!(answer.entries[0].text_payload().unwrap(), "接続に失敗しました");
    assert_eq!(answer.entries[0].resource.as_ref().unwrap().labels["service_name"], "bluelamp");
    assert!(answer.entries[0].timestamp.is_some());
}

#[tokio::test]
async fn life_goes_on_by_itself() {
    let sandbox = start(Options { history: Duration::ZERO, ..Options::default() }).await;
    let (sender, mut stream) = logging(&sandbox).await.tail_log_entries().build();
    sender.send(wish("")).await.unwrap();
    drop(sender);
    for _ in 0..3 {
        assert!(!stream.next().await.unwrap().unwrap().entries.is_empty());
    }
}

#[tokio::test]
async fn the_eleventh_session_is_refused_and_a_closed_one_makes_room() {
    let sandbox = start(Options { tail_sessions: 1, ..Options::quiet() }).await;
    let client = logging(&sandbox).await;
    let (first, mut stream) = client.tail_log_entries().build();
    first.send(wish("")).await.unwrap();
    until_seen(&sandbox, "x", stream.next()).await.unwrap().unwrap();
    let (second, mut refused) = client.tail_log_entries().build();
    second.send(wish("")).await.unwrap();
    let error = refused.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap().code, Code::ResourceExhausted);
    drop((first, stream));
    loop {
        let (third, mut stream) = client.tail_log_entries().build();
        third.send(wish("")).await.unwrap();
        if until_seen(&sandbox, "x", stream.next()).await.unwrap().is_ok() {
            break;
        }
    }
}

#[tokio::test]
async fn a_bad_filter_and_a_break_end_the_stream() {
    let sandbox = quiet().await;
    let client = logging(&sandbox).await;
    let (sender, mut stream) = client.tail_log_entries().build();
    sender.send(wish("severity>=")).await.unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.status().unwrap().code, Code::InvalidArgument);

    let (sender, mut stream) = client.tail_log_entries().build();
    sender.send(wish("")).await.unwrap();
    until_seen(&sandbox, "x", stream.next()).await.unwrap().unwrap();
    sandbox.world().break_tails();
    let error = loop {
        if let Err(error) = stream.next().await.unwrap() {
            break error;
        }
    };
    assert_eq!(error.status().unwrap().code, Code::Unavailable);
}
