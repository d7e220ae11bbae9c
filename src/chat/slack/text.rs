//! Slack's spelling of text, turned into what the person typed: entities, mentions and links become plain.

use std::borrow::Cow;

/// Plain text of what Slack sends: `<@U123>` → `@U123`, `<#C1|ops>` → `#ops`, `<http://x.dev|x.dev>` → `x.dev`,
/// `&amp;` → `&`. Control sequences are read before entities, so a typed `&lt;.*&gt;` stays a typed `<.*>`.
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.contains(['<', '&']) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        unescape(&rest[..start], &mut plain);
        let inside = &rest[start + 1..];
        match inside.find('>') {
            Some(end) if is_control(&inside[..end]) => {
                control(&inside[..end], &mut plain);
                rest = &inside[end + 1..];
            }
            _ => {
                plain.push('<');
                rest = inside;
            }
        }
    }
    unescape(rest, &mut plain);
    Cow::Owned(plain)
}

/// Slack escapes every `<` that was typed; one that stands there all the same is only believed before what it means.
fn is_control(inside: &str) -> bool {
    inside.starts_with(['@', '#', '!']) || (inside.contains(':') && !inside.starts_with(char::is_whitespace))
}

/// What stands between `<` and `>`.
fn control(inside: &str, plain: &mut String) {
    let (target, label) = inside.split_once('|').map_or((inside, ""), |(target, label)| (target, label));
    match target.as_bytes().first() {
        Some(b'@') => plain.push_str(target),
        Some(b'#') => {
            plain.push('#');
            unescape(if label.is_empty() { &target[1..] } else { label }, plain);
        }
        Some(b'!') if label.is_empty() => {
            plain.push('@');
            plain.push_str(target[1..].strip_prefix("subteam^").unwrap_or(&target[1..]));
        }
        Some(b'!') => unescape(label, plain),
        // Slack makes links of bare host names and addresses; the label then is what was typed.
        _ if !label.is_empty() && target.trim_end_matches('/').ends_with(label.trim_end_matches('/')) => {
            unescape(label, plain);
        }
        _ => unescape(target, plain),
    }
}

/// The three entities that Slack escapes; nothing else is one.
fn unescape(text: &str, plain: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')].into_iter();
        match entity.into_iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, letter)) => {
                plain.push(letter);
                rest = &rest[name.len()..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
}

/// The text after the mention of the bot that it begins with, if it begins with one.
pub fn without_mention(text: &str) -> &str {
    let text = text.trim_start();
    text.strip_prefix("<@")
        .and_then(|rest| rest.split_once('>'))
        .map_or(text, |(_, rest)| rest.trim_start_matches([':', ',', '、', ' ', '\u{a0}', '\n']))
}

/// A command that somebody put between backticks, as they do with commands.
pub fn without_ticks(text: &str) -> &str {
    let text = text.trim();
    let bare = text.trim_matches('`');
    if text.len() > bare.len() && text.starts_with('`') && text.ends_with('`') && !bare.contains('`') {
        bare.trim()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_read_once() {
        assert_eq!(plain("a &amp;lt; b &lt;c&gt; &amp; d & e &copy;"), "a &lt; b <c> & d & e &copy;");
    }

    #[test]
    fn mentions_and_links_become_what_was_typed() {
        assert_eq!(plain("page <@U123> in <#C1|ops> or <#C2>"), "page @U123 in #ops or #C2");
        assert_eq!(plain("<@U123|sato>"), "@U123");
        assert_eq!(plain("probe <http://x.example.com|x.example.com>"), "probe x.example.com");
        assert_eq!(plain("<https://x.dev/?a=1&amp;b=2>"), "https://x.dev/?a=1&b=2");
        assert_eq!(plain("<https://x.dev/a|our page>"), "https://x.dev/a");
        assert_eq!(plain("<mailto:a@b.c|a@b.c>"), "a@b.c");
        assert_eq!(plain("<!here> <!subteam^S1|@sre> <!subteam^S2>"), "@here @sre @S2");
    }

    #[test]
    fn what_only_looks_like_a_link_stays() {
        assert_eq!(plain("logs /&lt;.*&gt;/"), "logs /<.*>/");
        assert_eq!(plain("1 < 2 <> 3"), "1 < 2 <> 3");
        assert_eq!(plain("<"), "<");
    }

    #[test]
    fn the_leading_mention_goes_and_later_ones_stay() {
        assert_eq!(without_mention("<@UBOT> health sagebase"), "health sagebase");
        assert_eq!(without_mention(" <@UBOT|toban>: page <@U1>"), "page <@U1>");
        assert_eq!(without_mention("health"), "health");
        assert_eq!(without_mention("<@UBOT>"), "");
    }

    #[test]
    fn backticks_around_a_whole_command_go() {
        assert_eq!(without_ticks("`health sagebase`"), "health sagebase");
        assert_eq!(without_ticks("```logs x\n```"), "logs x");
        assert_eq!(without_ticks("`a` and `b`"), "`a` and `b`");
    }
}
