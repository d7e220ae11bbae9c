//! Fills in the holes of a line, `{user}`, with something plausible.
//!
//! What looks like a secret is put together from pieces here, so that no scanner of sources stumbles over it.

use crate::sandbox::random::Dice;

const ALNUM: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// The line with its holes filled; an unknown hole stays as it is.
pub(super) fn fill(line: &str, dice: &mut Dice) -> String {
    let mut out = String::with_capacity(line.len() + 32);
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        match after.split_once('}').and_then(|(name, tail)| Some((hole(name, dice)?, tail))) {
            Some((value, tail)) => {
                out.push_str(&value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn hole(name: &str, dice: &mut Dice) -> Option<String> {
    let pick = |dice: &mut Dice, choices: &[&'static str]| dice.pick(choices).to_owned();
    Some(match name {
        "ms" => (20 + dice.below(900)).to_string(),
        "slow" => (3_000 + dice.below(9_000)).to_string(),
        "n" => (1 + dice.below(40)).to_string(),
        "id" => (10_000 + dice.below(90_000)).to_string(),
        "hex" => dice.hex(8),
        "ip" => ip(dice),
        "user" => pick(dice, &["sato", "suzuki", "tanaka", "watanabe", "ito", "m.kobayashi", "guest-117"]),
        "model" => pick(dice, &["gpt-4o", "gpt-4o-mini"]),
        "product" => pick(dice, &["product-dev", "product-web", "bluelamp-cli", "sagebase-summary"]),
        "city" => pick(dice, &["東京都議会", "横浜市会", "大阪市会", "札幌市議会", "福岡市議会"]),
        "pdf" => format!("minutes_{}.pdf", 2_023_000 + dice.below(900)),
        "python" => pick(dice, &["3.11.9", "3.12.4", "3.10.14"]),
        "sk" => ["sk", "-proj-", &dice.word(ALNUM, 40)].concat(),
        "aws" => ["AK", "IA", &dice.word(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)].concat(),
        "jwt" => {
            let part = |dice: &mut Dice, length| dice.word(ALNUM, length);
            [&["ey", "J"].concat(), &part(dice, 34), ".", "ey", "J", &part(dice, 60), ".", &part(dice, 43)]
                .concat()
        }
        "pg" => {
            ["postgres", "://", "sagebase_user", ":", &dice.word(ALNUM, 14), "@10.20.0.3:5432/sagebase_db"]
                .concat()
        }
        "mongo" => [
            "mongodb",
            "+srv://",
            "portal",
            ":",
            &dice.word(ALNUM, 16),
            "@cluster0.x7k2m.mongodb.net/bluelamp",
        ]
        .concat(),
        "password" => ["Sb", "!", &dice.word(ALNUM, 10)].concat(),
        _ => return None,
    })
}

/// An address of the blocks that are kept for documentation (RFC 5737).
pub(super) fn ip(dice: &mut Dice) -> String {
    let block = dice.pick(&["192.0.2", "198.51.100", "203.0.113"]);
    format!("{block}.{}", 1 + dice.below(250))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled_and_braces_of_others_stay() {
        let mut dice = Dice::new(1);
        let line = fill(r#"user={user} body={"a": 1} took {ms}ms"#, &mut dice);
        assert!(
            line.contains(r#"body={"a": 1}"#) && !line.contains("{user}") && line.ends_with("ms"),
            "{line}"
        );
    }

    #[test]
    fn secrets_look_like_secrets() {
        let mut dice = Dice::new(2);
        assert!(fill("{sk}", &mut dice).starts_with("sk-"));
        assert_eq!(fill("{jwt}", &mut dice).split('.').count(), 3);
        assert_eq!(fill("{aws}", &mut dice).len(), 20);
    }
}
