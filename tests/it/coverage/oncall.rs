//! Emergency contacts: who is told when a service breaks, and how they are reached.

use super::desk::{BLUE, Desk};

#[tokio::test(flavor = "multi_thread")]
async fn bl_17_the_ladder_and_the_emergency_contacts_are_told_with_their_addresses() {
    let desk = Desk::open().await;
    let english = desk.types("oncall bluelamp").await;
    english
        .says(&[
            "on call for bluelamp",
            "Escalation",
            "restart bluelamp.portal",
            "at once",
            "5m",
            "30m",
            "1h",
        ])
        .says(&["伊藤", "Anna Miller", "Database vendor"])
        .says(&["Contacts", "技術責任者", "鈴木", "suzuki@example.com", "データベース", "山田"])
        .says(&["セキュリティ", "security@example.com", "インフラ", "infra@example.com"])
        .changed_nothing();
    assert!(english.asked.is_empty(), "nothing has to be looked up for it");

    let japanese = desk.types_as("U0SATO", BLUE, "oncall bluelamp").await;
    japanese.says(&["bluelamp の当番は", "エスカレーション", "連絡先", "即時"]);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bl_17_refused_a_misspelt_service_is_asked_back_about() {
    let desk = Desk::open().await;
    desk.types("oncall bluelanp").await.says(&["oncall bluelamp"]).changed_nothing();
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ts_24_on_call_infrastructure_and_security_are_named_with_whoever_has_the_shift() {
    let desk = Desk::open().await;
    let seen = desk.types("oncall taisun").await;
    seen.says(&[
        "on call for taisun",
        "オンコール",
        "インフラ",
        "セキュリティ",
        "小林",
        "security@example.com",
    ])
    .says(&["email infra@example.com"])
    .changed_nothing();
    let on_call = seen.text().contains("sato@example.com") || seen.text().contains("tanaka@example.com");
    assert!(on_call, "{}", seen.text());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ts_24_refused_a_stranger_learns_no_contacts() {
    let desk = Desk::open().await;
    let seen = desk.types_as("U0STRANGER", "C0OPS", "oncall taisun").await;
    seen.says(&["I do not know you here"]).hides(&["@example.com"]);
    assert!(seen.private);
    desk.close().await;
}
