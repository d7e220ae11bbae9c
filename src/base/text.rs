//! Text as people write it: one form for full-width characters, lengths in characters, near misses.

use unicode_normalization::UnicodeNormalization;

/// NFKC with trimmed ends: full-width letters, digits and spaces become the plain ones (`ｌｏｇｓ　１ｈ` → `logs 1h`).
pub fn plain(text: &str) -> String {
    text.nfkc().collect::<String>().trim().to_owned()
}

/// At most `limit` characters; what was cut is marked by an ellipsis within the limit.
pub fn shorten(text: &str, limit: usize) -> std::borrow::Cow<'_, str> {
    if text.len() <= limit || text.chars().count() <= limit {
        return text.into();
    }
    let mut short: String = text.chars().take(limit.saturating_sub(1)).collect();
    if limit > 0 {
        short.push('…');
    }
    short.into()
}

/// How many columns a terminal or a monospaced block gives the text: East Asian wide characters and emoji take two.
pub fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// The candidate nearest to `word`, if it is near enough to be a slip of the fingers.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let lower = candidate.to_lowercase();
            let begins = word.chars().count() >= 3 && lower.starts_with(&word);
            (if begins { 0 } else { strsim::damerau_levenshtein(&word, &lower) }, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= (candidate.chars().count().min(word.chars().count()) / 3).max(1)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_becomes_plain() {
        assert_eq!(plain("　ｌｏｇｓ　ｂｌｕｅｌａｍｐ　１ｈ "), "logs bluelamp 1h");
    }

    #[test]
    fn shortening_counts_characters_not_bytes() {
        assert_eq!(shorten("当番表を見る", 4), "当番表…");
        assert_eq!(shorten("当番表", 3), "当番表");
    }

    #[test]
    fn a_slip_is_mended_and_a_stranger_is_not() {
        let verbs = ["health", "logs", "rollback", "releases"];
        assert_eq!(nearest("heatlh", verbs), Some("health"));
        assert_eq!(nearest("rolback", verbs), Some("rollback"));
        assert_eq!(nearest("rele", verbs), Some("releases"));
        assert_eq!(nearest("xyzzy", verbs), None);
    }
}
