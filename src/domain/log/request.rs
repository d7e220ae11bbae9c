//! Lines of an access log: method, path, status, latency.

use std::time::Duration;

/// One request, read from a line such as `GET /v1/chat 502 132ms`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// `GET`.
    pub method: &'a str,
    /// Path or URL.
    pub path: &'a str,
    /// HTTP status; 0 where none was sent.
    pub status: u16,
    /// How long the answer took.
    pub latency: Option<Duration>,
    /// What else the line says (client, user agent).
    pub rest: &'a str,
}

const METHODS: [&str; 9] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

impl<'a> Request<'a> {
    /// Reads `METHOD PATH [→] STATUS [LATENCY] rest…`, also quoted with a protocol as web servers write it
    /// (`"GET / HTTP/1.1" 200`); anything else is no request.
    pub fn read(text: &'a str) -> Option<Self> {
        let text = text.lines().next()?;
        let start = METHODS.iter().find_map(|method| {
            let at = text.find(method)?;
            let alone = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
            (alone && text[at + method.len()..].starts_with(' ')).then_some(at)
        })?;
        let mut rest = &text[start..];
        let method = word(&mut rest)?;
        let path = word(&mut rest)?;
        if !(path.starts_with('/') || path.contains("://")) {
            return None;
        }
        let mut request = Self { method, path, status: 0, latency: None, rest: "" };
        loop {
            let before = rest;
            let Some(next) = word(&mut rest) else { break };
            match next.trim_matches(['"', ',', ';', ':', '(', ')']) {
                "" | "→" | "->" | "-" => {}
                protocol if protocol.starts_with("HTTP/") => {}
                status if request.status == 0 && is_status(status) => {
                    request.status = status.parse().unwrap_or_default();
                }
                latency if request.latency.is_none() && span(latency).is_some() => {
                    request.latency = span(latency);
                }
                _ => {
                    request.rest = before.trim();
                    break;
                }
            }
        }
        (request.status > 0).then_some(request)
    }
}

fn word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start();
    let (word, after) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    *rest = after;
    (!word.is_empty()).then_some(word)
}

fn is_status(word: &str) -> bool {
    word.len() == 3 && matches!(word.parse(), Ok(100..=599_u16))
}

fn span(word: &str) -> Option<Duration> {
    let (number, factor) = match word.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (word.strip_suffix('s')?, 1.0),
    };
    let seconds = number.parse::<f64>().ok()? * factor;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_in_the_forms_that_servers_write() {
        for text in [
            "POST /v1/chat 502 132ms",
            "POST /v1/chat → 502 (132 ms)",
            "POST /v1/chat 502 0.132s 10.0.0.1",
            "10.0.0.1 - \"POST /v1/chat HTTP/1.1\" 502",
        ] {
            let request = Request::read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((request.method, request.path, request.status), ("POST", "/v1/chat", 502), "{text}");
        }
        assert_eq!(Request::read("GET / 200 0.132s").unwrap().latency, Some(Duration::from_millis(132)));
        let said = Request::read("GET / 200 8ms: no such user").unwrap();
        assert_eq!((said.latency, said.rest), (Some(Duration::from_millis(8)), "no such user"));
    }

    #[test]
    fn other_lines_are_no_requests() {
        for text in ["GET ready", "upstream answered 502", "TARGET /x 200", "", "GET /x without a status"] {
            assert_eq!(Request::read(text), None, "{text}");
        }
    }
}
