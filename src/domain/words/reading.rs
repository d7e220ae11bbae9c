//! Phrases out of JSON in one pass: a text, `{"id", "args"}`, `{"at"}` or `{"time"}`; among arguments numbers, too. Trying one form after the
//! other would cost an error for each that it is not.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Phrase, Value};

impl<'de> Deserialize<'de> for Phrase {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OfPhrase)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OfValue)
    }
}

struct OfPhrase;

impl<'de> Visitor<'de> for OfPhrase {
    type Value = Phrase;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a phrase: text, a message or a moment")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Phrase, E> {
        Ok(Phrase::raw(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Phrase, E> {
        Ok(Phrase::Raw(text))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Phrase, A::Error> {
        let mut id: Option<String> = None;
        let mut args = BTreeMap::new();
        let mut moment: Option<Phrase> = None;
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "id" => id = Some(map.next_value()?),
                "args" => args = map.next_value()?,
                "at" => moment = Some(Phrase::Moment { at: map.next_value()? }),
                "time" => moment = Some(Phrase::Time { time: map.next_value()? }),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        match (id, moment) {
            (Some(id), _) => Ok(Phrase::Message { id: Cow::Owned(id), args }),
            (None, Some(moment)) => Ok(moment),
            (None, None) => Err(A::Error::custom("a phrase without id and moment")),
        }
    }
}

struct OfValue;

impl<'de> Visitor<'de> for OfValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a phrase")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Phrase(Box::new(Phrase::raw(text))))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        Phrase::deserialize(MapAccessDeserializer::new(map)).map(|phrase| Value::Phrase(Box::new(phrase)))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn what_was_written_is_read_as_it_was() {
        let inner = Phrase::new("inner").with("at", Timestamp::UNIX_EPOCH).with("below", -1.5);
        let phrase =
            Phrase::new("outer").with("count", 3_u32).with("name", "佐藤 \"x\"\n").with("inner", inner);
        let moment = Phrase::Moment { at: Timestamp::UNIX_EPOCH };
        for phrase in [phrase, Phrase::raw("plain"), moment.clone(), moment.by_the_hour()] {
            let text = serde_json::to_string(&phrase).unwrap();
            assert_eq!(serde_json::from_str::<Phrase>(&text).unwrap(), phrase, "{text}");
            let value = serde_json::to_value(&phrase).unwrap();
            assert_eq!(serde_json::from_value::<Phrase>(value).unwrap(), phrase, "{text}");
        }
        let later = r#"{"id": "x", "args": {"n": 1, "m": -2}, "new": [1, {"y": 2}]}"#;
        let read: Phrase = serde_json::from_str(later).unwrap();
        assert_eq!(read, Phrase::new("x").with("n", 1_u32).with("m", -2.0), "what is not known is left out");
        for wrong in ["{}", "3", "null", "[]", r#"{"at": "never"}"#, r#"{"id": 3}"#] {
            assert!(serde_json::from_str::<Phrase>(wrong).is_err(), "{wrong}");
        }
    }
}
