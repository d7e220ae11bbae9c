//! `toban check --online`: every token, permission and place is tried.

use toban::sandbox::{Fault, Kind, System};

use super::site::Site;
use crate::slack::fake::BOT_TOKEN;

/// The example company pages by e-mail as well, and its mail server is down.
const NO_MAIL: &str = "✗ pager email: provider down: no connection";

/// The lines about what did not work.
fn wrong(out: &str) -> Vec<&str> {
    out.lines().filter(|line| line.starts_with('✗')).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_tried_and_told_a_line_each() {
    let site = Site::sqlite().await;
    let checked = site.run(&["check", "--online"]).await;
    assert_eq!(wrong(&checked.out), [NO_MAIL, "✗ api-key-server.web http: answered 502, expected 200"]);
    assert_eq!(checked.code, 1, "{checked:?}");

    site.run(&["run", "--yes", "rollback", "api-key-server", "previous"]).await;
    let checked = site.run(&["check", "--online"]).await;
    assert_eq!(wrong(&checked.out), [NO_MAIL], "{checked:?}");
    for tried in [
        "slack.bot_token: accepted",
        "sagebase.web releases: ",
        "sagebase.web logs: can be read",
        "api-key-server.web http: 200 OK",
        "bluelamp.db http: ",
    ] {
        assert!(checked.out.contains(&format!("✓ {tried}")), "{tried}: {}", checked.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_and_a_missing_permission_are_told_with_their_places() {
    let site = Site::sqlite().await;
    site.slack.revoke(BOT_TOKEN, Some("token_revoked"));
    site.sandbox.world().fault(Fault::new(System::Run, Kind::PermissionDenied).at("api-key-prod"));
    let checked = site.run(&["check", "--online"]).await;
    assert_eq!(checked.code, 1, "{checked:?}");
    let wrong = wrong(&checked.out);
    assert!(
        wrong.iter().any(|line| line.contains("slack.bot_token") && line.contains("token_revoked")),
        "{wrong:#?}"
    );
    assert!(
        wrong.iter().any(|line| line.contains("api-key-server.web releases") && line.contains("permission")),
        "{wrong:#?}"
    );
    assert!(!wrong.iter().any(|line| line.contains("sagebase")), "{wrong:#?}");
}
