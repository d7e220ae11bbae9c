//! `runbook`: what is known about an error.

use toban::app::verbs::runbook::Runbook;
use toban::domain::words::Lang;
use toban::ports::Capabilities;

use super::fakes::*;
use crate::rig::transcript::transcript;

fn book() -> Runbook {
    let mut api = service("api", &["web"]);
    api.runbook = runbook();
    let estate = estate(vec![api, service("bare", &["web"])], |_, _| Capabilities::default());
    Runbook::new(estate, ["logs", "health"].map(str::to_owned).into())
}

#[test]
fn bl_13_ak_16_a_status_finds_symptom_cause_and_remedy() {
    let report = book().answer(&id("api"), "502").unwrap();
    insta::assert_snapshot!(transcript(&report, Lang::En), @r#"
    [plain] Runbook of api: 1 entry fits
    ## Upstream service error
    HTTP status: 502
    Cause: 上流APIエラー、APIキー無効
    Remedy: Secret Managerのキーを確認
    • rollback api previous

    (logs api errors 1h) → logs api errors 1h
    "#);
    assert_eq!(book().answer(&id("api"), "上流のエラー").unwrap(), report);
}

#[test]
fn nothing_found_or_nothing_asked_lists_what_there_is() {
    let nothing = book().answer(&id("api"), "tomato").unwrap();
    insta::assert_snapshot!(transcript(&nothing, Lang::En), @r#"
    [warn] Nothing in the runbook of api fits “tomato”. This is what it has:
    Symptom | Status | Cause | Entry
      Upstream service error | 502 | 上流APIエラー、APIキー無効 | upstream-error
      Unauthorized | 401 | JWT/HMAC認証失敗 | unauthorized
    "#);
    let all = book().answer(&id("api"), "").unwrap();
    insta::assert_snapshot!(transcript(&all, Lang::Ja), @r#"
    [plain] api の手順書: 2 件
    症状 | ステータス | 原因 | 項目
      Upstream service error | 502 | 上流APIエラー、APIキー無効 | upstream-error
      Unauthorized | 401 | JWT/HMAC認証失敗 | unauthorized
    "#);
    let bare = book().answer(&id("bare"), "502").unwrap();
    insta::assert_snapshot!(transcript(&bare, Lang::En), @r#"[plain] bare has no runbook."#);
}
