//! Text that arguments, logs and backends bring in, made harmless: it is shown, and does nothing.

use std::borrow::Cow;

use super::measure;

/// Breaks what would call a whole channel: invisible, and no longer a mention.
const BREAK: char = '\u{200b}';

/// Text for places where Slack reads no markup; only broadcasts are broken, in case a client reads them after all.
pub fn calm(text: &str) -> Cow<'_, str> {
    if !text.contains('@') && !text.contains("<!") {
        return text.into();
    }
    let mut calm = String::with_capacity(text.len() + 8);
    for (at, letter) in text.char_indices() {
        calm.push(letter);
        if breaks(letter, &text[at + letter.len_utf8()..]) {
            calm.push(BREAK);
        }
    }
    calm.into()
}

/// Text for mrkdwn: entities for `& < >`, broken broadcasts, no formatting; at most `limit` units, and no entity
/// is cut in half.
pub fn escape(text: &str, limit: usize) -> String {
    let mut safe = String::with_capacity(text.len().min(limit) + 8);
    let (mut left, mut before) = (limit, ' ');
    for (at, letter) in text.char_indices() {
        let rest = &text[at + letter.len_utf8()..];
        let mut piece = [0; 4];
        let piece: &str = match letter {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '@' if breaks('@', rest) => "@\u{200b}",
            // A mark opens only after something that is no letter.
            '*' if !before.is_alphanumeric() => "\u{200b}*",
            '_' if !before.is_alphanumeric() => "\u{200b}_",
            '~' if !before.is_alphanumeric() => "\u{200b}~",
            '`' => "\u{200b}`",
            other => other.encode_utf8(&mut piece),
        };
        let size = measure::units(piece);
        let reserve = usize::from(!rest.is_empty());
        if size + reserve > left {
            if left > 0 {
                safe.push('…');
            }
            break;
        }
        left -= size;
        safe.push_str(piece);
        before = letter;
    }
    safe
}

fn breaks(letter: char, rest: &str) -> bool {
    match letter {
        '@' => ["everyone", "channel", "here"]
            .iter()
            .any(|word| rest.get(..word.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(word))),
        '<' => rest.starts_with('!'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_and_does_nothing() {
        assert_eq!(escape("<!channel> & <@U1>", 99), "&lt;!channel&gt; &amp; &lt;@U1&gt;");
        assert_eq!(escape("@everyone @Here @sato", 99), "@\u{200b}everyone @\u{200b}Here @sato");
        assert_eq!(escape("*bold* a_b_c", 99), "\u{200b}*bold* a_b_c");
        assert_eq!(calm("<!here> @channel a@b.c"), "<\u{200b}!here> @\u{200b}channel a@b.c");
    }

    #[test]
    fn an_entity_is_never_cut() {
        assert_eq!(escape("a&&", 8), "a&amp;…");
        assert_eq!(escape("&&", 10), "&amp;&amp;");
        assert_eq!(escape("&", 4), "…");
        assert_eq!(escape("abc", 0), "");
    }
}
