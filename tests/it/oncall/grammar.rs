//! Schedules and people in commands: found, mended when misspelt, offered when left out.

use toban::config::Config;
use toban::domain::catalogue::Catalogue;
use toban::domain::invocation::{Context, Fault, Invocation, Misunderstood, parse};

fn read(text: &str) -> Result<Invocation, Misunderstood> {
    let catalogue = Catalogue::embedded().unwrap();
    let verbs: Vec<&str> = catalogue.verbs().collect();
    let config = Config::example("", [], &verbs).unwrap();
    let zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    let context = Context { service: None, zone, now: super::MONDAY.parse().unwrap() };
    let catalogue = catalogue.clone().with_schedules(config.schedules.keys().cloned());
    parse(text, &catalogue, &config.services, &config.people, &context)
}

fn offers(text: &str) -> Vec<String> {
    read(text).unwrap_err().offers.into_iter().map(|offer| offer.command).collect()
}

#[test]
fn a_schedule_a_person_and_a_time_come_in_any_order() {
    let canonical =
        "override primary tanaka 2026-12-24T00:00:00Z..2026-12-24T09:00:00Z instead=sato \"family\"";
    for text in [
        "override primary tanaka 2026-12-24T09:00..18:00 instead=sato \"family\"",
        "override 2026-12-24T09:00..18:00 @tanaka \"family\" PRIMARY instead=sato",
        "交代 primary 田中 2026-12-24 9:00..18:00 instead=sato 「family」",
    ] {
        assert_eq!(read(text).unwrap().to_text(), canonical, "{text}");
    }
    assert_eq!(read(canonical).unwrap().args.schedule(), Some("primary"));
}

#[test]
fn a_schedule_or_service_is_meant_by_its_name() {
    assert_eq!(read("oncall primary").unwrap().args.schedule(), Some("primary"));
    assert_eq!(read("oncall bl").unwrap().service.unwrap().to_string(), "bluelamp");
    assert_eq!(read("oncall test").unwrap().args.action(), Some("test"));
    assert!(read("当番表").is_ok());
}

#[test]
fn a_slip_is_mended() {
    assert_eq!(offers("oncall primry")[0], "oncall primary");
    assert_eq!(offers("oncall bluelanp")[0], "oncall bluelamp");
    assert_eq!(offers("override primry tanaka 2h")[0], "override primary tanaka 2h");
    assert_eq!(offers("override primary tanak 2h")[0], "override primary tanaka 2h");
}

#[test]
fn what_is_left_out_is_asked_for_with_the_choices() {
    let missing = read("override tanaka 2h").unwrap_err();
    assert!(matches!(&*missing.fault, Fault::Missing { name, .. } if name == "schedule"), "{missing:?}");
    assert_eq!(
        offers("override tanaka 2h"),
        ["override infrastructure tanaka 2h", "override primary tanaka 2h"]
    );
}

#[test]
fn completion_knows_the_schedules() {
    let catalogue = Catalogue::embedded().unwrap().with_schedules(["primary".to_owned()]);
    let services = toban::domain::service::Services::default();
    let next = catalogue.complete("override pr", &services);
    assert_eq!(next.iter().map(|found| found.insert.as_str()).collect::<Vec<_>>(), ["primary"]);
}
