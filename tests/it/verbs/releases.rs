//! `releases`: revisions, traffic, and what `previous` would be.

use std::sync::Arc;

use toban::app::verbs::releases::Releases;
use toban::domain::words::Lang;
use toban::ports::Capabilities;

use super::fakes::*;
use crate::rig::transcript::transcript;

fn releases(fleet: Arc<Fleet>, past: &[&str]) -> Releases {
    let estate = estate(vec![service("api", &["web", "db"])], move |_, part| Capabilities {
        releases: (part == "web").then(|| fleet.clone() as Arc<_>),
        ..Capabilities::default()
    });
    Releases::new(estate, Arc::new(Past(past.iter().map(|name| (*name).to_owned()).collect())))
}

#[tokio::test]
async fn sb_17_revisions_are_listed_with_the_rule_of_previous() {
    let report = releases(Fleet::new(world(), Way::Works), &[]).answer(&id("api"), None, NOW).await.unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [plain] api.web: api-00044-abc serves 100 % of the traffic
    Revision | Traffic | State | Age | Image
      api-00044-abc | 100 % | ready | 2h ago | api:v1.44
      api-00043-abc | – | never became ready: container failed to start | 30h ago | api:v1.43
      api-00042-abc (previous) | – | ready | 2d 2h ago | api:v1.42
      api-00041-abc | – | ready | 4d 3h ago | api:v1.41
    `previous` is api-00042-abc: the newest ready revision from before the one that serves. Passed over: api-00043-abc (never ready).
    Traffic follows the newest ready revision (LATEST).

    (!!Roll back to previous…) → rollback api.web previous
    "#);
    insta::assert_snapshot!(transcript(&report, Lang::Ja), @r#"
    [plain] api.web: api-00044-abc がトラフィックの 100 % を処理中
    リビジョン | トラフィック | 状態 | 作成 | イメージ
      api-00044-abc | 100 % | 準備完了 | 2時間前 | api:v1.44
      api-00043-abc | – | 起動に失敗: container failed to start | 30時間前 | api:v1.43
      api-00042-abc（previous） | – | 準備完了 | 2日2時間前 | api:v1.42
      api-00041-abc | – | 準備完了 | 4日3時間前 | api:v1.41
    `previous` は api-00042-abc です（稼働中のものより前に作成された、最新の準備完了リビジョン）。除外: api-00043-abc（起動に失敗）。
    トラフィックは最新の準備完了リビジョン（LATEST）に追従します。

    (!!previous へロールバック…) → rollback api.web previous
    "#);
}

#[tokio::test]
async fn pinned_traffic_and_what_was_rolled_back_from_are_told() {
    let mut serving = world();
    serving.follows_latest = false;
    let report = releases(Fleet::new(serving, Way::Works), &["api-00042-abc"])
        .answer(&id("api"), Some(&part("web")), NOW)
        .await
        .unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [plain] api.web: api-00044-abc serves 100 % of the traffic
    Revision | Traffic | State | Age | Image
      api-00044-abc | 100 % | ready | 2h ago | api:v1.44
      api-00043-abc | – | never became ready: container failed to start | 30h ago | api:v1.43
      api-00042-abc | – | ready | 2d 2h ago | api:v1.42
      api-00041-abc (previous) | – | ready | 4d 3h ago | api:v1.41
    `previous` is api-00041-abc: the newest ready revision from before the one that serves. Passed over: api-00043-abc (never ready), api-00042-abc (rolled back from in the last 7 days).
    Traffic is pinned: new deployments get none until it is set to LATEST again.

    (!!Roll back to previous…) → rollback api.web previous
    (Follow LATEST again…) → rollback api.web latest
    "#);
}

#[tokio::test]
async fn a_part_without_releases_says_what_has_them() {
    let failure = releases(Fleet::new(world(), Way::Works), &[])
        .answer(&id("api"), Some(&part("db")), NOW)
        .await
        .unwrap_err();
    let reference = failure.reference.to_string();
    insta::assert_snapshot!(transcript(&failure.report(), Lang::En).replace(&reference, "E-…"), @r#"
    [bad] api.db has no releases that Toban can reach.
    Why: no backend is connected.
    Try this: Ask api.web, which has them.
    _Reference E-…_
    "#);
}
