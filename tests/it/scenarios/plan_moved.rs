//! A plan holds for the world in which it was made, and for no other.

use crate::rig::app::Rig;
use crate::rig::talk::over_both_doors;

over_both_doors!(a_plan_whose_service_changed_meanwhile_is_refused_with_what_changed);

async fn a_plan_whose_service_changed_meanwhile_is_refused_with_what_changed(mode: &'static str) {
    let rig = Rig::over(mode).await;
    let plan = rig.ask("rollback sagebase sagebase-streamlit-00115").await;
    plan.says("sagebase-streamlit-00115-kuz");
    rig.colleague_moves("sagebase-streamlit", "sagebase-streamlit-00116-tiw").await;

    let refused = rig.push("U0SATO", &plan, "Confirm").await;
    refused
        .says("The service changed since this plan was made, so it is not carried out")
        .says("was sagebase-streamlit-00117-gax")
        .says("is sagebase-streamlit-00116-tiw");
    assert_eq!(rig.asked("PATCH", "/services/"), 0, "nothing is sent");
    rig.sees("Void: the service changed after this plan was made").await.never_says("[!Confirm");
    rig.push("U0SATO", &plan, "Confirm").await.says("nothing was changed");

    // The way on is one press away, and it plans for the world as it is now.
    let again = rig.push("U0SATO", &refused, "Plan again").await;
    again.says("*Traffic now*: sagebase-streamlit-00116-tiw 100 %");
    rig.push("U0SATO", &again, "Confirm").await.says("now serves sagebase-streamlit-00115-kuz");
    assert_eq!(rig.asked("PATCH", "/services/"), 1);
    rig.stop().await;
}
