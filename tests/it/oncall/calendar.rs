//! The calendar that others subscribe to.

use super::{MONDAY, rig};

const CONFIG: &str = r#"
[[schedule]]
id = "primary"
calendar_token = "env:SLACK_SIGNING_SECRET"
holidays = ["2026-03-20"]
holiday_people = ["suzuki"]
"#;

async fn get(url: String) -> (u16, String, String) {
    let answer = reqwest::get(url).await.unwrap();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

/// The events of a calendar: its properties by name, unfolded.
fn events(text: &str) -> Vec<Vec<(String, String)>> {
    let unfolded = text.replace("\r\n ", "");
    let mut events = Vec::new();
    for line in unfolded.split("\r\n") {
        match line {
            "BEGIN:VEVENT" => events.push(Vec::new()),
            _ => {
                if let (Some(event), Some((name, value))) = (events.last_mut(), line.split_once(':')) {
                    event.push((name.to_owned(), value.to_owned()));
                }
            }
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_shows_turns_holidays_and_overrides_to_whoever_has_the_token() {
    let rig = rig(CONFIG).await;
    rig.ask("override primary suzuki 2026-03-10T09:00..12:00 \"dentist, again\"")
        .await
        .says("鈴木 is on call");
    let token = rig.slack.signing_secret().reveal().to_owned();
    let (status, kind, text) = get(format!("{}/calendar/primary.ics?token={token}", rig.url)).await;
    assert_eq!((status, kind.as_str()), (200, "text/calendar; charset=utf-8"));

    // RFC 5545: CR LF everywhere, at most 75 octets a line, every event with its UID, stamp and ends.
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{text}");
    let events = events(&text);
    let of = |event: &Vec<(String, String)>, name: &str| {
        event.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    };
    let mut uids: Vec<_> = events.iter().map(|event| of(event, "UID").unwrap()).collect();
    assert!(uids.len() > 25, "{text}");
    uids.sort();
    let count = uids.len();
    uids.dedup();
    assert_eq!(uids.len(), count);
    let day = MONDAY[..10].replace('-', "");
    assert!(events.iter().all(|event| of(event, "DTSTAMP").unwrap().starts_with(&day)));
    let find =
        |start: &str| events.iter().find(|event| of(event, "DTSTART").as_deref() == Some(start)).unwrap();
    let dentist = find("20260310T000000Z");
    assert_eq!(of(dentist, "DTEND").unwrap(), "20260310T030000Z");
    assert_eq!(of(dentist, "SUMMARY").unwrap(), "鈴木 – primary");
    assert_eq!(of(dentist, "DESCRIPTION").unwrap(), "dentist\\, again");
    assert_eq!(of(find("20260319T150000Z"), "SUMMARY").unwrap(), "鈴木 – primary");
    assert_eq!(of(find("20260302T000000Z"), "SUMMARY").unwrap(), "佐藤 – primary");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_token_nobody_learns_whether_there_is_a_calendar() {
    let rig = rig(CONFIG).await;
    let mut told = Vec::new();
    for path in [
        "primary.ics",
        "primary.ics?token=",
        "primary.ics?token=wrong",
        "infrastructure.ics?token=",
        "nothing.ics?token=x",
        "primary?token=x",
    ] {
        let (status, kind, text) = get(format!("{}/calendar/{path}", rig.url)).await;
        assert_eq!((status, kind.as_str()), (404, "application/problem+json"), "{path}");
        let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
        told.push(problem["detail"].as_str().unwrap().to_owned());
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    rig.stop().await;
}
