//! Cuts a filter of the Logging query language into tokens, each with its place for the error message.

use super::FilterError;

/// Where a token begins, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub line: usize,
    pub column: usize,
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    NotEqual,
    Has,
    AtLeast,
    AtMost,
    Above,
    Below,
    Matches,
    MatchesNot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Comma,
    Op(Op),
    And,
    Or,
    Not,
    /// Text or a field's path; `path` is split at its dots, a quoted part stays whole.
    Word {
        text: String,
        path: Vec<String>,
        /// It is one piece in quotes, so it is no field, no number and no keyword.
        quoted: bool,
        /// A `(` follows without a space: a function.
        call: bool,
    },
}

/// A token, where it begins and how it was written.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub token: Token,
    pub at: At,
    pub raw: String,
}

/// The tokens of `text`.
pub(super) fn lex(text: &str) -> Result<Vec<Spot>, FilterError> {
    let mut lexer = Lexer { rest: text, at: At { line: 1, column: 1 }, spots: Vec::new() };
    while lexer.step()? {}
    Ok(lexer.spots)
}

const OPS: [(&str, Op); 9] = [
    ("!=", Op::NotEqual),
    (">=", Op::AtLeast),
    ("<=", Op::AtMost),
    ("=~", Op::Matches),
    ("!~", Op::MatchesNot),
    ("=", Op::Equal),
    (":", Op::Has),
    (">", Op::Above),
    ("<", Op::Below),
];

struct Lexer<'a> {
    rest: &'a str,
    at: At,
    spots: Vec<Spot>,
}

impl<'a> Lexer<'a> {
    /// One token or one stretch of blanks; `false` at the end.
    fn step(&mut self) -> Result<bool, FilterError> {
        let Some(first) = self.rest.chars().next() else { return Ok(false) };
        if first.is_whitespace() {
            self.skip(first.len_utf8());
            return Ok(true);
        }
        if self.rest.starts_with("--") {
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            return Ok(true);
        }
        let single = match first {
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            ',' => Some(Token::Comma),
            '-' if !self.after_op() => Some(Token::Not),
            _ => None,
        };
        if let Some(token) = single {
            self.push(token, 1);
        } else if let Some((sign, op)) = OPS.iter().find(|(sign, _)| self.rest.starts_with(sign)) {
            self.push(Token::Op(*op), sign.len());
        } else {
            self.word()?;
        }
        Ok(true)
    }

    fn after_op(&self) -> bool {
        matches!(self.spots.last(), Some(Spot { token: Token::Op(_), .. }))
    }

    fn word(&mut self) -> Result<(), FilterError> {
        let (mut length, mut path, mut quotes) = (0, Vec::new(), 0);
        loop {
            let here = &self.rest[length..];
            let (part, size) = match here.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    quotes += 1;
                    self.quoted(here, quote)?
                }
                _ => {
                    let end = here.find(|c: char| c == '.' || !is_plain(c)).unwrap_or(here.len());
                    (here[..end].to_owned(), end)
                }
            };
            path.push(part);
            length += size;
            if self.rest[length..].starts_with('.') {
                length += 1;
            } else {
                break;
            }
        }
        if length == 0 {
            let odd = self.rest.chars().next().unwrap_or_default();
            return Err(FilterError::syntax(self.at, &odd.to_string()));
        }
        let quoted = quotes == 1 && path.len() == 1;
        let text = if quoted { path[0].clone() } else { self.rest[..length].to_owned() };
        let token = match text.as_str() {
            "AND" if !quoted => Token::And,
            "OR" if !quoted => Token::Or,
            "NOT" if !quoted => Token::Not,
            _ => Token::Word { text, path, quoted, call: self.rest[length..].starts_with('(') },
        };
        self.push(token, length);
        Ok(())
    }

    /// The text within quotes, and how many bytes it takes with them.
    fn quoted(&self, text: &str, quote: char) -> Result<(String, usize), FilterError> {
        let mut inside = String::new();
        let mut letters = text.char_indices().skip(1);
        while let Some((index, letter)) = letters.next() {
            match letter {
                _ if letter == quote => return Ok((inside, index + 1)),
                '\\' => match letters.next() {
                    Some((_, 'n')) => inside.push('\n'),
                    Some((_, 't')) => inside.push('\t'),
                    Some((_, escaped)) if escaped == quote || escaped == '\\' => inside.push(escaped),
                    // Another escape is a regular expression's own: it keeps its backslash.
                    Some((_, other)) => inside.extend(['\\', other]),
                    None => break,
                },
                _ => inside.push(letter),
            }
        }
        Err(FilterError::unterminated(self.at))
    }

    fn push(&mut self, token: Token, length: usize) {
        self.spots.push(Spot { token, at: self.at, raw: self.rest[..length].to_owned() });
        self.skip(length);
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        for letter in gone.chars() {
            if letter == '\n' {
                self.at = At { line: self.at.line + 1, column: 1 };
            } else {
                self.at.column += 1;
            }
        }
        self.rest = rest;
    }
}

fn is_plain(letter: char) -> bool {
    !letter.is_whitespace() && !"()\"'=!<>:~,".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        lex(text).unwrap().into_iter().map(|spot| spot.token).collect()
    }

    #[test]
    fn a_comparison_has_a_path_a_sign_and_a_value() {
        let found = tokens("labels.\"a.b/c\" >= -5 -- remark\n");
        assert_eq!(found.len(), 3);
        assert!(matches!(&found[0], Token::Word { path, .. } if path == &["labels", "a.b/c"]));
        assert_eq!(found[1], Token::Op(Op::AtLeast));
        assert!(matches!(&found[2], Token::Word { text, quoted: false, .. } if text == "-5"));
    }

    #[test]
    fn keywords_are_upper_case_and_unquoted() {
        let found = tokens(r#"-a AND or "NOT""#);
        assert_eq!(found[0], Token::Not);
        assert_eq!(found[2], Token::And);
        assert!(matches!(&found[3], Token::Word { text, .. } if text == "or"));
        assert!(matches!(&found[4], Token::Word { text, quoted: true, .. } if text == "NOT"));
    }

    #[test]
    fn escapes_of_regular_expressions_survive() {
        assert!(matches!(&tokens(r#""a\"b\\c\d""#)[0], Token::Word { text, .. } if text == "a\"b\\c\\d"));
    }

    #[test]
    fn a_quote_must_end() {
        assert!(lex("textPayload:\"oh").unwrap_err().to_string().contains("column 13"));
    }
}
