//! Secrets: kept elsewhere, found where the config says, and never passed over in silence.

use super::site::{Site, program, ran};

#[tokio::test]
async fn a_secret_that_nobody_can_fetch_yet_is_told_and_nothing_starts_without_it() {
    let site = Site::sqlite().await;
    let name = "gcp:projects/p/secrets/slack/versions/1";
    site.change("zz-here.toml", "env:SLACK_BOT_TOKEN", name);
    let tasks: [(&[&str], i32); 4] =
        [(&["check"], 1), (&["serve"], 3), (&["run", "health", "sagebase"], 3), (&["audit", "verify"], 3)];
    for (task, code) in tasks {
        let ran = site.run(task).await;
        assert_eq!(ran.code, code, "{task:?}: {}", ran.err);
        assert!(ran.err.contains(name) && ran.err.contains("not connected yet"), "{task:?}: {}", ran.err);
    }
    // What needs no secret works all the same.
    assert_eq!(site.run(&["commands"]).await.code, 0);
}

#[tokio::test]
async fn a_dotenv_file_is_read_by_run_and_by_no_bot() {
    let site = Site::sqlite().await;
    std::fs::write(
        site.folder.path().join(".env"),
        "# secrets\nexport SLACK_BOT_TOKEN='xoxb-1-test'\nSLACK_SIGNING_SECRET=8f742231b10e8888abcd99yyyzzz85a5\nSLACK_APP_TOKEN=xapp-1-test\n",
    )
    .unwrap();
    let bare = |arguments: &[&str]| {
        let mut command = program(arguments);
        command.current_dir(site.folder.path()).env("TOBAN_CONFIG", site.config());
        ran(command)
    };
    let run = bare(&["run", "health", "sagebase"]).await;
    assert_eq!(run.code, 0, "{run:?}");
    let serve = bare(&["serve"]).await;
    assert_eq!(serve.code, 3, "{serve:?}");
    assert!(serve.err.contains("there is no variable SLACK_BOT_TOKEN in the environment"), "{serve:?}");
}
