//! Sagebase: the daily looks, its log from every side, and its revisions.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde_json::json;
use toban::sandbox::{Fault, Kind, Options, System};

use super::change::Service;
use super::desk::{BLUE, Desk, lines};
use super::follow;
use crate::rig::app::Plan;

const WHERE: &str = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"sagebase-streamlit\" AND \
                     resource.labels.location=\"asia-northeast1\"";

const SERVICE: Service = Service {
    place: "sagebase.web",
    cloud_run: "sagebase-streamlit",
    path: "/v2/projects/sagebase-prod/locations/asia-northeast1/services/sagebase-streamlit",
    health: "/sagebase/health",
    serves: "sagebase-streamlit-00117-gax",
};

#[tokio::test(flavor = "multi_thread")]
async fn sb_01_the_condition_of_the_service_is_read_and_its_page_is_asked() {
    let desk = Desk::open().await;
    let well = desk.types("health sagebase").await;
    well.says(&["✅", "sagebase is healthy (5 components are not connected yet)", "✅ healthy  ready: yes"]);
    well.says(&["http: 200 OK", "Not connected yet: Cloud SQL (db)"]);
    well.asked_once("GET", SERVICE.path);
    well.asked_once("GET", SERVICE.health);
    well.changed_nothing();
    desk.types_as("U0SATO", BLUE, "health sagebase")
        .await
        .says(&["sagebase は正常です（未接続 5 件）", "✅ 正常"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_01_refused_a_condition_that_is_not_true_is_told_with_its_reason() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Run, Kind::NeverReady));
    let mut template = desk
        .world()
        .with(|state, _| state.run.service("sagebase-streamlit").unwrap().doc["template"].clone());
    template["containers"][0]["image"] =
        json!("asia-northeast1-docker.pkg.dev/sagebase-prod/sagebase/streamlit:bad");
    template["revision"] = json!("");
    SERVICE.changes(&desk, "template", json!({ "template": template })).await;
    desk.settled("sagebase-streamlit", SERVICE.serves).await;
    let ill = desk.types("health sagebase").await;
    ill.says(&["sagebase works, but look at web", "⚠️ degraded", "http: 200 OK"]).hides(&["ready: yes"]);
    ill.changed_nothing();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_03_a_day_of_errors_is_told_by_kind_with_counts_most_frequent_first() {
    let desk = Desk::with(Plan { sandbox: Options::quiet(), ..Plan::default() }).await;
    for number in 0..7 {
        desk.world().say(
            "sagebase-streamlit",
            500,
            &format!("could not save minutes_{number}.pdf after {number}00 ms"),
        );
    }
    for number in 0..3 {
        let trace = format!(
            "Traceback (most recent call last):\n  File \"/app/a.py\", line 2{number}\nTimeoutError: {number}"
        );
        desk.world().say("sagebase-streamlit", 500, &trace);
    }
    desk.world().say("sagebase-streamlit", 600, "Memory limit of 2048 MiB exceeded");
    desk.world().say("sagebase-streamlit", 200, "all is well");

    let day = desk.types("logs sagebase errors 24h").await;
    day.says(&["1 critical, 10 errors in the last 24h"]).hides(&["all is well", "Traceback"]);
    let rows: Vec<&str> =
        day.text().lines().skip_while(|line| !line.contains("Count")).skip(1).take(3).collect();
    for (row, (count, text)) in rows.iter().zip([
        ("7", "could not save minutes_6.pdf after 600 ms"),
        ("3", "TimeoutError: 2"),
        ("1", "Memory limit"),
    ]) {
        assert!(
            row.trim_start_matches(['|', ' ']).starts_with(count) && row.contains(text),
            "{}",
            day.text()
        );
    }
    let filter = day.filter();
    assert!(filter.starts_with(WHERE) && filter.ends_with(" AND severity>=ERROR"), "{filter}");
    let since = filter.split("timestamp>=\"").nth(1).unwrap().split('"').next().unwrap();
    let ago = desk.world().clock().now().duration_since(since.parse().unwrap());
    assert_eq!(ago.as_hours(), 24);

    let japanese = desk.types_as("U0SATO", BLUE, "logs sagebase errors 24h").await;
    japanese.says(&["sagebase.web: 直近24時間に重大 1 件、エラー 10 件", "件数"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_03_refused_a_log_out_of_quota_is_no_day_without_errors() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Logging, Kind::Exhausted));
    desk.types("logs sagebase errors 24h")
        .await
        .says(&["The log of sagebase.web could not be read.", "a quota is used up"])
        .hides(&["wrote nothing"])
        .changed_nothing();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_07_a_range_of_local_time_is_asked_in_universal_time() {
    let desk = Desk::open().await;
    let log = desk.types("logs sagebase 10:00..11:00").await;
    // The latest ten o'clock in Tokyo that has been.
    let tokyo = TimeZone::get("Asia/Tokyo").unwrap();
    let now = desk.world().clock().now().to_zoned(tokyo.clone());
    let today = now.date().to_datetime(Time::constant(10, 0, 0, 0)).to_zoned(tokyo).unwrap();
    let from = if today > now { today.yesterday().unwrap().with().hour(10).build().unwrap() } else { today };
    let from = from.timestamp();
    let until = from + jiff::SignedDuration::from_hours(1);
    assert_eq!(log.filter(), format!("{WHERE} AND timestamp>=\"{from}\" AND timestamp<\"{until}\""));
    assert!(from.to_string().ends_with("T01:00:00Z"), "{from}");
    log.says(&["10:00:00 JST", "11:00:00 JST"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_07_severity_text_and_pattern_are_asked_of_the_log_in_its_own_language() {
    let desk = Desk::open().await;
    for (command, term) in [
        ("logs sagebase errors", "severity>=ERROR"),
        ("logs sagebase warnings", "severity>=WARNING"),
        ("logs sagebase \"議事録\"", "\"議事録\""),
        (
            "logs sagebase /timeout|refused/ 24h",
            "(textPayload=~\"timeout|refused\" OR jsonPayload.message=~\"timeout|refused\")",
        ),
        (
            "logs sagebase errors \"Connection\" /refused$/ 24h",
            "severity>=ERROR AND \"Connection\" AND (textPayload=~\"refused$\" OR jsonPayload.message=~\"refused$\")",
        ),
    ] {
        let log = desk.types(command).await;
        assert!(log.filter().ends_with(&format!("Z\" AND {term}")), "{command}: {}", log.filter());
        assert!(
            log.text().contains("Known error") || !lines(log.text()).is_empty(),
            "{command}: {}",
            log.text()
        );
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_07_new_lines_are_shown_as_they_are_written_until_somebody_stops_it() {
    follow::until_stopped("sagebase-streamlit", "logs sagebase follow 5m", WHERE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_07_refused_a_pattern_or_range_that_cannot_be_asks_nobody() {
    let desk = Desk::open().await;
    for (command, says) in [
        ("logs sagebase /(/", "The pattern is not a regular expression"),
        ("logs sagebase 2026-01-09T11:00..2026-01-09T10:00", "ends before it begins"),
        ("logs sagebase 25:00..26:00", "There is no such time"),
    ] {
        let odd = desk.types(command).await;
        assert!(odd.private && odd.asked.is_empty(), "{odd:?}");
        odd.says(&[says]);
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_17_revisions_are_listed_with_their_traffic_and_the_one_before() {
    let desk = Desk::open().await;
    let list = desk.types("releases sagebase").await;
    list.says(&[
        "sagebase.web: sagebase-streamlit-00117-gax serves 100 % of the traffic",
        "sagebase-streamlit-00116-tiw (previous)",
        "2d ago",
        "streamlit:2026.01.07",
        "Traffic follows the newest ready revision (LATEST).",
    ]);
    list.asked_once("GET", &format!("{}/revisions", SERVICE.path));
    list.changed_nothing();
    let japanese = desk.types_as("U0SATO", BLUE, "releases sagebase").await;
    japanese.says(&["sagebase-streamlit-00117-gax がトラフィックの 100 % を処理中", "2日前"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_17_traffic_goes_back_to_the_revision_before_and_returns() {
    SERVICE.goes_back("rollback sagebase previous", "sagebase-streamlit-00116-tiw").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_17_traffic_goes_back_to_a_revision_by_the_beginning_of_its_name() {
    SERVICE.goes_back("rollback sagebase sagebase-streamlit-00115", "sagebase-streamlit-00115-kuz").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_17_refused_whoever_may_only_look_neither_plans_nor_confirms() {
    SERVICE.is_not_for_viewers("rollback sagebase previous").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_17_refused_a_revision_that_does_not_exist_offers_those_that_do() {
    let says = ["sagebase.web has no revision sagebase-streamlit-00099"];
    let refused = SERVICE.cannot_go("rollback sagebase sagebase-streamlit-00099", &says).await;
    refused.says(&["sagebase-streamlit-00116-tiw"]).hides(&[SERVICE.serves]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_17_refused_a_cloud_that_says_no_leaves_the_traffic_and_the_role_is_named() {
    SERVICE.may_not_be_touched("rollback sagebase previous").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_17_refused_a_service_that_changed_after_the_plan_makes_it_void() {
    SERVICE.must_be_as_planned("rollback sagebase previous").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_23_the_access_log_is_shown_by_request_newest_first() {
    let desk = Desk::open().await;
    let log = desk.types("logs sagebase requests 1h").await;
    assert!(log.filter().ends_with(" AND httpRequest.requestUrl!=\"\""), "{}", log.filter());
    log.says(&["Time", "Method", "Path", "Status", "Latency", "2xx ×", "/_stcore/health"]);
    let rows: Vec<&str> = log.text().lines().filter(|line| line.starts_with("| 20")).collect();
    assert!(rows.len() > 10 && rows.windows(2).all(|pair| pair[0][..21] >= pair[1][..21]), "{}", log.text());
    let japanese = desk.types_as("U0SATO", BLUE, "logs sagebase requests 1h").await;
    japanese.says(&["時刻", "メソッド", "パス", "ステータス", "応答時間"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sb_23_refused_a_component_without_a_log_says_which_has_one() {
    let desk = Desk::open().await;
    let none = desk.types("logs sagebase.db requests 1h").await;
    none.says(&["sagebase.db has no logs that Toban can reach.", "sagebase.web"]);
    assert!(none.asked.is_empty());
    desk.close().await;
}
