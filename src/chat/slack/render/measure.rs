//! Lengths as Slack counts them, widths as a monospaced font shows them, and cutting by either.

use std::borrow::Cow;

/// Length in UTF-16 units: never less than characters, so a limit holds whichever of the two Slack counts.
pub fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(char::len_utf16).sum() }
}

/// At most `limit` units; an ellipsis within the limit marks a cut.
pub fn cut(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit || units(text) <= limit {
        return text.into();
    }
    let (head, _) = split(text, limit.saturating_sub(1));
    format!("{head}…").into()
}

/// The longest beginning of at most `limit` units, and the rest.
pub fn split(text: &str, limit: usize) -> (&str, &str) {
    if text.len() <= limit {
        return (text, "");
    }
    let mut left = limit;
    let end = text.char_indices().find(|(_, letter)| {
        let fits = left >= letter.len_utf16();
        left = left.saturating_sub(letter.len_utf16());
        !fits
    });
    end.map_or((text, ""), |(at, _)| text.split_at(at))
}

/// Columns that the text takes in a monospaced font: wide letters take two, combining marks none.
pub fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().map(width).sum() }
}

/// At most `limit` columns, marked by an ellipsis where it is cut.
pub fn narrow(text: &str, limit: usize) -> Cow<'_, str> {
    if columns(text) <= limit {
        return text.into();
    }
    let mut left = limit.saturating_sub(1);
    let mut kept = String::with_capacity(text.len());
    for letter in text.chars() {
        let Some(rest) = left.checked_sub(width(letter)) else { break };
        left = rest;
        kept.push(letter);
    }
    kept.push('…');
    kept.into()
}

/// East Asian Width W and F, and emoji, are two columns (Unicode UAX #11, by blocks).
fn width(letter: char) -> usize {
    match u32::from(letter) {
        0x0300..=0x036F | 0x200B..=0x200F | 0x2060 | 0xFE00..=0xFE0F | 0xFEFF | 0x1F3FB..=0x1F3FF => 0,
        0x1100..=0x115F
        | 0x231A..=0x231B
        | 0x23E9..=0x23F3
        | 0x2614..=0x2615
        | 0x26A0..=0x26A1
        | 0x26AA..=0x26AB
        | 0x26D4
        | 0x2705
        | 0x274C
        | 0x2753..=0x2757
        | 0x2B1B..=0x2B1C
        | 0x2B50
        | 0x2B55
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xA960..=0xA97C
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF01..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F000..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_units_and_never_halves_a_letter() {
        assert_eq!(cut("当番表を見る", 4), "当番表…");
        assert_eq!(cut("🔥🔥🔥", 4), "🔥…");
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(units("🔥a"), 3);
        assert_eq!(split("ab🔥", 3), ("ab", "🔥"));
        assert_eq!(split("ab", 9), ("ab", ""));
    }

    #[test]
    fn wide_letters_take_two_columns() {
        assert_eq!(columns("web"), 3);
        assert_eq!(columns("検索 ok"), 7);
        assert_eq!(columns("ｱｲ"), 2);
        assert_eq!(narrow("検索サーバ", 6), "検索…");
        assert_eq!(narrow("検索", 4), "検索");
    }
}
