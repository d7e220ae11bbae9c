//! How bad a source says it is.

use std::collections::BTreeMap;

use crate::domain::alert::AlertSeverity;

/// What stands for a severity that was not given.
pub(super) const NOT_GIVEN: &str = "(none)";

/// A source's word by its own table, else as everybody means it; a word that nobody knows, or none, is critical, and
/// comes back beside it.
pub(super) fn severity(
    word: Option<&str>,
    own: &BTreeMap<String, AlertSeverity>,
) -> (AlertSeverity, Option<String>) {
    let Some(word) = word.map(str::trim).filter(|word| !word.is_empty()) else {
        return (AlertSeverity::Critical, Some(NOT_GIVEN.to_owned()));
    };
    let lower = word.to_lowercase();
    let known = own.get(&lower).copied().or_else(|| usual(&lower));
    match known {
        Some(severity) => (severity, None),
        None => (AlertSeverity::Critical, Some(word.chars().take(60).collect())),
    }
}

fn usual(word: &str) -> Option<AlertSeverity> {
    Some(match word {
        "critical" | "crit" | "fatal" | "emergency" | "page" | "alert" | "disaster" | "error" | "high"
        | "p1" | "sev1" => AlertSeverity::Critical,
        "warning" | "warn" | "minor" | "medium" | "moderate" => AlertSeverity::Warning,
        "info" | "information" | "informational" | "notice" | "low" | "debug" | "none" => AlertSeverity::Info,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_critical_and_is_said() {
        let own = BTreeMap::from([
            ("p3".to_owned(), AlertSeverity::Warning),
            ("error".to_owned(), AlertSeverity::Warning),
        ]);
        assert_eq!(severity(Some("P3"), &own), (AlertSeverity::Warning, None));
        assert_eq!(
            severity(Some("ERROR"), &own),
            (AlertSeverity::Warning, None),
            "the source's own table goes first"
        );
        assert_eq!(severity(Some("Info"), &own), (AlertSeverity::Info, None));
        assert_eq!(severity(Some("P4"), &own), (AlertSeverity::Critical, Some("P4".into())));
        assert_eq!(severity(None, &own), (AlertSeverity::Critical, Some("(none)".into())));
    }
}
