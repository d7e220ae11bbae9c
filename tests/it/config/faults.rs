//! What every kind of wrong config is answered with: all faults at once, each with its place.

use super::{faults, load};

/// One wrong file and its faults; `…` stands for the file's place.
fn wrong(text: &str, expected: &[&str]) {
    let found = faults(&[("a.toml", text)], &[("TOKEN", "t"), ("EMPTY", "")]);
    let expected: Vec<String> = expected.iter().map(|line| line.replace('…', "config/a.toml")).collect();
    assert_eq!(found, expected);
}

const PEOPLE: &str = "[[person]]\nid = \"sato\"\nslack = \"U1\"\nroles = [\"viewer\"]\n";

#[test]
fn every_syntax_error_of_every_file_is_told() {
    let files = [
        ("a.toml", "[web\nlisten = 5\n[store]\nurl = \"x"),
        ("b/b.toml", "[[person]]\nid = \"a\"\nid = \"b\""),
        ("c.toml", "[wbe]\nlisten = 5"),
    ];
    assert_eq!(
        faults(&files, &[]),
        [
            "config/a.toml:1:5: unclosed table, expected `]`",
            r#"config/a.toml:4:9: invalid basic string, expected `"`"#,
            "config/b/b.toml:3:1: duplicate key",
            r#"config/c.toml:1:2: unknown section "wbe": did you mean "web"?"#,
        ]
    );
}

#[test]
fn unknown_keys_are_told_with_the_nearest_right_one() {
    wrong(
        "[web]\nlisten = \"127.0.0.1:0\"\nlissen = 1\n[slak]\nmode = \"http\"\n[google.endpoints]\nrnu = \"x\"",
        &[
            r#"…:3:1: unknown key "lissen" in [web]: did you mean "listen"?"#,
            r#"…:4:2: unknown section "slak": did you mean "slack"?"#,
            r#"…:7:1: unknown key "rnu" in [google.endpoints]: did you mean "run"?"#,
        ],
    );
    wrong(
        "[[person]]\nid = \"sato\"\nslack = \"U1\"\nrole = [\"viewer\"]\ncontact = [{ by = \"slack\", aftr = \"1m\" }]",
        &[
            r#"…:4:1: unknown key "role" in [[person]]: did you mean "roles"?"#,
            r#"…:5:28: unknown key "aftr" in [[person.contact]]: did you mean "after"?"#,
        ],
    );
}

#[test]
fn wrong_types_and_choices_are_told_by_their_key() {
    wrong(
        "[web]\nlisten = 7878\n[slack]\nmode = \"sockte\"\ncommands = \"health\"\n[limits]\ntext = \"many\"\nparallel = 0",
        &[
            "…:2:10: web.listen has to be a string, not a number",
            r#"…:4:8: slack.mode = "sockte": no such choice: did you mean "socket"?"#,
            "…:5:12: slack.commands has to be an array, not a string",
            "…:7:8: limits.text has to be a whole number, not a string",
            "…:8:12: limits.parallel: the value is less than the minimum of 1",
        ],
    );
    wrong(
        "person = 5\nservice = [1]\n[role]\nid = \"x\"\n[words]\nlang = \"jp\"\ndoors = { slak = \"ja\" }",
        &[
            "…:1:10: person has to be an array, not a number",
            "…:2:12: service has to be a table, not a number",
            "…:3:1: role has to be an array, not a table: write [[role]]",
            r#"…:6:8: words.lang = "jp": no such choice: did you mean "ja"?"#,
            r#"…:7:11: unknown key "slak" in [words.doors]: did you mean "slack"?"#,
        ],
    );
    wrong(
        "[[service]]\nid = \"s\"\nchannels = { slak = \"C1\", slack = 5 }",
        &[
            r#"…:3:14: unknown key "slak" in [service.channels]: did you mean "slack"?"#,
            "…:3:35: service.channels.slack has to be a string, not a number",
        ],
    );
}

#[test]
fn a_place_is_checked_against_its_backend() {
    let text = r#"
[[service]]
id = "s"
[[service.component]]
id = "a"
backend = "cloud_rnu"
place = {}
[[service.component]]
id = "b"
backend = "cloud_run"
place = { project = "p", regoin = "r", service = "s" }
[[service.component]]
id = "c"
backend = "loki"
[[service.component]]
id = "d"
backend = "redis"
place = { database = "x", url = "env:NOTHING" }
[[service.component]]
id = "e"
backend = "bucket"
place = { url = "http://bucket" }
"#;
    wrong(
        text,
        &[
            r#"…:6:11: service.component.backend = "cloud_rnu": no such choice: did you mean "cloud_run"?"#,
            r#"…:11:9: [service.component.place] needs the key "region""#,
            r#"…:11:26: unknown key "regoin" in [service.component.place]: did you mean "region"?"#,
            r#"…:12:1: [[service.component]] needs the key "place""#,
            "…:18:22: service.component.place.database has to be a whole number, not a string",
            "…:18:33: service.component.place.url: there is no variable NOTHING in the environment",
            r#"…:22:17: service.component.place.url = "http://bucket": neither gs:// nor s3://"#,
        ],
    );
}

#[test]
fn values_with_a_rule_are_told_by_their_rule() {
    let text = r#"
[web]
listen = "here"
public_url = "ftp://x"
[words]
tz = "Asia/Tokio"
[limits]
call = "0s"
probe = "soon"
[google]
credentials = "file:/nonexistent"
[[service]]
id = "my service"
[[service.runbook]]
id = "x"
symptom = "s"
cause = "c"
remedy = "r"
matches = "(oops"
[[schedule]]
id = "p"
tz = "Mars"
rotation = [{ people = [], every = "1w", from = "monday" }]
"#;
    wrong(
        text,
        &[
            r#"…:3:10: web.listen = "here": not an IP address with a port: write "127.0.0.1:7878""#,
            r#"…:4:14: web.public_url = "ftp://x": neither http:// nor https://: write "https://host/path""#,
            r#"…:6:6: words.tz = "Asia/Tokio": no such time zone: did you mean "Asia/Tokyo"?"#,
            r#"…:8:8: limits.call = "0s": a span must be longer than nothing: write "90s", "5m" or "1h 30m""#,
            r#"…:9:9: limits.probe = "soon": not a span of time: write "90s", "5m" or "1h 30m""#,
            r#"…:11:15: google.credentials = "file:/nonexistent": there is no file /nonexistent"#,
            r#"…:13:6: service.id = "my service": a name is made of letters, digits, - and _"#,
            r#"…:19:11: service.runbook.matches = "(oops": unclosed group"#,
            r#"…:22:6: schedule.tz = "Mars": no such time zone: write "Asia/Tokyo" or "UTC""#,
            "…:23:24: schedule.rotation.people: the value has less than 1 item",
            r#"…:23:49: schedule.rotation.from = "monday": not a moment like 2026-01-05T09:00"#,
        ],
    );
}

#[test]
fn secrets_are_never_values_and_never_missing() {
    let text = r#"
[slack]
bot_token = "xoxb-very-secret"
app_token = "env:NOT_THERE"
signing_secret = "env:EMPTY"
[github]
token = "file:/nonexistent/token"
[discord]
token = "gcp:projects/p/secrets/s"
"#;
    wrong(
        text,
        &[
            r#"…:3:13: slack.bot_token: a secret is never a value: write "env:NAME", "file:PATH" or "gcp:projects/P/secrets/S/versions/V" and keep the value there"#,
            "…:4:13: slack.app_token: there is no variable NOT_THERE in the environment",
            "…:5:18: slack.signing_secret: the variable EMPTY is empty",
            "…:7:9: github.token: cannot read /nonexistent/token: No such file or directory (os error 2)",
            r#"…:9:9: discord.token: not the name of a secret version: write "env:NAME", "file:PATH" or "gcp:projects/P/secrets/S/versions/V" and keep the value there"#,
        ],
    );
}

#[test]
fn a_mode_needs_its_secret() {
    wrong(
        "[slack]\nbot_token = \"env:TOKEN\"\n[discord]\ntoken = \"env:TOKEN\"\nmode = \"http\"",
        &[
            r#"…:2:13: slack.mode = "socket" needs slack.app_token"#,
            r#"…:4:9: discord.mode = "http" needs discord.public_key"#,
            "…:4:9: discord.token needs discord.application_id beside it",
        ],
    );
    wrong(
        "[slack]\nmode = \"http\"\nbot_token = \"env:TOKEN\"\napp_token = \"env:TOKEN\"",
        &[r#"…:3:13: slack.mode = "http" needs slack.signing_secret"#],
    );
}

#[test]
fn slash_commands_clash_neither_with_slack_nor_with_each_other() {
    wrong(
        "[slack]\ncommands = [\"status\", \"helth\", \"logs\", \"logs\"]",
        &[
            "…:2:13: /status is a command of Slack's own: set slack.command_prefix, or say /toban status",
            r#"…:2:23: unknown verb "helth": did you mean "health"?"#,
            "…:2:40: /logs is named twice",
        ],
    );
    wrong(
        "[slack]\ncommand_prefix = \"T \"\ncommands = [\"status\"]",
        &["…:2:18: slack.command_prefix: only a-z, 0-9, - and _ are possible"],
    );
}

#[test]
fn two_of_the_same_name_are_told_with_both_lines() {
    let files = [
        ("people.toml", PEOPLE),
        (
            "more/people.toml",
            "[[person]]\nid = \"sato\"\nslack = \"U2\"\n\n[[person]]\nid = \"ito\"\nslack = \"U1\"",
        ),
        (
            "services.toml",
            "[[service]]\nid = \"a\"\naliases = [\"b\", \"logs\"]\n[[service]]\nid = \"B\"\n[[service.component]]\nid = \"x\"\nbackend = \"http\"\nplace = { url = \"http://x\" }\n[[service.component]]\nid = \"x\"\nbackend = \"http\"\nplace = { url = \"http://x\" }",
        ),
        ("roles.toml", "[[role]]\nid = \"viewer\"\n[[role]]\nid = \"viewer\""),
    ];
    assert_eq!(
        faults(&files, &[]),
        [
            r#"config/more/people.toml:2:6: second person "sato": the first is at config/people.toml:2:6"#,
            r#"config/more/people.toml:7:9: slack "U1" belongs to person "sato" already: given at config/people.toml:3:9"#,
            r#"config/roles.toml:4:6: second role "viewer": the first is at config/roles.toml:2:6"#,
            r#"config/services.toml:3:17: "logs" is a verb and cannot name a service"#,
            r#"config/services.toml:5:6: "B" names service "a" already: given at config/services.toml:3:12"#,
            r#"config/services.toml:11:6: second component of B "x": the first is at config/services.toml:7:6"#,
        ]
    );
}

#[test]
fn references_to_nothing_are_told_with_the_nearest_right_name() {
    let text = r#"
[[person]]
id = "sato"
slack = "U1"
roles = ["operater", "viewer"]
contact = [{ by = "voice" }, { by = "email" }]
[[role]]
id = "own"
includes = ["veiwer"]
allow = [{ verbs = ["helth", "*"], risk = ["read"], services = ["sagebse"] }]
[[group]]
id = "g"
people = ["stao", "*"]
groups = ["stakeholder"]
[[service]]
id = "sagebase"
policy = "standrad"
owners = ["saot"]
[[service.component]]
id = "web"
backend = "http"
place = { url = "http://x" }
[[service.watch]]
metric = "wbe.errors"
above = 1
say = "x"
[[runbook]]
service = "sagebaes"
id = "x"
symptom = "s"
cause = "c"
remedy = "r"
commands = ["lgs sagebase"]
[[policy]]
id = "standard"
owner = "nobody"
step = [
  { after = "0m", notify = ["schedule:primry", "person:sato", "persn:sato", "group:stakeholders", "channel:sagebas", "channel:C0OPS"] },
  { after = "1m", action = "restart sagebase", when = { components = ["sagebase.wbe"] } },
]
[[schedule]]
id = "primary"
tz = "UTC"
rotation = [{ people = ["sato", "saito"], every = "1w", from = "2026-01-05T09:00" }]
override = [{ person = "sat", from = "2026-01-05T09:00", to = "2026-01-05T09:00" }]
[[source]]
id = "x"
kind = "generic"
service = "sagebas"
"#;
    wrong(
        text,
        &[
            r#"…:5:10: unknown role "operater": did you mean "operator"?"#,
            r#"…:6:12: contact by "voice" needs number"#,
            r#"…:6:30: contact by "email" needs address, or the person's email"#,
            r#"…:9:13: unknown role "veiwer": did you mean "viewer"?"#,
            r#"…:10:21: unknown verb "helth": did you mean "health"?"#,
            r#"…:10:65: unknown service "sagebse": did you mean "sagebase"?"#,
            r#"…:13:11: unknown person "stao": did you mean "sato"?"#,
            r#"…:14:11: unknown group "stakeholder": did you mean "stakeholders"?"#,
            r#"…:17:10: unknown policy "standrad": did you mean "standard"?"#,
            r#"…:18:11: unknown person "saot": did you mean "sato"?"#,
            r#"…:24:10: unknown component "wbe" of service "sagebase": did you mean "web"?"#,
            r#"…:28:11: unknown service "sagebaes": did you mean "sagebase"?"#,
            r#"…:33:13: unknown verb "lgs": did you mean "logs"?"#,
            r#"…:36:9: unknown person "nobody""#,
            r#"…:38:29: unknown schedule "primry": did you mean "primary"?"#,
            r#"…:38:63: unknown target "persn:sato": did you mean "person:sato"?"#,
            r#"…:38:99: unknown channel "sagebas": did you mean "sagebase"?"#,
            r#"…:39:71: unknown component "sagebase.wbe": did you mean "sagebase.web"?"#,
            r#"…:44:33: unknown person "saito": did you mean "sato"?"#,
            r#"…:45:24: unknown person "sat": did you mean "sato"?"#,
            "…:45:63: this override ends before it begins",
            r#"…:47:6: source "x" has to prove itself in one way: write token, basic or hmac"#,
            r#"…:49:11: unknown service "sagebas": did you mean "sagebase"?"#,
        ],
    );
}

#[test]
fn circles_are_told_with_the_way_around() {
    let text = r#"
[[group]]
id = "a"
groups = ["b"]
[[group]]
id = "b"
groups = ["c"]
[[group]]
id = "c"
groups = ["a"]
[[role]]
id = "x"
includes = ["x"]
"#;
    wrong(
        text,
        &[
            r#"…:4:10: group "a" includes itself: a → b → c → a"#,
            r#"…:13:12: role "x" includes itself: x → x"#,
        ],
    );
}

#[test]
fn steps_and_watches_have_to_make_sense() {
    let text = r#"
[[service]]
id = "s"
[[service.watch]]
metric = "up"
say = "x"
[[policy]]
id = "p"
step = [{ after = "5m", notify = ["group:stakeholders"], times = 2 }, { after = "1m" }]
[[policy]]
id = "q"
step = []
"#;
    wrong(
        text,
        &[
            r#"…:4:1: the watch rule on "up" needs either above or below"#,
            "…:9:66: times means nothing without every",
            "…:9:71: a step needs notify or action",
            "…:9:81: this step is before the one above it",
            r#"…:10:1: policy "q" has no step"#,
        ],
    );
}

#[test]
fn a_fault_in_one_entry_hides_none_in_the_others() {
    let text = "[[person]]\nid = \"sato\"\nslack = 5\nroles = [\"nobody\"]\n[[person]]\nslack = \"U2\"\n[[group]]\nid = \"g\"\npeople = [\"sato\", \"ito\"]";
    wrong(
        text,
        &[
            "…:3:9: person.slack has to be a string, not a number",
            r#"…:4:10: unknown role "nobody""#,
            r#"…:5:1: [[person]] needs the key "id""#,
            r#"…:9:19: unknown person "ito""#,
        ],
    );
}

#[test]
fn variables_of_the_environment_are_told_by_their_name() {
    let environment = [
        ("TOBAN__WEB__LISTN", "x"),
        ("TOBAN__SLACK__MODE", "sockte"),
        ("TOBAN__LIMITS__TEXT", "many"),
        ("TOBAN__WBE", "x"),
    ];
    assert_eq!(
        faults(&[], &environment),
        [
            "TOBAN__LIMITS__TEXT: limits.text has to be a whole number, not a string",
            r#"TOBAN__SLACK__MODE: slack.mode = "sockte": no such choice: did you mean "socket"?"#,
            r#"TOBAN__WBE: unknown section "wbe": did you mean "web"?"#,
            r#"TOBAN__WEB__LISTN: unknown key "listn" in [web]: did you mean "listen"?"#,
        ]
    );
}

#[test]
fn what_is_odd_is_a_warning() {
    let text = r#"
[slack]
app_token = "env:TOKEN"
[store]
url = "postgres://toban:secret@127.0.0.1/toban"
[[person]]
id = "ghost"
contact = [{ by = "ntfy", topic = "ghost" }]
[[role]]
id = "r"
allow = [{ verbs = ["*"], risk = ["read"], environments = ["prod"] }]
[[service]]
id = "s"
[[schedule]]
id = "p"
tz = "UTC"
rotation = []
"#;
    let config = load(&[("a.toml", text)], &[("TOKEN", "t")]).unwrap();
    let warnings: Vec<_> = config
        .warnings
        .iter()
        .map(|fault| fault.to_string().rsplit_once("a.toml:").unwrap().1.to_owned())
        .collect();
    assert_eq!(
        warnings,
        [
            "3:13: Slack is not connected: there is no slack.bot_token",
            "5:7: a password stands in the config: keep the whole address in env:NAME",
            r#"7:6: person "ghost" cannot be recognised at any door"#,
            r#"7:6: person "ghost" has no role and may do nothing"#,
            r#"8:11: person "ghost" can be paged in one way only"#,
            r#"11:60: no service is in the environment "prod": did you mean "production"?"#,
            r#"13:6: service "s" has no channel"#,
            r#"13:6: service "s" has no component"#,
            r#"14:1: schedule "p" has nobody on call"#,
        ]
    );
}
