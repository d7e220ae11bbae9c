//! What other programs and people take from the program's output: schema, manual, manifest, completion.

use serde_json::Value;

use super::site::{Site, program, ran};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/example");

fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            files(&entry, found);
        } else if entry.extension().is_some_and(|kind| kind == "toml") {
            found.push(entry);
        }
    }
}

#[tokio::test]
async fn every_file_of_the_example_is_valid_under_the_schema_and_a_slip_is_not() {
    let printed = ran(program(&["schema"])).await;
    assert_eq!(printed.code, 0);
    let schema: Value = serde_json::from_str(&printed.out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut examples = Vec::new();
    files(EXAMPLE.as_ref(), &mut examples);
    assert!(examples.len() > 10);
    for path in examples {
        let text = std::fs::read_to_string(&path).unwrap();
        let value = serde_json::to_value(toml::from_str::<toml::Table>(&text).unwrap()).unwrap();
        let faults: Vec<String> = validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{}", path.display());
    }
    assert!(!validator.is_valid(&serde_json::json!({ "web": { "lisen": "127.0.0.1:0" } })));
}

#[tokio::test]
async fn the_manual_names_every_command_with_examples() {
    let manual = ran(program(&["commands", "--config", EXAMPLE])).await;
    assert_eq!(manual.code, 0);
    for verb in ["help", "whoami", "status", "health", "logs", "releases", "rollback", "runbook"] {
        assert!(manual.out.contains(&format!("### `{verb}")), "{verb}");
    }
    assert!(manual.out.contains("- `logs bluelamp errors 1h`:"), "{}", manual.out);
    assert!(!manual.out.contains("### `confirm"), "what only buttons type is in no manual");
}

#[tokio::test]
async fn the_manual_speaks_the_workspaces_language() {
    let mut command = program(&["commands"]);
    command.env("TOBAN__WORDS__LANG", "ja");
    let manual = ran(command).await;
    assert_eq!(manual.code, 0);
    assert!(manual.out.contains('を'), "{}", manual.out);
}

async fn manifest(site: &Site, more: &str) -> Value {
    site.write("more.toml", more);
    let printed = site.run(&["manifest", "slack"]).await;
    assert_eq!(printed.code, 0, "{printed:?}");
    serde_json::from_str(&printed.out).unwrap()
}

fn commands(manifest: &Value) -> Vec<&str> {
    let commands = manifest["features"]["slash_commands"].as_array().unwrap();
    commands.iter().map(|command| command["command"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_manifest_follows_the_config() {
    let site = Site::sqlite().await;
    site.change("zz-here.toml", "mode = \"http\"", "");
    let socket = manifest(&site, "[slack]\nmode = \"socket\"\n").await;
    let shown = commands(&socket);
    assert_eq!(shown[0], "/toban");
    for verb in ["/health", "/logs", "/rollback", "/incident", "/ack", "/escalate", "/resolve", "/oncall"] {
        assert!(shown.contains(&verb), "{shown:?}");
    }
    assert!(shown.len() <= 50 && !shown.contains(&"/status"), "{shown:?}");
    assert_eq!(socket["settings"]["socket_mode_enabled"], true);
    let http = manifest(
        &site,
        "[slack]\nmode = \"http\"\ncommands = [\"status\", \"logs\"]\ncommand_prefix = \"tb-\"\n\n[web]\npublic_url = \"https://toban.example.com\"\n",
    )
    .await;
    assert_eq!(commands(&http), ["/toban", "/tb-status", "/tb-logs"]);
    assert_eq!(http["settings"]["socket_mode_enabled"], false);
    assert_eq!(
        http["settings"]["event_subscriptions"]["request_url"],
        "https://toban.example.com/slack/events"
    );
    let first = &http["features"]["slash_commands"][0];
    assert_eq!(first["url"], "https://toban.example.com/slack/commands");
}

#[tokio::test]
async fn a_manifest_for_http_needs_the_public_address() {
    let site = Site::sqlite().await;
    let printed = site.run(&["manifest", "slack"]).await;
    assert_eq!((printed.code, printed.out.as_str()), (1, ""));
    assert!(printed.err.contains("web.public_url"), "{printed:?}");
}

#[tokio::test]
async fn completion_knows_every_task() {
    for shell in ["bash", "zsh", "fish"] {
        let script = ran(program(&["completion", shell])).await;
        assert_eq!(script.code, 0);
        for task in ["demo", "serve", "check", "run", "commands", "manifest", "audit", "schema"] {
            assert!(script.out.contains(task), "{shell}: {task}");
        }
    }
}
