//! `health`: every part at once, one verdict.

use std::sync::Arc;
use std::time::Duration;

use toban::app::verbs::health::Health;
use toban::domain::health::Verdict;
use toban::domain::words::{Lang, Reader, Words};
use toban::ports::Capabilities;

use super::fakes::*;
use crate::rig::transcript::transcript;

fn words() -> Arc<Words> {
    Arc::new(Words::load().unwrap())
}

fn sagebase(verdict: Verdict, seen: &'static str) -> Health {
    let estate = estate(vec![service("sagebase", &["web", "db", "files"])], |_, part| match part {
        "web" => Capabilities {
            health: vec![
                Looks::in_turn([vec![check("ready", Verdict::Healthy, "True")]]),
                Looks::always(verdict, seen),
            ],
            logs: Some(Arc::new(Log::default())),
            releases: Some(Fleet::new(world(), Way::Works)),
            ..Capabilities::default()
        },
        _ => Capabilities::default(),
    });
    Health::new(estate, words())
}

#[tokio::test]
async fn sb_01_a_healthy_service_with_parts_that_are_not_connected_is_healthy() {
    let report = sagebase(Verdict::Healthy, "HTTP 200").answer(&id("sagebase"), None, None).await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [good] sagebase is healthy (2 components are not connected yet)
    Component | State | Seen | Latency
      web | ✅ healthy | ready: True | 41 ms
       | ✅ healthy | http: HTTP 200 | 41 ms
    Not connected yet: Cloud SQL (db), object storage (files)

    (Errors, last hour) → logs sagebase.web errors 1h
    (Releases) → releases sagebase.web
    (Check again) → health sagebase
    "#);
    insta::assert_snapshot!(transcript(&report, Lang::Ja), @r#"
    [good] sagebase は正常です（未接続 2 件）
    コンポーネント | 状態 | 確認結果 | 応答時間
      web | ✅ 正常 | ready: True | 41 ms
       | ✅ 正常 | http: HTTP 200 | 41 ms
    未接続: Cloud SQL（db）、オブジェクトストレージ（files）

    (直近1時間のエラー) → logs sagebase.web errors 1h
    (リリース一覧) → releases sagebase.web
    (再確認) → health sagebase
    "#);
}

#[tokio::test]
async fn an_unhealthy_service_says_which_part_and_offers_the_way_back() {
    let report = sagebase(Verdict::Unhealthy, "HTTP 503").answer(&id("sagebase"), None, None).await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [bad] sagebase is unhealthy: web (2 components are not connected yet)
    Component | State | Seen | Latency
      web | ❌ unhealthy | http: HTTP 503 | 41 ms
       | ✅ healthy | ready: True | 41 ms
    Not connected yet: Cloud SQL (db), object storage (files)

    (Errors, last hour) → logs sagebase.web errors 1h
    (!!Roll back…) → rollback sagebase.web previous
    (Releases) → releases sagebase.web
    (Check again) → health sagebase
    "#);
}

#[tokio::test]
async fn a_mute_backend_makes_its_part_unknown_and_holds_up_nobody() {
    let estate = estate(vec![service("taisun", &["web", "api"])], |_, part| Capabilities {
        health: vec![if part == "web" {
            Arc::new(Mute)
        } else {
            Looks::always(Verdict::Healthy, "HTTP 200")
        }],
        ..Capabilities::default()
    });
    let health = Health::new(estate, words()).limit(Duration::from_millis(20));
    let report = health.answer(&id("taisun"), None, None).await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [warn] taisun: the state of web could not be seen
    Component | State | Seen | Latency
      web | ❔ unknown | answer: no answer within 20 ms | 20 ms
      api | ✅ healthy | http: HTTP 200 | 41 ms

    (Check again) → health taisun
    "#);
}

#[tokio::test]
async fn bl_02_one_part_can_be_asked_and_a_wrong_one_is_told_with_the_right_ones() {
    let health = sagebase(Verdict::Healthy, "HTTP 200");
    let report = health.answer(&id("sagebase"), Some(&part("db")), None).await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [plain] sagebase.db is not connected yet
    Not connected yet: Cloud SQL (db)

    (Check again) → health sagebase.db
    "#);
    let failure = health.answer(&id("sagebase"), Some(&part("dbb")), None).await.unwrap_err();
    let reference = failure.reference.to_string();
    insta::assert_snapshot!(transcript(&failure.report(), Lang::En).replace(&reference, "E-…"), @r#"
    [bad] sagebase has no component dbb.
    Why: it does not exist there.
    Try this: Choose one of its components: web, db, files.
    _Reference E-…_
    "#);
}

#[tokio::test]
async fn json_is_for_programs() {
    let reader = Reader { lang: Lang::En, ..Reader::default() };
    let report = sagebase(Verdict::Healthy, "HTTP 200")
        .answer(&id("sagebase"), Some(&part("web")), Some(&reader))
        .await
        .unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [good] sagebase.web is healthy
    Component | State | Seen | Latency
      web | ✅ healthy | ready: True | 41 ms
       | ✅ healthy | http: HTTP 200 | 41 ms
    ```
    {
      "service": "sagebase",
      "environment": "production",
      "verdict": "healthy",
      "components": [
        {
          "component": "web",
          "backend": "cloud_run",
          "verdict": "healthy",
          "checks": [
            {
              "name": "ready",
              "verdict": "healthy",
              "seen": "True",
              "latency_ms": 41
            },
            {
              "name": "http",
              "verdict": "healthy",
              "seen": "HTTP 200",
              "latency_ms": 41
            }
          ]
        }
      ]
    }
    ```

    (Errors, last hour) → logs sagebase.web errors 1h
    (Releases) → releases sagebase.web
    (Check again) → health sagebase.web
    "#);
}
