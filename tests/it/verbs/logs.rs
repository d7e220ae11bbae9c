//! `logs`: without secrets, folded, explained.

use std::sync::Arc;
use std::time::Duration;

use toban::app::verbs::logs::Logs;
use toban::base::Clock;
use toban::domain::log::{LogLine, LogWish, Severity};
use toban::domain::words::Lang;
use toban::ports::{Capabilities, Kind};

use super::fakes::*;
use crate::rig::transcript::transcript;

fn logs(log: Arc<Log>) -> Logs {
    let mut api = service("api", &["web", "worker", "db"]);
    api.runbook = runbook();
    let estate = estate(vec![api], move |_, part| Capabilities {
        logs: (part != "db").then(|| log.clone() as Arc<_>),
        ..Capabilities::default()
    });
    Logs::new(estate, Clock::manual(NOW))
}

fn log(lines: Vec<LogLine>) -> Arc<Log> {
    Arc::new(Log { lines, ..Log::default() })
}

fn errors(hours: u64) -> LogWish {
    LogWish { at_least: Some(Severity::Error), span: Some(Duration::from_hours(hours)), ..LogWish::default() }
}

async fn said(log: Arc<Log>, wish: &LogWish, lang: Lang) -> String {
    let report = logs(log).read(&id("api"), Some(&part("web")), wish, NOW).await.unwrap();
    transcript(&report, lang)
}

#[tokio::test]
async fn bl_07_ak_14_ak_16_errors_are_folded_and_known_ones_explained() {
    let log = log(vec![
        line(900, Severity::Error, "Upstream service error: request 17 took 91 ms"),
        line(600, Severity::Critical, "Traceback (most recent call last):"),
        line(600, Severity::Critical, "  File \"app.py\", line 3"),
        line(600, Severity::Critical, "ValueError: モデルがありません"),
        line(300, Severity::Error, "Upstream service error: request 18 took 402 ms"),
    ]);
    let wish = errors(1);
    insta::assert_snapshot!(said(log.clone(), &wish, Lang::En).await, @r#"
    [bad] api.web: 1 critical, 2 errors in the last 1h
    • Known error (×2): Upstream service error – cause: 上流APIエラー、APIキー無効 – remedy: Secret Managerのキーを確認
      11:50:00 Critical Traceback (most recent call last):
            File "app.py", line 3
          ValueError: モデルがありません
      11:55:00 Error ×2 Upstream service error: request 18 took 402 ms

    (Runbook: 502) → runbook api 502
    (Follow) → logs api.web errors follow 5m
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
    insta::assert_snapshot!(said(log.clone(), &wish, Lang::Ja).await, @r#"
    [bad] api.web: 直近1時間に重大 1 件、エラー 2 件
    • 既知のエラー（2 件）: Upstream service error – 原因: 上流APIエラー、APIキー無効 – 対処: Secret Managerのキーを確認
      11:50:00 Critical Traceback (most recent call last):
            File "app.py", line 3
          ValueError: モデルがありません
      11:55:00 Error ×2 Upstream service error: request 18 took 402 ms

    (手順書: 502) → runbook api 502
    (追跡する) → logs api.web errors follow 5m
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
    let asked = log.asked.lock().unwrap()[0].clone();
    assert_eq!((asked.since, asked.until, asked.at_least), (ago(3_600), None, Some(Severity::Error)));
}

#[tokio::test]
async fn sb_03_the_errors_of_a_day_are_told_by_kind() {
    let mut lines: Vec<LogLine> = (0..5)
        .map(|n| line(80_000 - n * 1_000, Severity::Error, &format!("Unauthorized: user {n}")))
        .collect();
    lines.push(line(60, Severity::Critical, "out of memory\nat once"));
    insta::assert_snapshot!(said(log(lines), &errors(24), Lang::En).await, @r#"
    [bad] api.web: 1 critical, 5 errors in the last 24h
    • Known error (×5): Unauthorized – cause: JWT/HMAC認証失敗 – remedy: トークン有効期限、署名形式確認
    Count | First | Last | Severity | Text
      5 | 2026-01-14 13:46:40 JST | 2026-01-14 14:53:20 JST | error | Unauthorized: user 4
      1 | 2026-01-15 11:59:00 JST | 2026-01-15 11:59:00 JST | critical | out of memory

    (Runbook: 401) → runbook api 401
    (Follow) → logs api.web errors follow 5m
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
}

#[tokio::test]
async fn sb_23_requests_are_a_table() {
    let lines = vec![
        line(30, Severity::Info, "GET /health 200 12ms"),
        line(20, Severity::Error, "POST /v1/chat/product-dev 502 1.204s"),
        line(10, Severity::Info, "a stranger among them"),
    ];
    let wish = LogWish { requests: true, ..LogWish::default() };
    insta::assert_snapshot!(said(log(lines), &wish, Lang::En).await, @r#"
    [bad] api.web: 2xx ×1, 5xx ×1 in the last 1h
    • Known error (×1): Upstream service error – cause: 上流APIエラー、APIキー無効 – remedy: Secret Managerのキーを確認
    Time | Method | Path | Status | Latency
      2026-01-15 11:59:50 JST | – | a stranger among them | – | –
      2026-01-15 11:59:40 JST | POST | /v1/chat/product-dev | 502 | 1204 ms
      2026-01-15 11:59:30 JST | GET | /health | 200 | 12 ms

    (Runbook: 502) → runbook api 502
    (Follow) → logs api.web requests follow 5m
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
}

#[tokio::test]
async fn bl_05_a_number_bounds_the_lines_and_more_are_announced() {
    let lines: Vec<LogLine> = ["one", "two", "three", "four"]
        .iter()
        .enumerate()
        .map(|(n, text)| line(100 - n as i64, Severity::Info, text))
        .collect();
    let wish = LogWish { number: Some(2), ..LogWish::default() };
    insta::assert_snapshot!(said(log(lines), &wish, Lang::En).await, @r#"
    [plain] api.web: 2 info among the newest 2 lines in the last 24h
      11:58:22 Info three
      11:58:23 Info four
    These are the newest 2 lines; there are more. A number (at most 1000), a severity or a shorter span shows others.

    (Follow) → logs api.web follow 5m
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
}

#[tokio::test]
async fn an_empty_answer_says_where_it_looked_and_offers_more() {
    let wish = LogWish { words: vec!["no such user".into()], ..errors(1) };
    insta::assert_snapshot!(said(log(vec![]), &wish, Lang::En).await, @r#"
    [plain] api.web wrote nothing of the kind in the last 1h
    Looked for: error or worse, the text “no such user”.
    Perhaps it was earlier: a longer span may show it.

    (Last 24h) → logs api.web errors "no such user" 24h
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
    let range = LogWish { range: Some((ago(7_200), Some(ago(3_600)))), ..LogWish::default() };
    insta::assert_snapshot!(said(log(vec![]), &range, Lang::Ja).await, @r#"
    [plain] api.web: 2026-01-15 10:00:00 JST から 2026-01-15 11:00:00 JST までに該当するログはありません
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
}

#[tokio::test]
async fn the_first_of_several_parts_is_read_and_the_others_are_offered() {
    let log = log(vec![line(5, Severity::Info, "started")]);
    let report = logs(log).read(&id("api"), None, &LogWish::default(), NOW).await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [plain] api.web: 1 info in the last 1h
      11:59:55 Info started
    This is api.web. Other components have the same: worker.

    (Follow) → logs api.web follow 5m
    (api.worker) → logs api.worker
    _Cloud Run · api-web · p · asia-northeast1_
    "#);
}

#[tokio::test]
async fn a_refused_read_names_the_role_and_keeps_secrets() {
    let log = Arc::new(Log { fails: Some(Kind::Denied), ..Log::default() });
    let failure = logs(log).read(&id("api"), Some(&part("web")), &LogWish::default(), NOW).await.unwrap_err();
    let text = transcript(&failure.report(), Lang::En).replace(failure.reference.as_str(), "E-…");
    insta::assert_snapshot!(text, @r#"
    [bad] The log of api.web could not be read.
    Why: Toban's account is not allowed to.
    ```
    logging.entries.list: no, token=***
    ```
    Try this: Check the credentials and rights of Toban's account for this backend.
    _Reference E-…_
    "#);
}

#[tokio::test]
async fn secrets_never_leave() {
    let log = log(vec![line(5, Severity::Info, "key sk-Ab12Cd34Ef56Gh78Ij90Kl used")]);
    let text = said(log, &LogWish::default(), Lang::En).await;
    assert!(!text.contains("Ab12Cd34"), "{text}");
}
