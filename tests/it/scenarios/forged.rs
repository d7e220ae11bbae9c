//! Who is not Slack is not heard: nothing is stored, nothing is done.

use crate::rig::app::{OPS, Plan, Rig};
use crate::slack::fake::payloads;

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_or_forged_signature_is_refused_and_nothing_is_stored() {
    let clock = toban::base::Clock::system();
    let rig = Rig::with(Plan { clock: clock.clone(), ..Plan::default() }).await;
    let caller = rig.slack.caller(&rig.url);
    let body = payloads::form(&rig.slash("U0SATO", OPS, "health sagebase")).into_bytes();
    let now = clock.now().as_second();
    let forged = caller.sign(now, b"another body");
    for (stamp, signature) in [
        (now - 301, caller.sign(now - 301, &body)),
        (now + 301, caller.sign(now + 301, &body)),
        (now, forged),
        (now, "v0=".to_owned()),
        (now, String::new()),
    ] {
        let headers =
            [("x-slack-request-timestamp", &*stamp.to_string()), ("x-slack-signature", &*signature)];
        let (status, told) = caller.send("/slack/commands", FORM, body.clone(), &headers).await;
        assert_eq!(status.as_u16(), 401);
        assert!(told.contains("not signed by Slack"), "{told}");
    }
    assert_eq!(caller.send("/slack/commands", FORM, body.clone(), &[]).await.0.as_u16(), 401);

    // The next honest command is the first that anything is known of.
    rig.ask("whoami").await.says("You are 佐藤");
    let mut kept = Vec::new();
    rig.store.audit_export(|line| kept.push(line)).await.unwrap();
    assert_eq!(kept.len(), 1, "{kept:#?}");
    assert_eq!((rig.said(), rig.asked("GET", "/sagebase/health")), (2, 0));
    rig.stop().await;
}
