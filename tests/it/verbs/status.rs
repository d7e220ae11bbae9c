//! `status`: all services, one line each.

use std::time::Duration;

use toban::app::verbs::status::Status;
use toban::domain::health::Verdict;
use toban::domain::words::Lang;
use toban::ports::Capabilities;

use super::fakes::*;
use crate::rig::transcript::transcript;

#[tokio::test]
async fn every_service_has_one_line_and_trouble_comes_first() {
    let services = vec![
        service("sagebase", &["web", "db"]),
        service("bluelamp", &["portal"]),
        service("taisun", &["api"]),
        service("archive", &["files"]),
    ];
    let estate = estate(services, |service, part| match (service, part) {
        ("sagebase", "web") => Capabilities {
            health: vec![Looks::always(Verdict::Healthy, "HTTP 200")],
            ..Capabilities::default()
        },
        ("bluelamp", _) => Capabilities {
            health: vec![Looks::always(Verdict::Unhealthy, "HTTP 503")],
            ..Capabilities::default()
        },
        ("taisun", _) => Capabilities { health: vec![std::sync::Arc::new(Mute)], ..Capabilities::default() },
        _ => Capabilities::default(),
    });
    let status = Status::new(estate).limit(Duration::from_millis(20));
    let report = status.answer(|_| true).await;
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [bad] 2 of 4 services need a look
    Service | State | Look at | Slowest | Environment
      bluelamp | ❌ unhealthy | portal | 41 ms | production
      taisun | ❔ unknown | api | 20 ms | production
      archive | ➖ not connected | – | – | production
      sagebase | ✅ healthy | 1 not connected yet | 41 ms | production

    (Health of bluelamp) → health bluelamp
    (Health of taisun) → health taisun
    "#);
    insta::assert_snapshot!(transcript(&report, Lang::Ja), @r#"
    [bad] 4 サービス中 2 件の確認が必要です
    サービス | 状態 | 確認対象 | 最大応答時間 | 環境
      bluelamp | ❌ 異常 | portal | 41 ms | production
      taisun | ❔ 不明 | api | 20 ms | production
      archive | ➖ 未接続 | – | – | production
      sagebase | ✅ 正常 | 未接続 1 件 | 41 ms | production

    (bluelamp の詳細) → health bluelamp
    (taisun の詳細) → health taisun
    "#);
    let none = status.answer(|_| false).await;
    insta::assert_snapshot!(transcript(&none, Lang::En), @r#"[plain] There is no service that you may see here."#);
}
