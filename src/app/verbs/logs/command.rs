//! The command that asks the same of a log in another way, for buttons.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::domain::log::{LogWish, Severity};
use crate::domain::redact::redact;

/// `logs PLACE` with everything of the wish but its time and number, then `tail`; `None` where a part of the wish
/// cannot be typed back safely, or is a secret.
pub fn again(place: &str, wish: &LogWish, tail: &str) -> Option<String> {
    let mut command = format!("logs {place}");
    if let Some(severity) = wish.at_least {
        let _ = write!(command, " {}", word(severity));
    } else if let Some(severity) = wish.exactly {
        let _ = write!(command, " {}", word(severity));
    }
    for word in &wish.words {
        if word.contains(['"', '\n']) {
            return None;
        }
        let _ = write!(command, " \"{word}\"");
    }
    if let Some(pattern) = &wish.pattern {
        if pattern.contains(['/', '\n']) {
            return None;
        }
        let _ = write!(command, " /{pattern}/");
    }
    if wish.requests {
        command.push_str(" requests");
    }
    let _ = write!(command, " {tail}");
    matches!(redact(&command), Cow::Borrowed(_)).then_some(command)
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Default | Severity::Info => "info",
        Severity::Debug => "debug",
        Severity::Notice => "notice",
        Severity::Warning => "warnings",
        Severity::Error => "errors",
        Severity::Critical => "critical",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_typed_back_or_not_at_all() {
        let mut wish = LogWish {
            at_least: Some(Severity::Error),
            words: vec!["no such user".into()],
            pattern: Some("a.*b".into()),
            ..LogWish::default()
        };
        assert_eq!(
            again("sagebase.web", &wish, "24h").unwrap(),
            "logs sagebase.web errors \"no such user\" /a.*b/ 24h"
        );
        for unfit in ["say \"no\"", "password=hunter2"] {
            wish.words = vec![unfit.into()];
            assert_eq!(again("sagebase.web", &wish, "24h"), None);
        }
    }
}
