//! Every way to say the same thing, in English and Japanese.

use super::{context, in_thread_of, read, read_in};

/// Reads `typed` and compares its canonical form.
fn means(typed: &str, canonical: &str) {
    match read(typed) {
        Ok(invocation) => assert_eq!(invocation.to_text(), canonical, "{typed}"),
        Err(fault) => panic!("{typed}: {fault:?}"),
    }
}

#[test]
fn the_three_commands_of_the_mission() {
    means("/health sagebase", "health sagebase");
    means("/logs bluelamp errors 1h", "logs bluelamp errors 1h");
    means("/rollback api-key-server previous", "rollback api-key-server previous");
}

#[test]
fn words_come_in_any_order() {
    for typed in [
        "logs bluelamp errors 1h",
        "logs bluelamp 1h errors",
        "logs 1h bluelamp errors",
        "logs errors 1h bluelamp",
        "bluelamp logs errors 1h",
        "bluelamp errors 1h logs",
        "/toban logs bluelamp errors 1h",
        "toban /logs bluelamp errors 1h",
        "@toban  logs\tbluelamp\n errors 1h",
        "LOGS BlueLamp Errors 1H",
        "log bluelamp error 60m",
    ] {
        means(typed, "logs bluelamp errors 1h");
    }
}

#[test]
fn japanese_and_full_width() {
    for typed in [
        "ログ bluelamp エラー 1時間",
        "ログ　ｂｌｕｅｌａｍｐ　エラー　１時間",
        "bluelamp ログ エラー 60分",
        "／ｌｏｇｓ　bluelamp ｴﾗｰ １ｈ",
        "当番 ログ bluelamp エラー 1時間",
        "bluelamp 1時間 エラー ログ",
    ] {
        means(typed, "logs bluelamp errors 1h");
    }
    means("戻す api-key-server 前", "rollback api-key-server previous");
    means("ヘルス sagebase", "health sagebase");
    means("状態", "status");
    means("ログ sagebase 警告 30分", "logs sagebase warnings 30m");
    means("ログ sagebase 重大 追跡", "logs sagebase critical follow");
    means("ログ sagebase 「接続 失敗」", "logs sagebase \"接続 失敗\"");
}

#[test]
fn services_components_and_aliases() {
    means("health smart-office-ai", "health smart-office");
    means("health sb.db", "health sagebase.db");
    means("logs SAGEBASE.DB errors", "logs sagebase.db errors");
    means("logs sagebase db errors", "logs sagebase.db errors");
    means("logs db errors sagebase", "logs sagebase.db errors");
    means("health smart-office-ai.ollama json", "health smart-office.ollama json");
}

#[test]
fn every_kind_of_argument_of_logs() {
    means(
        "logs sagebase \"a b\" follow /time ?out/ 50 “c” 1h errors requests",
        "logs sagebase errors 1h /time ?out/ \"a b\" \"c\" 50 requests follow",
    );
    means("logs sagebase /api\\/v1/i", "logs sagebase /(?i)api\\/v1/");
    means("logs bluelamp 50", "logs bluelamp 50");
    means("logs bluelamp follow 5m", "logs bluelamp 5m follow");
    means("logs sagebase errors 24h", "logs sagebase errors 1d");
    means("logs sagebase requests 1h", "logs sagebase 1h requests");
    means("logs sagebase \"@everyone <b>*x*</b>\"", "logs sagebase \"@everyone <b>*x*</b>\"");
}

#[test]
fn moments_are_in_the_readers_zone() {
    let hour = "logs taisun errors 2024-01-15T01:00:00Z..2024-01-15T02:00:00Z";
    means("logs taisun errors 10:00..11:00", hour);
    means("logs taisun errors １０：００～１１：００", hour);
    means("logs taisun 2024-01-15 10:00..11:00 errors", hour);
    means("logs taisun today 10:00..11:00 errors", hour);
    means("logs taisun 2024-01-15T01:00Z..2024-01-15T02:00Z errors", hour);
    means("logs taisun 10:00", "logs taisun 2024-01-15T01:00:00Z");
    means("logs taisun 昨日", "logs taisun 2024-01-13T15:00:00Z..2024-01-14T15:00:00Z");
    means("logs taisun 昨日 10:00", "logs taisun 2024-01-14T01:00:00Z");
    means("logs taisun 2024-01-14T10:00Z", "logs taisun 2024-01-14T10:00:00Z");
    let zone = read("logs taisun 10:00").unwrap().zone;
    assert_eq!(zone.iana_name(), Some("Asia/Tokyo"));
}

#[test]
fn arguments_are_asked_for_by_kind() {
    let logs = read("logs sagebase.db errors 1h /x+/ \"a\" \"b\" 50 follow").unwrap();
    assert_eq!(logs.verb, "logs");
    assert_eq!(logs.service.as_ref().map(ToString::to_string).as_deref(), Some("sagebase.db"));
    let args = &logs.args;
    assert_eq!(args.span(), Some(std::time::Duration::from_hours(1)));
    assert_eq!(args.severity(), Some(toban::domain::log::Severity::Error));
    assert_eq!(args.pattern().map(|pattern| pattern.as_str()), Some("x+"));
    assert!(args.pattern().unwrap().regex().is_match("axx"));
    assert_eq!(args.texts(), ["a", "b"]);
    assert_eq!(args.number(), Some(50));
    assert!(args.keyword("follow"));
    assert!(!args.keyword("requests"));
    assert_eq!(args.range(), None);
    let (from, until) = args.stretch(context().now, std::time::Duration::from_mins(15));
    assert_eq!((from.to_string().as_str(), until), ("2024-01-15T03:30:00Z", None));

    let rollback = read("rollback api-key-server api-key-server-00041-abc").unwrap();
    use toban::domain::invocation::RevisionRef;
    assert_eq!(rollback.args.revision(), Some(&RevisionRef::Named("api-key-server-00041-abc".into())));
    assert_eq!(rollback.risk, toban::domain::person::Risk::Change);
}

#[test]
fn free_words_are_taken_as_they_stand() {
    let words = |typed: &str| read(typed).unwrap().args.words().join("|");
    assert_eq!(words("runbook api-key-server 502"), "502");
    assert_eq!(words("runbook bluelamp No matching distribution"), "No|matching|distribution");
    assert_eq!(words("runbook 接続 エラー sagebase"), "接続|エラー");
    assert_eq!(words("runbook sagebase db errors 1h"), "db|errors|1h");
    assert_eq!(words("runbook sagebase can't /v1/chat \"a b\""), "can't|/v1/chat|a b");
    assert_eq!(words("runbook bluelamp"), "");
}

#[test]
fn in_a_thread_the_service_is_known() {
    let thread = in_thread_of("sagebase");
    let means = |typed: &str, canonical: &str| {
        let read = read_in(typed, &thread).unwrap_or_else(|fault| panic!("{typed}: {fault:?}"));
        assert_eq!(read.to_text(), canonical, "{typed}");
    };
    means("logs errors 1h", "logs sagebase errors 1h");
    means("rollback previous", "rollback sagebase previous");
    means("health .db", "health sagebase.db");
    means("logs db errors", "logs sagebase.db errors");
    means("logs bluelamp errors", "logs bluelamp errors");
    means("runbook slow queries", "runbook sagebase slow queries");
    means("status", "status");
}

#[test]
fn buttons_type_ids() {
    means("confirm P-7K2M9QX4TB", "confirm P-7K2M9QX4TB");
    means("undo p-7k2m9qx4tb", "undo P-7K2M9QX4TB");
    means("more R-7K2M9QX4TB", "more R-7K2M9QX4TB 2");
    means("more R-7K2M9QX4TB 3", "more R-7K2M9QX4TB 3");
    means("filter R-7K2M9QX4TB warnings \"x\"", "filter R-7K2M9QX4TB warnings \"x\"");
    means("stop 0197a0c2d4e5", "stop 0197a0c2d4e5");
    means("help ログ", "help logs");
    assert_eq!(read("confirm P-7K2M9QX4TB").unwrap().args.plan().unwrap().as_str(), "P-7K2M9QX4TB");
}
