//! Tokens → expression. `NOT` binds first, then `OR`, then `AND`; things side by side are joined by `AND`.

use regex::Regex;

use super::lexer::{Op, Spot, Token, lex};
use super::{Expr, FilterError, Operand, Path};

/// Deeper nesting than anybody writes; it bounds the recursion.
const DEEPEST: usize = 64;

/// Reads a whole filter; an empty one matches everything.
pub(super) fn parse(text: &str) -> Result<Expr, FilterError> {
    let spots = lex(text)?;
    let mut parser = Parser { spots: &spots, next: 0, depth: 0 };
    if spots.is_empty() {
        return Ok(Expr::And(Vec::new()));
    }
    let expr = parser.and(None)?;
    match parser.peek() {
        None => Ok(expr),
        Some(spot) => Err(FilterError::syntax(spot.at, &spot.raw)),
    }
}

struct Parser<'a> {
    spots: &'a [Spot],
    next: usize,
    depth: usize,
}

/// Within `field=(a OR b)` the values stand alone and are compared with the field.
type Subject<'a> = Option<(&'a Path, Op)>;

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Spot> {
        self.spots.get(self.next)
    }

    fn take(&mut self, token: &Token) -> bool {
        let found = self.peek().is_some_and(|spot| spot.token == *token);
        self.next += usize::from(found);
        found
    }

    fn and(&mut self, subject: Subject<'_>) -> Result<Expr, FilterError> {
        let mut all = vec![self.or(subject)?];
        while self.peek().is_some_and(|spot| spot.token != Token::Close) {
            self.take(&Token::And);
            all.push(self.or(subject)?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Expr::And(all) })
    }

    fn or(&mut self, subject: Subject<'_>) -> Result<Expr, FilterError> {
        let mut any = vec![self.unary(subject)?];
        while self.take(&Token::Or) {
            any.push(self.unary(subject)?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Expr::Or(any) })
    }

    fn unary(&mut self, subject: Subject<'_>) -> Result<Expr, FilterError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(FilterError("Unparseable filter: expression too deep".to_owned()));
        }
        let expr = if self.take(&Token::Not) {
            Expr::Not(Box::new(self.unary(subject)?))
        } else {
            self.primary(subject)?
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn primary(&mut self, subject: Subject<'_>) -> Result<Expr, FilterError> {
        let spot = self.peek().ok_or_else(FilterError::ended)?;
        self.next += 1;
        match (&spot.token, subject) {
            (Token::Open, _) => self.enclosed(subject),
            (Token::Word { text, quoted, .. }, Some((path, op))) => compare(path, op, text, *quoted, spot),
            (Token::Word { text, call: true, quoted: false, .. }, None) => self.call(text, spot),
            (Token::Word { text, path, quoted, .. }, None) => match self.peek().map(|spot| &spot.token) {
                Some(Token::Op(op)) if !quoted => {
                    self.next += 1;
                    let path = Path::new(path)?;
                    if self.take(&Token::Open) {
                        self.enclosed(Some((&path, *op)))
                    } else {
                        let value = self.peek().ok_or_else(FilterError::ended)?;
                        self.next += 1;
                        match &value.token {
                            Token::Word { text, quoted, .. } => compare(&path, *op, text, *quoted, value),
                            _ => Err(FilterError::syntax(value.at, &value.raw)),
                        }
                    }
                }
                Some(Token::Op(_)) => {
                    let sign = &self.spots[self.next];
                    Err(FilterError::syntax(sign.at, &sign.raw))
                }
                _ => Ok(Expr::Anywhere(text.to_lowercase())),
            },
            _ => Err(FilterError::syntax(spot.at, &spot.raw)),
        }
    }

    fn enclosed(&mut self, subject: Subject<'_>) -> Result<Expr, FilterError> {
        let expr = self.and(subject)?;
        if self.take(&Token::Close) { Ok(expr) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> FilterError {
        self.peek().map_or_else(FilterError::ended, |spot| FilterError::syntax(spot.at, &spot.raw))
    }

    fn call(&mut self, name: &str, spot: &Spot) -> Result<Expr, FilterError> {
        self.next += 1;
        let mut arguments = Vec::new();
        while let Some(Spot { token: Token::Word { text, path, quoted, .. }, .. }) = self.peek() {
            self.next += 1;
            arguments.push((text, path, *quoted));
            if !self.take(&Token::Comma) {
                break;
            }
        }
        if !self.take(&Token::Close) {
            return Err(self.unexpected());
        }
        match (name.to_ascii_lowercase().as_str(), arguments.as_slice()) {
            ("log_id", [(id, _, true)]) => Ok(Expr::LogId((*id).clone())),
            ("search", [(words, _, true)]) => Ok(Expr::Search(None, search_terms(words))),
            ("search", [(_, path, false), (words, _, true)]) => {
                Ok(Expr::Search(Some(Path::new(path)?), search_terms(words)))
            }
            _ => Err(FilterError::syntax(spot.at, &spot.raw)),
        }
    }
}

/// `SEARCH` wants every word somewhere, in any order; what stands in backticks stays together.
fn search_terms(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    text.split('`')
        .enumerate()
        .flat_map(|(index, part)| {
            if index % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split(|c: char| !c.is_alphanumeric() && c != '_')
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect()
            }
        })
        .collect()
}

fn compare(path: &Path, op: Op, text: &str, quoted: bool, spot: &Spot) -> Result<Expr, FilterError> {
    if op == Op::Has && text == "*" && !quoted {
        return Ok(Expr::Present(path.clone()));
    }
    let operand = if matches!(op, Op::Matches | Op::MatchesNot) {
        let pattern = Regex::new(text)
            .map_err(|_| FilterError(format!("Unparseable filter: regular expressions must begin and end with '\"': invalid regular expression {text:?} at line {}, column {}", spot.at.line, spot.at.column)))?;
        Operand::Pattern(pattern)
    } else {
        path.operand(text, spot.at)?
    };
    Ok(Expr::Compare(path.clone(), op, operand))
}
