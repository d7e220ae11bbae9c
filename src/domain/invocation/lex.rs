//! Cuts a command into words, quoted texts and patterns. Only bare words are brought into plain form (full-width
//! letters, invisible characters): what stands in quotes or slashes is searched for as it was typed.

use std::ops::Range;

use crate::base::text;

/// A part of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub what: What,
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
}

/// What a part of a command is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A word, in plain form.
    Bare(String),
    /// `"…"`, `「…」`, without the quotes.
    Quoted(String),
    /// `/…/`, with `\/` turned into `/`.
    Pattern(String),
    /// A word that begins with a quote which nothing closes.
    OpenQuote(String),
    /// A word that begins with a slash which nothing closes.
    OpenPattern(String),
}

impl Token {
    /// The word, if it is one.
    pub fn bare(&self) -> Option<&str> {
        match &self.what {
            What::Bare(word) => Some(word),
            _ => None,
        }
    }

    /// What is in it, whatever it is.
    pub fn content(&self) -> &str {
        match &self.what {
            What::Bare(text)
            | What::Quoted(text)
            | What::Pattern(text)
            | What::OpenQuote(text)
            | What::OpenPattern(text) => text,
        }
    }
}

/// What closes a quote that `open` begins.
fn closers(open: char) -> Option<&'static [char]> {
    match open {
        '"' | '“' | '”' | '„' | '＂' => Some(&['"', '“', '”', '＂']),
        '「' => Some(&['」']),
        '『' => Some(&['』']),
        _ => None,
    }
}

fn slash(c: char) -> bool {
    matches!(c, '/' | '／')
}

/// Cuts `text`, whose bytes are counted from `offset`.
pub(super) fn lex(text: &str, offset: usize) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(8);
    // Where one search for an end has failed, the next one from further on fails too.
    let (mut no_slash, mut no_quote) = (false, Vec::new());
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let body = at + first.len_utf8();
        let mut closed = None;
        if slash(first) && !no_slash {
            closed = pattern(text, body).map(|(pattern, end)| (What::Pattern(pattern), end));
            no_slash = closed.is_none();
        } else if let Some(closers) = closers(first)
            && !no_quote.contains(&closers)
        {
            closed = quoted(text, body, closers).map(|(quoted, end)| (What::Quoted(quoted), end));
            if closed.is_none() {
                no_quote.push(closers);
            }
        }
        let (what, end) = closed.unwrap_or_else(|| {
            let (word, end) = bare(text, at);
            let what = if slash(first) {
                What::OpenPattern(word)
            } else if closers(first).is_some() {
                What::OpenQuote(word)
            } else {
                What::Bare(word)
            };
            (what, end)
        });
        if !matches!(&what, What::Bare(word) if word.is_empty()) {
            tokens.push(Token { what, at: at + offset..end + offset });
        }
        at = end;
    }
    tokens
}

/// A word up to the next white space; a quote right after `=` may hold white space (`note="before update"`).
fn bare(text: &str, start: usize) -> (String, usize) {
    let mut after_equals = false;
    let mut inner: Option<(usize, String)> = None;
    let mut end = text.len();
    for (at, c) in text[start..].char_indices().map(|(at, c)| (at + start, c)) {
        if c.is_whitespace() {
            end = at;
            break;
        }
        if after_equals
            && let Some(closers) = closers(c)
            && let Some((value, close)) = quoted(text, at + c.len_utf8(), closers)
        {
            inner = Some((at, value));
            end = close;
            break;
        }
        after_equals = c == '=' || c == '＝';
    }
    match inner {
        Some((quote, value)) => (plain(&text[start..quote]) + &value, end),
        None => (plain(&text[start..end]), end),
    }
}

fn plain(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    // Zero-width characters and marks of writing direction come along with pasted text.
    let hidden = |c: char| matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    text::plain(&word.chars().filter(|c| !hidden(*c)).collect::<String>())
}

/// The content and where it ends, closing quote included.
fn quoted(text: &str, body: usize, closers: &[char]) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = text[body..].char_indices();
    while let Some((at, c)) = chars.next() {
        if closers.contains(&c) {
            return Some((content, body + at + c.len_utf8()));
        }
        if c == '\\' {
            match chars.clone().next() {
                Some((_, next)) if next == '\\' || closers.contains(&next) => {
                    content.push(next);
                    chars.next();
                    continue;
                }
                _ => {}
            }
        }
        content.push(c);
    }
    None
}

/// The pattern and where it ends. It ends at the first slash before white space or the end, so that
/// `/api/v1/` needs no escapes; `/…/i` ignores the case of letters.
fn pattern(text: &str, body: usize) -> Option<(String, usize)> {
    let mut content = String::new();
    let mut chars = text[body..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, next)) if slash(next) => content.push(next),
                Some((_, next)) => content.extend(['\\', next]),
                None => content.push('\\'),
            },
            c if slash(c) => {
                let end = body + at + c.len_utf8();
                let rest = &text[end..];
                let over = |rest: &str| rest.chars().next().is_none_or(char::is_whitespace);
                if over(rest) {
                    return Some((content, end));
                }
                if let Some(after) = rest.strip_prefix('i')
                    && over(after)
                {
                    return Some((format!("(?i){content}"), end + 1));
                }
                content.push(c);
            }
            c => content.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whats(text: &str) -> Vec<What> {
        lex(text, 0).into_iter().map(|token| token.what).collect()
    }
    fn bare(word: &str) -> What {
        What::Bare(word.into())
    }

    #[test]
    fn words_quotes_and_patterns() {
        assert_eq!(
            whats(r#"logs "a b" /x\/y z/ 「接続 失敗」 “curly” k="v w""#),
            [
                bare("logs"),
                What::Quoted("a b".into()),
                What::Pattern("x/y z".into()),
                What::Quoted("接続 失敗".into()),
                What::Quoted("curly".into()),
                bare("k=v w"),
            ]
        );
    }

    #[test]
    fn full_width_is_plain_outside_of_quotes_only() {
        assert_eq!(whats("ｌｏｇｓ　１ｈ 「ＤＢ」"), [bare("logs"), bare("1h"), What::Quoted("ＤＢ".into())]);
        assert_eq!(whats("lo\u{200B}gs"), [bare("logs")]);
    }

    #[test]
    fn a_path_between_slashes_is_one_pattern() {
        assert_eq!(whats("/api/v1/ x"), [What::Pattern("api/v1".into()), bare("x")]);
        assert_eq!(whats("/time ?out/i"), [What::Pattern("(?i)time ?out".into())]);
        assert_eq!(whats("/api/v1/chat x"), [What::OpenPattern("/api/v1/chat".into()), bare("x")]);
    }

    #[test]
    fn what_is_never_closed_is_said_so() {
        assert_eq!(whats("\"a b"), [What::OpenQuote("\"a".into()), bare("b")]);
        assert_eq!(whats("/a b"), [What::OpenPattern("/a".into()), bare("b")]);
    }
}
