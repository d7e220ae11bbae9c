//! The shape that other programs write: it loads as it stands.

use std::time::Duration;

use toban::config::SlackEntry;
use toban::config::shape::ladder::{SourceKind, Unless};
use toban::domain::alert::AlertSeverity;
use toban::domain::contact::Means;
use toban::domain::person::{Door, Risk};
use toban::domain::schedule::Turn;
use toban::domain::service::{Backend, ProbeAuth};
use toban::domain::words::Lang;

use super::load;

const CONTRACT: &str = include_str!("contract.toml");

/// The people that the contract refers to and does not show.
const OTHERS: &str = r#"
[[person]]
id = "suzuki"
slack = "U0SUZUKI"
roles = ["admin"]
[[person]]
id = "tanaka"
slack = "U0TANAKA"
roles = ["operator"]
"#;

#[test]
fn the_contract_loads_as_it_stands() {
    let files = [("contract.toml", CONTRACT), ("others.toml", OTHERS)];
    let environment = [("HOOK_TOKEN", "t0ken"), ("SATO_PHONE", "+810000000000")];
    let config = load(&files, &environment).unwrap();

    let sato = &config.people[0];
    assert_eq!(sato.name, "佐藤");
    assert_eq!(sato.identities[&Door::Slack], "U0SATO");
    assert_eq!(sato.lang, Some(Lang::Ja));
    assert_eq!(sato.zone.as_ref().unwrap().iana_name(), Some("Asia/Tokyo"));
    let ways = &config.reach["sato"].ways;
    assert_eq!(ways.iter().map(|way| way.by).collect::<Vec<_>>(), [Means::Slack, Means::Ntfy, Means::Voice]);
    assert_eq!(ways[2].severity, [AlertSeverity::Critical]);
    let number = config.vault.text(&ways[2].number.as_ref().unwrap().0).unwrap();
    assert_eq!(number.reveal(), "+810000000000");

    // One's own role stands in place of the ready-made one.
    let operator = &config.roles["operator"];
    assert_eq!(operator.allow.len(), 1);
    assert_eq!(operator.allow[0].risk, [Risk::Read, Risk::Change]);
    assert_eq!(operator.allow[0].channels, ["*"]);

    let sagebase = config.services.find("SB").unwrap();
    assert_eq!(sagebase.channels[&Door::Slack], "C0OPS");
    let web = sagebase.component("web").unwrap();
    let Backend::CloudRun { service, .. } = &web.place else { panic!("{:?}", web.place.kind()) };
    assert_eq!(service, "sagebase-streamlit");
    let probe = web.probe.as_ref().unwrap();
    assert_eq!((probe.status, &probe.auth, probe.timeout), (200, &ProbeAuth::None, Duration::from_secs(5)));
    assert_eq!(probe.json["status"], "ok");
    let duty = &config.duties["sagebase"];
    assert_eq!(duty.policy.as_deref(), Some("sagebase"));
    assert_eq!(duty.watch[0].say, "High Error Rate");

    let ladder = &config.policies["sagebase"];
    assert_eq!(ladder.step[2].unless, Some(Unless::Resolved));
    assert_eq!(ladder.step[0].after.0, Duration::ZERO);
    assert_eq!(config.schedules["primary"].rotations[0].every, Turn::Days(7));
    let source = &config.sources["prometheus"];
    assert_eq!(source.kind, SourceKind::Alertmanager);
    assert_eq!(config.vault.get(&source.token.as_ref().unwrap().0).unwrap().reveal(), "t0ken");
    assert_eq!(config.vault.unresolved().count(), 0);
}

#[test]
fn every_endpoint_can_be_pointed_elsewhere() {
    let text = r#"
        [web]
        listen = "127.0.0.1:0"
        public_url = "http://127.0.0.1:1"
        [store]
        url = "postgres://toban@127.0.0.1/toban"
        [slack]
        api_url = "http://127.0.0.1:7400/api"
        mode = "http"
        bot_token = "env:BOT"
        app_token = "env:APP"
        signing_secret = "env:SIGN"
        commands = ["health", "status"]
        command_prefix = "t-"
        [discord]
        api_url = "http://127.0.0.1:7401/api/v10"
        mode = "http"
        token = "env:BOT"
        application_id = "100000000000000000"
        public_key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        [google]
        credentials = "none"
        [google.endpoints]
        run = "http://127.0.0.1:1"
        logging = "http://127.0.0.1:1"
        monitoring = "http://127.0.0.1:1"
        sql = "http://127.0.0.1:1"
        secretmanager = "http://127.0.0.1:1"
        build = "http://127.0.0.1:1"
        storage = "http://127.0.0.1:1"
        iam = "http://127.0.0.1:1"
        resourcemanager = "http://127.0.0.1:1"
        [docker]
        host = "unix:///run/docker.sock"
        [pypi]
        url = "http://127.0.0.1:1"
        stats_url = "http://127.0.0.1:1"
        [atlas]
        api_url = "http://127.0.0.1:1"
        [vault]
        url = "http://127.0.0.1:1"
        [aws.endpoints]
        s3 = "http://127.0.0.1:1"
        secretsmanager = "http://127.0.0.1:1"
        [redis]
        url = "redis://127.0.0.1:6379"
        [systemd]
        host = "app"
        [github]
        api_url = "http://127.0.0.1:1"
        token = "env:BOT"
        [prometheus]
        url = "http://127.0.0.1:1"
        [loki]
        url = "http://127.0.0.1:1"
        [jaeger]
        url = "http://127.0.0.1:1"
        [alertmanager]
        url = "http://127.0.0.1:1"
        [smtp]
        url = "smtp://127.0.0.1:25"
        [ntfy]
        url = "http://127.0.0.1:1"
        [telegram]
        api_url = "http://127.0.0.1:1"
        [pagerduty]
        events_url = "http://127.0.0.1:1/"
        [twilio]
        api_url = "http://127.0.0.1:1"
    "#;
    let config = load(&[("all.toml", text)], &[("BOT", "b"), ("APP", "a"), ("SIGN", "s")]).unwrap();
    assert_eq!(config.settings.web.listen.0.port(), 0);
    assert_eq!(config.settings.pagerduty.events_url.0, "http://127.0.0.1:1");
    let slack = config.slack().unwrap();
    assert_eq!(slack.bot_token.reveal(), "b");
    assert!(matches!(slack.entry, SlackEntry::Http(secret) if secret.reveal() == "s"));
}

#[test]
fn every_kind_of_backend_has_its_place() {
    let places = [
        ("cloud_run", r#"{ project = "p", region = "r", service = "s" }"#),
        ("cloud_sql", r#"{ project = "p", instance = "i", database = "d" }"#),
        ("secret_manager", r#"{ project = "p", secrets = ["s"] }"#),
        ("cloud_build", r#"{ project = "p", region = "r", trigger = "t" }"#),
        ("bucket", r#"{ url = "gs://b" }"#),
        ("compose", r#"{ project = "p", service = "s" }"#),
        ("github_actions", r#"{ repository = "o/r", workflow = "cd.yml" }"#),
        ("prometheus", r#"{ queries = { error_rate = "x" } }"#),
        ("loki", r#"{ selector = "{}" }"#),
        ("jaeger", r#"{ service = "s" }"#),
        ("systemd", r#"{ unit = "u", host = "h" }"#),
        ("postgres", r#"{ dsn = "env:DSN" }"#),
        ("redis", r#"{ url = "redis://127.0.0.1", database = 1 }"#),
        ("package", r#"{ name = "n" }"#),
        ("http", r#"{ url = "http://127.0.0.1" }"#),
    ];
    let mut text = "[[service]]\nid = \"all\"\n".to_owned();
    for (kind, place) in places {
        text += &format!("[[service.component]]\nid = \"{kind}\"\nbackend = \"{kind}\"\nplace = {place}\n");
    }
    let config = load(&[("all.toml", &text)], &[("DSN", "postgres://u:p@h/d")]).unwrap();
    let all = config.services.find("all").unwrap();
    assert_eq!(all.components.len(), places.len());
    for (component, (kind, _)) in all.components.iter().zip(places) {
        assert_eq!(component.place.kind(), kind);
    }
}
