//! Spans of time as people write them: `1h`, `90m`, `7d`, `1時間`, `30分`.

use std::time::Duration;

/// Why a span was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// Not a span at all.
    #[error("not a span of time")]
    Malformed,
    /// `0h`.
    #[error("a span must be longer than nothing")]
    Zero,
    /// `-1h`.
    #[error("a span cannot be negative")]
    Negative,
    /// Past [`LONGEST`].
    #[error("a span of at most 400 days")]
    TooLong,
}

/// The longest span that is taken: past any log's retention.
pub const LONGEST: Duration = Duration::from_hours(400 * 24);

const JAPANESE: [(&str, &str); 7] =
    [("時間", "h"), ("秒", "s"), ("分", "m"), ("日間", "d"), ("日", "d"), ("週間", "w"), ("週", "w")];

/// Reads a span by humantime's units and the Japanese ones.
///
/// # Errors
/// [`SpanError`] says which rule it breaks; `1000000h` is too long, never an overflow.
pub fn parse(text: &str) -> Result<Duration, SpanError> {
    let mut text = text.trim().to_lowercase();
    for (japanese, unit) in JAPANESE {
        text = text.replace(japanese, unit);
    }
    if let Some(rest) = text.strip_prefix('-') {
        return Err(if parse(rest).is_ok() { SpanError::Negative } else { SpanError::Malformed });
    }
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(SpanError::Malformed);
    }
    match humantime::parse_duration(&text) {
        Ok(Duration::ZERO) => Err(SpanError::Zero),
        Ok(span) if span > LONGEST => Err(SpanError::TooLong),
        Ok(span) => Ok(span),
        Err(humantime::DurationError::NumberOverflow) => Err(SpanError::TooLong),
        Err(_) => Err(SpanError::Malformed),
    }
}

/// `5400 s` → `1h 30m`: the two largest units, none that is zero.
pub fn show(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        return format!("{}ms", span.as_millis());
    }
    let mut rest = span.as_secs();
    let mut parts = Vec::new();
    for (unit, seconds) in [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)] {
        if rest >= seconds && parts.len() < 2 {
            parts.push(format!("{}{unit}", rest / seconds));
        }
        rest %= seconds;
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_in_both_languages() {
        assert_eq!(parse("90m"), Ok(Duration::from_secs(5_400)));
        assert_eq!(parse("1時間"), Ok(Duration::from_hours(1)));
        assert_eq!(parse("1時間30分"), Ok(Duration::from_secs(5_400)));
    }

    #[test]
    fn spans_that_cannot_be_are_told_apart() {
        assert_eq!(parse("0h"), Err(SpanError::Zero));
        assert_eq!(parse("-1h"), Err(SpanError::Negative));
        assert_eq!(parse("1000000h"), Err(SpanError::TooLong));
        assert_eq!(parse("99999999999999999999h"), Err(SpanError::TooLong));
        assert_eq!(parse("sagebase"), Err(SpanError::Malformed));
        assert_eq!(parse("5"), Err(SpanError::Malformed));
    }

    #[test]
    fn shown_by_its_two_largest_units() {
        assert_eq!(show(Duration::from_secs(5_400)), "1h 30m");
        assert_eq!(show(Duration::from_secs(90_061)), "1d 1h");
        assert_eq!(show(Duration::from_millis(42)), "42ms");
    }
}
