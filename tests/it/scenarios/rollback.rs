//! AK-17: `/rollback api-key-server previous`, from the preview to the undo.

use crate::rig::app::Rig;
use crate::rig::talk::over_both_doors;

over_both_doors!(ak_17_a_rollback_is_previewed_confirmed_verified_and_undone);

async fn ak_17_a_rollback_is_previewed_confirmed_verified_and_undone(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let before = rig.traffic("api-key-server");
    let plan = rig.ask("rollback api-key-server previous").await;
    plan.says("Send all traffic of api-key-server.web to api-key-server-00041-wud")
        .says("*Traffic now*: api-key-server-00043-nam 100 %")
        .says("new deployments get no traffic")
        .says("Passed over: api-key-server-00042-pog (never ready)");
    assert_eq!(rig.asked("PATCH", "/services/"), 0);

    let done = rig.push("U0SATO", &plan, "Confirm").await;
    done.says("api-key-server.web now serves api-key-server-00041-wud: health is better");
    let decided = rig.sees("Confirmed by 佐藤").await;
    decided.never_says("[!Confirm").never_says("[Cancel");
    assert_eq!(decided.ts, plan.ts);
    assert_eq!(rig.traffic("api-key-server"), [("api-key-server-00041-wud".to_owned(), 100)]);

    let back = rig.push("U0TANAKA", &done, "Undo").await;
    back.says("Let api-key-server.web follow the newest revision again (now api-key-server-00043-nam)");
    assert_ne!(back.button("Confirm"), plan.button("Confirm"), "the way back is a plan of its own");
    assert_eq!(rig.asked("PATCH", "/services/"), 1);
    rig.push("U0TANAKA", &back, "Confirm").await.says("follows LATEST again (api-key-server-00043-nam)");
    assert_eq!(rig.traffic("api-key-server"), before);
    assert_eq!(rig.asked("PATCH", "/services/"), 2);
    rig.stop().await;
}
