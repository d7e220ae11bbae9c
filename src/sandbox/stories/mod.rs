//! What the three services write into their logs: lines and requests with weights, the same for the same seed.

mod api_key_server;
mod bluelamp;
mod generator;
mod sagebase;
mod template;

pub(super) use self::generator::{Generator, Writer};

/// How a line is written.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// Plain text.
    Text,
    /// Structured: the line is `message`; these members come with it.
    Json(&'static [(&'static str, &'static str)]),
}

/// A line of the container's own output.
#[derive(Debug, Clone, Copy)]
struct Line {
    weight: u16,
    severity: u16,
    form: Form,
    text: &'static str,
}

/// A kind of request: how often, what, how it ends and how long it takes at most.
#[derive(Debug, Clone, Copy)]
struct Hit {
    weight: u16,
    method: &'static str,
    path: &'static str,
    status: u16,
    at_most_ms: u32,
}

/// All that a service writes in one state of health.
#[derive(Debug, Clone, Copy)]
struct Story {
    lines: &'static [Line],
    hits: &'static [Hit],
    agents: &'static [&'static str],
}

const DEFAULT: u16 = 0;
const DEBUG: u16 = 100;
const INFO: u16 = 200;
const WARNING: u16 = 400;
const ERROR: u16 = 500;
const CRITICAL: u16 = 600;

const fn text(weight: u16, severity: u16, text: &'static str) -> Line {
    Line { weight, severity, form: Form::Text, text }
}

const fn json(
    weight: u16,
    severity: u16,
    text: &'static str,
    members: &'static [(&'static str, &'static str)],
) -> Line {
    Line { weight, severity, form: Form::Json(members), text }
}

const fn hit(weight: u16, method: &'static str, path: &'static str, status: u16, at_most_ms: u32) -> Hit {
    Hit { weight, method, path, status, at_most_ms }
}

/// What the service tells; `ailing` while its revision is refused upstream.
fn story(service: &str, ailing: bool) -> Option<&'static Story> {
    Some(match service {
        "sagebase-streamlit" => &sagebase::STORY,
        "bluelamp" => &bluelamp::STORY,
        "api-key-server" if ailing => &api_key_server::AILING,
        "api-key-server" => &api_key_server::STORY,
        _ => return None,
    })
}
