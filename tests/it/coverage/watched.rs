//! The guides' tables of alerts: each rule of the config breaks, is told with its severity and its remedy, and ends.

use toban::domain::alert::AlertSeverity::{self, Critical, Info, Warning};
use toban::domain::metric::Threshold;

use crate::watch::post::{Post, dial, well};

/// Metric, a value that breaks it, what is told.
type Broken = (&'static str, f64, &'static [(AlertSeverity, &'static str)]);

/// Breaks one metric after the other and sees exactly its rules told, and taken back when it is well again.
async fn each_breaks_and_ends(service: &str, table: &[Broken]) {
    let mut post = Post::open().await;
    let rules: Vec<_> = post.rules.iter().filter(|rule| rule.service.as_str() == service).cloned().collect();
    assert_eq!(post.minutes(12).await, [], "nothing is told while all is well");
    for (metric, value, expected) in table {
        let about: Vec<_> = rules.iter().filter(|rule| rule.name() == *metric).collect();
        post.dials.turn(&dial(about[0]), *value);
        assert_eq!(post.minutes(5).await, [], "{metric}: not before five minutes");
        let told = post.minutes(1).await;
        let mut seen: Vec<_> =
            told.iter().map(|signal| (signal.severity, signal.headline.as_str())).collect();
        seen.sort();
        let mut wanted = expected.to_vec();
        wanted.sort();
        assert_eq!(seen, wanted, "{metric}");
        for signal in &told {
            assert!(signal.firing && signal.service.as_deref() == Some(service), "{signal:?}");
            assert!(signal.detail.contains(metric), "{signal:?}");
        }
        post.dials.turn(&dial(about[0]), well(about[0]));
        let ended = post.minutes(6).await;
        assert_eq!(ended.len(), expected.len(), "{metric}");
        assert!(ended.iter().all(|signal| !signal.firing));
    }
}

/// The limit itself, and what lies a little on the right side of it, break nothing; no data is never an all-clear.
async fn nothing_is_told_at_the_limit_and_no_data_is_told_as_such(service: &str) {
    let mut post = Post::open().await;
    let rules: Vec<_> = post.rules.iter().filter(|rule| rule.service.as_str() == service).cloned().collect();
    for rule in &rules {
        // Of several limits the strictest is met.
        let limits =
            rules.iter().filter(|other| other.metric == rule.metric && other.component == rule.component);
        let limit = limits.map(|other| other.threshold.limit()).fold(f64::INFINITY, f64::min);
        let value =
            if matches!(rule.threshold, Threshold::Below(_)) { rule.threshold.limit() } else { limit };
        post.dials.turn(&dial(rule), value);
    }
    assert_eq!(post.minutes(20).await, []);
    for rule in &rules {
        post.dials.turn(&dial(rule), None);
    }
    let told = post.minutes(12).await;
    assert!(!told.is_empty());
    for signal in told {
        assert!(signal.firing && signal.key.ends_with("/data") && signal.severity == Warning, "{signal:?}");
    }
}

#[tokio::test]
async fn sb_06_each_alert_policy_of_the_guide_breaks_is_told_and_ends() {
    let table: [Broken; 6] = [
        ("web.available", 0.0, &[(Critical, "Service Availability")]),
        ("web.error_rate", 0.06, &[(Critical, "High Error Rate"), (Info, "エラー率が目標を超過")]),
        ("web.latency_p95", 3.2, &[(Warning, "High Response Time")]),
        ("web.cpu", 0.81, &[(Warning, "High CPU Usage")]),
        ("web.memory", 0.86, &[(Warning, "High Memory Usage")]),
        ("db.connections", 0.0, &[(Critical, "Database Connection Failures")]),
    ];
    each_breaks_and_ends("sagebase", &table).await;
}

#[tokio::test]
async fn sb_06_refused_a_limit_that_is_just_kept_tells_nothing_and_no_data_is_told_as_such() {
    nothing_is_told_at_the_limit_and_no_data_is_told_as_such("sagebase").await;
}

#[tokio::test]
async fn so_06_each_threshold_of_the_guide_breaks_is_told_and_ends() {
    let table: [Broken; 5] = [
        ("stats.latency_mean", 5.1, &[(Warning, "API応答時間")]),
        ("stats.error_rate", 0.06, &[(Critical, "エラーレート")]),
        ("stats.connections_used", 0.81, &[(Warning, "データベース接続")]),
        ("stats.disk", 0.81, &[(Warning, "ディスク使用量")]),
        ("backend.memory", 0.86, &[(Critical, "メモリ使用量")]),
    ];
    each_breaks_and_ends("smart-office", &table).await;
}

#[tokio::test]
async fn so_06_refused_a_limit_that_is_just_kept_tells_nothing_and_no_data_is_told_as_such() {
    nothing_is_told_at_the_limit_and_no_data_is_told_as_such("smart-office").await;
}

#[tokio::test]
async fn ts_08_each_threshold_of_the_guide_breaks_is_told_with_its_level_and_ends() {
    let table: [Broken; 10] = [
        ("stats.latency_p99", 0.6, &[(Warning, "Response Time (p99)")]),
        ("stats.latency_p99", 1.1, &[(Warning, "Response Time (p99)"), (Critical, "Response Time (p99)")]),
        ("stats.error_rate", 0.02, &[(Warning, "Error Rate")]),
        ("stats.error_rate", 0.06, &[(Warning, "Error Rate"), (Critical, "Error Rate")]),
        ("stats.requests_per_minute", 9.0, &[(Warning, "Request Rate")]),
        ("stats.cpu", 0.75, &[(Warning, "CPU Usage")]),
        ("stats.cpu", 0.95, &[(Warning, "CPU Usage"), (Critical, "CPU Usage")]),
        ("stats.memory", 0.85, &[(Warning, "Memory Usage")]),
        ("stats.memory", 0.96, &[(Warning, "Memory Usage"), (Critical, "Memory Usage")]),
        ("stats.disk", 0.81, &[(Warning, "Disk Usage")]),
    ];
    each_breaks_and_ends("taisun", &table).await;
}

#[tokio::test]
async fn ts_08_refused_a_limit_that_is_just_kept_tells_nothing_and_no_data_is_told_as_such() {
    nothing_is_told_at_the_limit_and_no_data_is_told_as_such("taisun").await;
}
