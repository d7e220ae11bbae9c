//! Shifts as a calendar that others subscribe to (RFC 5545): lines end in CR LF and are folded at 75 octets, times
//! are UTC, and a shift keeps its UID as long as it begins when it did.

use jiff::Timestamp;

use crate::base::ids::PersonId;
use crate::domain::schedule::{Shift, Why};

/// A line's content may be so many octets long (RFC 5545, 3.1).
const WIDTH: usize = 75;

/// The calendar of a schedule, as of `now`. `name` says what a person is called, `reason` why there is an override.
pub fn ical(
    schedule: &str,
    shifts: &[Shift],
    name: impl Fn(&PersonId) -> String,
    reason: impl Fn(&str) -> Option<String>,
    now: Timestamp,
) -> String {
    let mut text = String::new();
    let mut line = |content: &str| fold(&mut text, content);
    line("BEGIN:VCALENDAR");
    line("VERSION:2.0");
    line("PRODID:-//Toban//on call//EN");
    line("CALSCALE:GREGORIAN");
    line("METHOD:PUBLISH");
    line(&format!("X-WR-CALNAME:{}", escape(schedule)));
    // How often to ask again: RFC 7986, and what older programs read.
    line("REFRESH-INTERVAL;VALUE=DURATION:PT15M");
    line("X-PUBLISHED-TTL:PT15M");
    for shift in shifts {
        line("BEGIN:VEVENT");
        let uid = format!("{schedule}-{}-{}@toban", shift.rotation, shift.from.as_second());
        line(&format!("UID:{}", escape(&uid)));
        line(&format!("DTSTAMP:{}", utc(now)));
        line(&format!("DTSTART:{}", utc(shift.from)));
        line(&format!("DTEND:{}", utc(shift.to)));
        line(&format!("SUMMARY:{}", escape(&format!("{} – {schedule}", name(&shift.person)))));
        if let Why::Override(id) | Why::Holiday(id) = &shift.why
            && let Some(reason) = reason(id)
        {
            line(&format!("DESCRIPTION:{}", escape(&reason)));
        }
        // Whoever is on call can still be asked to lunch.
        line("TRANSP:TRANSPARENT");
        line("END:VEVENT");
    }
    line("END:VCALENDAR");
    text
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value (3.3.11). Other control characters are not allowed in it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\n' | '\r' => escaped.push_str("\\n"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Writes a line, cut between characters where it is too long; what goes on begins with a space.
fn fold(text: &mut String, content: &str) {
    let mut width = 0;
    for c in content.chars() {
        if width + c.len_utf8() > WIDTH {
            text.push_str("\r\n ");
            width = 1;
        }
        text.push(c);
        width += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(from: &str, to: &str, why: Why) -> Shift {
        Shift {
            person: "sato".into(),
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            rotation: 0,
            why,
        }
    }

    #[test]
    fn a_calendar_as_the_standard_wants_it() {
        let shifts = [
            shift("2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", Why::Turn(0)),
            shift("2026-01-12T00:00:00Z", "2026-01-12T09:30:00Z", Why::Override("O-1".into())),
        ];
        let long = "佐藤, the one; with \\ a very long name\nthat has to be folded somewhere 当番当番当番当番当番当番";
        let reason = |id: &str| (id == "O-1").then(|| "dentist, again".to_owned());
        let now = "2026-01-01T00:00:00.5Z".parse().unwrap();
        let text = ical("primary", &shifts, |_| long.to_owned(), reason, now);

        assert!(text.ends_with("END:VCALENDAR\r\n"));
        assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines.iter().all(|line| line.len() <= 75), "{text}");
        assert!(lines.iter().any(|line| line.starts_with(' ')));
        let unfolded = text.replace("\r\n ", "");
        let lines: Vec<&str> = unfolded.split("\r\n").collect();
        let event = lines.iter().position(|line| *line == "BEGIN:VEVENT").unwrap();
        assert_eq!(
            lines[event..event + 8],
            [
                "BEGIN:VEVENT",
                "UID:primary-0-1767571200@toban",
                "DTSTAMP:20260101T000000Z",
                "DTSTART:20260105T000000Z",
                "DTEND:20260112T000000Z",
                "SUMMARY:佐藤\\, the one\\; with \\\\ a very long name\\nthat has to be folded somewhere 当番当番当番当番当番当番 – primary",
                "TRANSP:TRANSPARENT",
                "END:VEVENT",
            ]
        );
        assert!(unfolded.contains("DESCRIPTION:dentist\\, again\r\n"));
    }
}
