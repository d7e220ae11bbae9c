//! The letters of a request: UTF-8 as a rule, UTF-16 and Latin-1 where they are said or plainly seen.

use std::borrow::Cow;

use super::Unreadable;

/// The request's text. `charset` is what its `Content-Type` says. A byte order mark goes before what is said; UTF-16
/// without either is known by JSON's first letter, which is ASCII (RFC 4627, section 3).
///
/// # Errors
/// When the bytes are not of that encoding, or the encoding is none that is known here.
pub fn decode<'a>(body: &'a [u8], charset: Option<&str>) -> Result<Cow<'a, str>, Unreadable> {
    if let Some(rest) = body.strip_prefix(b"\xEF\xBB\xBF") {
        return utf8(rest);
    }
    match body {
        [0xFE, 0xFF, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        [0xFF, 0xFE, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0, first, ..] if *first != 0 => return utf16(body, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 => return utf16(body, u16::from_le_bytes),
        _ => {}
    }
    let charset = charset.unwrap_or("utf-8").trim_matches('"').to_ascii_lowercase();
    match charset.as_str() {
        "iso-8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => Ok(latin(body)),
        "utf-8" | "utf8" | "us-ascii" | "ascii" => utf8(body),
        // Most that is sent under another name is ASCII all the same.
        _ => utf8(body).map_err(|_| Unreadable::Encoding("an unknown charset: send UTF-8".to_owned())),
    }
}

fn utf8(body: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    std::str::from_utf8(body).map(Cow::Borrowed).map_err(|error| {
        Unreadable::Encoding(format!(
            "not UTF-8 at byte {}, and no other charset is said",
            error.valid_up_to()
        ))
    })
}

fn utf16(body: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'static, str>, Unreadable> {
    let wrong = || Unreadable::Encoding("broken UTF-16".to_owned());
    let (pairs, rest) = body.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong());
    }
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    text.map(Cow::Owned).map_err(|_| wrong())
}

/// Windows-1252, which is what is sent as Latin-1 (WHATWG reads it so too).
fn latin(body: &[u8]) -> Cow<'_, str> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    let letter = |byte: &u8| match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        byte => char::from(*byte),
    };
    Cow::Owned(body.iter().map(letter).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{\"a\":\"é 🔥\"}";

    #[test]
    fn marks_and_charsets_are_understood() {
        let le: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        for body in [
            TEXT.as_bytes().to_vec(),
            with(b"\xEF\xBB\xBF", TEXT.as_bytes()),
            with(b"\xFF\xFE", &le),
            with(b"\xFE\xFF", &be),
            le,
            be,
        ] {
            assert_eq!(decode(&body, None).unwrap(), TEXT);
        }
        assert_eq!(decode(b"\"\xe9\x80\"", Some("ISO-8859-1")).unwrap(), "\"é€\"");
        assert_eq!(decode(b"{}", Some("shift_jis")).unwrap(), "{}");
    }

    #[test]
    fn what_is_broken_is_told_and_nothing_is_guessed() {
        assert!(decode(b"\"\xe9\"", None).unwrap_err().to_string().contains("byte 1"));
        assert!(decode(b"\x83\x65", Some("shift_jis")).is_err());
        assert!(decode(b"\xFF\xFE{", None).is_err());
        assert!(decode(b"\xFF\xFE\x00\xD8", None).is_err());
        assert_eq!(decode(b"", None).unwrap(), "");
    }
}
