//! What a config will be short of is said before it is.

use toban::config::Config;
use toban::domain::catalogue::Catalogue;

fn ahead(config: &str) -> Vec<String> {
    let catalogue = Catalogue::embedded().unwrap();
    let verbs: Vec<&str> = catalogue.verbs().collect();
    let config = Config::example(config, [], &verbs).unwrap_or_else(|faults| panic!("{faults:?}"));
    config.ahead(super::MONDAY.parse().unwrap())
}

#[test]
fn the_example_company_is_short_of_nothing() {
    assert_eq!(ahead(""), Vec::<String>::new());
}

#[test]
fn a_shift_with_nobody_and_a_person_without_contacts_are_told() {
    let told = ahead(
        r#"
[[person]]
id = "mute"
slack = "U0MUTE"
roles = ["viewer"]
[[schedule]]
id = "night"
tz = "Europe/Berlin"
rotation = [{ people = ["mute"], every = "1d", from = "2026-03-10T09:00" }]
"#,
    );
    assert_eq!(
        told,
        [
            "schedule \"night\" has nobody from 2026-03-02 01:30 CET to 2026-03-10 09:00 CET",
            "schedule \"night\": mute is on call within 30 days and has no contact to be paged by",
        ]
    );
}

#[test]
fn holidays_need_somebody_and_turns_last() {
    let catalogue = Catalogue::embedded().unwrap();
    let verbs: Vec<&str> = catalogue.verbs().collect();
    let text = r#"
[[schedule]]
id = "primary"
holidays = ["2026-01-01"]
rotation = [{ people = ["sato"], every = "10s", from = "2026-01-05T09:00" }]
[[schedule]]
id = "other"
tz = "UTC"
holidays = ["2026-02-30"]
holiday_people = ["satoo"]
rotation = []
[[service]]
id = "taisun"
contacts = [{ for = "security", who = "kobayashi" }]
"#;
    let faults = Config::example(text, [], &verbs).unwrap_err();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    for part in [
        "nobody covers these holidays",
        "at least a minute",
        "not a day like",
        "\"satoo\"",
        "unknown contact",
    ] {
        assert!(told.iter().any(|fault| fault.contains(part)), "{part}: {told:#?}");
    }
}
