//! The example company loads without a fault, and shows what the guides of the five services say.

use std::time::Duration;

use toban::config::Config;
use toban::domain::service::Service;

use super::VERBS;

fn example() -> Config {
    Config::example("", [], VERBS).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn the_example_company_has_neither_fault_nor_warning() {
    let config = example();
    let warnings: Vec<_> = config.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, Vec::<String>::new());
    let names: Vec<_> = config.services.iter().map(|service| service.id.as_str().to_owned()).collect();
    assert_eq!(names, ["api-key-server", "bluelamp", "sagebase", "smart-office", "taisun"]);
    assert_eq!(config.services.find("smart-office-ai").unwrap().id.as_str(), "smart-office");
}

#[test]
fn as_a_folder_of_its_own_it_loads_too() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/example");
    let config = super::load_dir(&dir, &[]).unwrap();
    assert_eq!(config.services.iter().count(), 5);
}

#[test]
fn known_errors_are_found_in_log_lines() {
    let config = example();
    let found = |service: &str, line: &str| {
        let service: &Service = config.services.find(service).unwrap();
        let entry = service
            .runbook
            .iter()
            .find(|entry| entry.matches.as_ref().is_some_and(|text| text.is_match(line)));
        entry.map(|entry| (entry.id.clone(), entry.status))
    };
    let known = |id: &str, status: u16| Some((id.to_owned(), Some(status)));
    let proxy = "api-key-server";
    assert_eq!(found(proxy, "502 Upstream service error (openai)"), known("upstream-error", 502));
    assert_eq!(found(proxy, "Unauthorized"), known("unauthorized", 401));
    assert_eq!(found(proxy, "Rate limit exceeded for product-dev"), known("rate-limit", 429));
    assert_eq!(found(proxy, "Product not found: x"), known("product-not-found", 404));
    assert_eq!(found(proxy, "Model not supported"), known("model-not-supported", 400));
    assert_eq!(found(proxy, "Streaming not supported"), known("streaming-not-supported", 400));
    let secrets = found(proxy, "Failed to load secrets from Secret Manager");
    assert_eq!(secrets.unwrap().0, "secret-manager");
    assert_eq!(found("taisun", "MCP_CONNECTION_ERROR").unwrap().0, "mcp-connection");
    assert_eq!(found(proxy, "all is well"), None);
    let counts: Vec<_> = config.services.iter().map(|service| service.runbook.len()).collect();
    assert_eq!(counts, [8, 6, 6, 5, 5]);
}

#[test]
fn overrides_go_over_the_example_key_by_key() {
    let overrides = r#"
        [google.endpoints]
        run = "http://127.0.0.1:4000"
        [[service]]
        id = "sagebase"
        [[service.component]]
        id = "web"
        probe.url = "http://127.0.0.1:4001/health"
    "#;
    let config = Config::example(overrides, [], VERBS).unwrap();
    assert_eq!(config.settings.google.endpoints.run.as_ref().unwrap().0, "http://127.0.0.1:4000");
    let sagebase = config.services.find("sagebase").unwrap();
    assert_eq!(sagebase.components.len(), 6);
    let probe = sagebase.component("web").unwrap().probe.as_ref().unwrap();
    assert_eq!(probe.url, "http://127.0.0.1:4001/health");
    assert_eq!(probe.slow, Some(Duration::from_secs(3)));
    assert_eq!(probe.json["status"], "ok");
    assert_eq!(sagebase.runbook.len(), 6);
}

#[test]
fn ladders_climb_as_the_guides_say() {
    let config = example();
    let minutes = |policy: &str| -> Vec<u64> {
        config.policies[policy].step.iter().map(|step| step.after.0.as_secs() / 60).collect()
    };
    assert_eq!(minutes("sagebase"), [0, 30, 60]);
    assert_eq!(minutes("bluelamp"), [0, 5, 30, 60]);
    assert_eq!(minutes("standard"), [0, 30, 60]);
    assert!(config.policies["bluelamp"].step[0].automatic);
}
