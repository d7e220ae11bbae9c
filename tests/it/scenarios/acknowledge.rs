//! Acknowledgement waits for nothing: ten slow commands hold up neither each other nor the eleventh.

use toban::sandbox::{Fault, Kind, System};

use crate::rig::app::{OPS, Rig};
use crate::rig::talk::over_both_doors;

over_both_doors!(a_command_is_acknowledged_and_answered_while_ten_slow_ones_run);

async fn a_command_is_acknowledged_and_answered_while_ten_slow_ones_run(mode: &'static str) {
    let rig = Rig::over(mode).await;
    rig.sandbox.world().fault(Fault::new(System::Logging, Kind::Hang));
    for _ in 0..10 {
        rig.type_in("logs sagebase errors 1h").await;
    }
    rig.was_asked("POST", "entries:list", 10).await;
    assert_eq!(rig.said(), 0, "nothing is answered yet:\n{}", rig.slack.transcript(OPS));

    rig.ask("whoami").await.says("You are 佐藤");
    assert_eq!(rig.times("sagebase.web could not be read"), 0);

    // The cloud goes away for good: all ten end, and each says so.
    rig.sandbox.stop().await;
    let all = |state: &crate::slack::fake::State| {
        state.messages.iter().filter(|said| said.shown().contains("sagebase.web could not be read")).count()
            == 10
    };
    rig.slack.wait_until(all).await;
    rig.running.stop().await;
}
