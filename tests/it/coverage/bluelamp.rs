//! BlueLamp: the portal on Cloud Run, its log, and its troubleshooting guide.

use toban::sandbox::{Fault, Kind, System};

use super::desk::{BLUE, Desk, lines};
use super::follow;

const SERVICE: &str = "/v2/projects/bluelamp-prod/locations/asia-northeast1/services/bluelamp";
const WHERE: &str = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"bluelamp\" AND \
                     resource.labels.location=\"asia-northeast1\"";

#[tokio::test(flavor = "multi_thread")]
async fn bl_02_the_portal_is_judged_by_cloud_run_and_by_its_own_health_page() {
    let desk = Desk::open().await;
    let english = desk.types("health bluelamp.portal").await;
    english.says(&["✅", "bluelamp.portal is healthy", "traffic: 100% bluelamp-00022-lem", "http: 200 OK"]);
    english.asked_once("GET", SERVICE);
    assert!(!english.asked_once("GET", "/bluelamp/health").headers.contains_key("authorization"));
    assert_eq!(english.asked.len(), 2);

    let japanese = desk.types_as("U0SATO", BLUE, "health bluelamp.portal").await;
    japanese.says(&[
        "bluelamp.portal は正常です",
        "ready: 準備完了",
        "100% bluelamp-00022-lem（LATEST に追従）",
    ]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_02_refused_a_portal_that_is_down_is_unhealthy_and_a_cloud_that_says_no_is_named() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Bluelamp, Kind::Unavailable));
    let down = desk.types("health bluelamp.portal").await;
    down.says(&["bluelamp.portal is unhealthy", "❌ unhealthy  http: answered 503, expected 200"])
        .changed_nothing();
    down.says(&["[!Roll back… → rollback bluelamp.portal previous]"]);

    desk.world().clear_faults();
    desk.world().fault(Fault::new(System::Run, Kind::PermissionDenied));
    let refused = desk.types("health bluelamp.portal").await;
    refused
        .says(&[
            "bluelamp.portal: the state of portal could not be seen",
            "Toban's account is not allowed to",
            "http: 200 OK",
        ])
        .changed_nothing();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_05_the_last_fifty_lines_come_with_time_severity_and_text() {
    let desk = Desk::open().await;
    let log = desk.types("logs bluelamp 50").await;
    let shown = lines(log.text());
    assert_eq!(shown.iter().map(|line| line.count).sum::<u64>(), 50, "{}", log.text());
    assert!(shown.windows(2).all(|pair| pair[0].time <= pair[1].time), "{}", log.text());
    log.says(&["among the newest 50 lines in the last 24h", "Cloud Run · bluelamp · bluelamp-prod"]);
    let query = log.log_query();
    assert_eq!(query["resourceNames"], serde_json::json!(["projects/bluelamp-prod"]));
    assert_eq!((&query["orderBy"], &query["pageSize"]), (&"timestamp desc".into(), &51.into()));
    assert!(log.filter().starts_with(&format!("{WHERE} AND timestamp>=\"")), "{}", log.filter());

    let japanese = desk.types_as("U0SATO", BLUE, "logs bluelamp 50").await;
    japanese.says(&["bluelamp.portal: 直近24時間の最新 50 行にエラー"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_05_refused_without_quota_or_right_it_says_which_and_what_helps() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Logging, Kind::PermissionDenied));
    desk.types("logs bluelamp 50")
        .await
        .says(&[
            "The log of bluelamp.portal could not be read.",
            "not allowed to",
            "roles/logging.viewer",
            "Reference E-",
        ])
        .changed_nothing();
    let odd = desk.types("logs bluelamp 0").await;
    assert!(odd.private && odd.asked.is_empty(), "{odd:?}");
    odd.says(&["“0” is out of range: a number from 1 to 1000."]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_06_new_lines_are_shown_as_they_are_written_until_somebody_stops_it() {
    follow::until_stopped("bluelamp", "logs bluelamp follow 5m", WHERE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_06_following_ends_by_itself_after_its_five_minutes() {
    follow::until_the_time_is_over("bluelamp", "logs bluelamp follow 5m").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_06_refused_when_the_project_has_no_stream_left_the_way_out_is_told() {
    let desk = Desk::open().await;
    desk.world().fault(Fault::new(System::Logging, Kind::Exhausted));
    desk.types("logs bluelamp follow 5m")
        .await
        .says(&[
            "The log of bluelamp.portal cannot be followed.",
            "a quota is used up",
            "Ten logs of a project can be followed at once",
        ])
        .changed_nothing();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_07_each_level_of_the_guide_shows_that_level_and_what_is_worse() {
    let desk = Desk::open().await;
    for (command, term, marks) in [
        ("logs bluelamp errors 1h", "severity>=ERROR", &["ERROR", "CRIT"][..]),
        ("logs bluelamp warnings 1h", "severity>=WARNING", &["WARN", "ERROR", "CRIT"]),
        ("logs bluelamp info 1h", "severity>=INFO", &["INFO", "NOTICE", "WARN", "ERROR", "CRIT"]),
        ("logs bluelamp debug 1h", "severity=DEBUG", &["DEBUG"]),
        ("logs bluelamp エラー 1時間", "severity>=ERROR", &["ERROR", "CRIT"]),
    ] {
        let log = desk.types(command).await;
        assert!(log.filter().ends_with(&format!(" AND {term}")), "{}", log.filter());
        let shown = lines(log.text());
        assert!(!shown.is_empty(), "{}", log.text());
        assert!(shown.iter().all(|line| marks.contains(&line.severity.as_str())), "{}", log.text());
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_07_refused_a_level_that_does_not_exist_asks_nobody() {
    let desk = Desk::open().await;
    let odd = desk.types("logs bluelamp fatality 1h").await;
    assert!(odd.private && odd.asked.is_empty(), "{odd:?}");
    odd.says(&["“fatality”", "a severity such as errors or warnings"]);
    desk.close().await;
}

/// 🔧 トラブルシューティング of the guide: words of somebody in trouble in either language, the symptom that must come
/// first, and a piece of its cause and of its remedy.
const BL_13_TROUBLES: [(&str, &str, &str, &str, &str); 6] = [
    (
        "runbook bluelamp No matching distribution found",
        "runbook bluelamp パッケージが見つからない",
        "パッケージが見つからない",
        "PyPIへの反映遅延",
        "pip cache purge",
    ),
    (
        "runbook bluelamp dependency conflict",
        "runbook bluelamp インストール時に競合する",
        "インストール時に依存関係の競合",
        "依存パッケージのバージョン競合",
        "python3 -m venv test_env",
    ),
    (
        "runbook bluelamp portal down",
        "runbook bluelamp APIの応答がない",
        "API応答なし",
        "Cloud Runサービス停止",
        "サービス再起動",
    ),
    (
        "runbook bluelamp authentication",
        "runbook bluelamp CLIの認証に失敗する",
        "認証エラー",
        "JWT設定問題",
        "MongoDB Atlas",
    ),
    (
        "runbook bluelamp command not found",
        "runbook bluelamp コマンドが見つからない",
        "コマンドが見つからない",
        "PATHの問題",
        "pip show -f bluelamp-ai",
    ),
    (
        "runbook bluelamp missing module",
        "runbook bluelamp 実行するとモジュールがない",
        "実行時にモジュールが見つからない",
        "不完全なインストール",
        "pip uninstall bluelamp-ai",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn bl_13_every_trouble_of_the_guide_is_found_in_english_and_in_japanese() {
    let desk = Desk::open().await;
    for (english, japanese, symptom, cause, remedy) in BL_13_TROUBLES {
        for (command, channel, labels) in
            [(english, crate::rig::app::OPS, ["*Cause*", "*Remedy*"]), (japanese, BLUE, ["*原因*", "*対処*"])]
        {
            let found = desk.types_as("U0SATO", channel, command).await;
            let first =
                found.text().split("# ").nth(1).unwrap_or_else(|| panic!("{command}: {}", found.text()));
            for part in [symptom, cause, remedy].iter().chain(&labels) {
                assert!(first.contains(part), "{command}: {part:?} is not in:\n{}", found.text());
            }
            assert!(found.asked.is_empty(), "a runbook asks nobody");
        }
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_13_refused_words_that_nothing_fits_show_what_there_is() {
    let desk = Desk::open().await;
    let nothing = desk.types("runbook bluelamp tomato").await;
    nothing.says(&["Nothing in the runbook of bluelamp fits “tomato”"]);
    for (_, _, symptom, ..) in BL_13_TROUBLES {
        nothing.says(&[symptom]);
    }
    desk.close().await;
}
