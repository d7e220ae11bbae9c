//! Google's errors in the terms of the ports: a kind that a person can act on, and Google's own words, cut
//! and without tokens.

use std::error::Error as _;
use std::sync::LazyLock;

use google_cloud_auth::errors::CredentialsError;
use google_cloud_gax::client_builder::Error as BuildError;
use google_cloud_gax::error::Error;
use google_cloud_gax::error::rpc::Code;
use regex::Regex;

use crate::base::text::shorten;
use crate::domain::words::Phrase;
use crate::ports::{BackendError, Kind};

/// Longest part of Google's words that is passed on, in characters.
const LONGEST: usize = 500;

/// What a call's failure means.
pub(super) fn translate(call: &str, error: &Error) -> BackendError {
    let error = innermost(error);
    let kind = kind(error);
    told(call, kind, &words(error))
}

/// A failure that an accepted operation ended with: it is never "try again", whatever its code.
pub(super) fn operation(call: &str, error: &Error) -> BackendError {
    told(call, Kind::Failed, &words(innermost(error)))
}

/// A client that could not be built: nearly always its credentials.
pub(super) fn unbuilt(call: &str, error: &BuildError) -> BackendError {
    let kind = if error.is_default_credentials() { Kind::Denied } else { Kind::Unavailable };
    told(call, kind, &format!("{error}: {}", deepest(error)))
}

/// Whether the account is the reason, so that credentials read afresh may help.
pub(super) fn is_about_the_account(error: &Error) -> bool {
    let error = innermost(error);
    error.http_status_code() == Some(401)
        || code(error) == Some(Code::Unauthenticated)
        || credentials(error).is_some_and(|error| !error.is_transient())
}

/// Whether an answer to a write leaves open if the write was done.
pub(super) fn leaves_open(error: &BackendError) -> bool {
    matches!(error.kind, Kind::Timeout | Kind::Unavailable | Kind::Garbled)
}

fn told(call: &str, kind: Kind, words: &str) -> BackendError {
    let message = shorten(&without_tokens(words), LONGEST).into_owned();
    let error = BackendError::new(call, kind, message);
    match hint(call, kind) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// What to try, where the call tells it: the role that holds the permission.
fn hint(call: &str, kind: Kind) -> Option<Phrase> {
    match kind {
        Kind::Denied => {
            let role = match call.split_whitespace().next().unwrap_or_default() {
                "run.services.patch" | "run.operations.get" => "roles/run.developer",
                name if name.starts_with("run.services") || name.starts_with("run.revisions") => {
                    "roles/run.viewer"
                }
                name if name.starts_with("logging.entries") => "roles/logging.viewer",
                name if name.starts_with("monitoring.timeSeries") => "roles/monitoring.viewer",
                _ => return Some(Phrase::new("backend-hint-credentials")),
            };
            Some(Phrase::new("backend-hint-role").with("role", role))
        }
        Kind::Quota if call.starts_with("logging.entries.tail") => Some(Phrase::new("backend-hint-tail")),
        _ => None,
    }
}

fn kind(error: &Error) -> Kind {
    if error.is_timeout() {
        return Kind::Timeout;
    }
    if error.is_deserialization() {
        return Kind::Garbled;
    }
    if error.is_serialization() {
        return Kind::Invalid;
    }
    if let Some(error) = credentials(error) {
        return if error.is_transient() { Kind::Unavailable } else { Kind::Denied };
    }
    // FAILED_PRECONDITION comes as HTTP 400 and ABORTED as 409: Google's own code tells more than HTTP's.
    match code(error) {
        Some(Code::NotFound) => return Kind::NotFound,
        Some(Code::PermissionDenied | Code::Unauthenticated) => return Kind::Denied,
        Some(Code::Aborted | Code::FailedPrecondition | Code::AlreadyExists) => return Kind::Conflict,
        Some(Code::ResourceExhausted) => return Kind::Quota,
        Some(Code::InvalidArgument | Code::OutOfRange | Code::Unimplemented) => return Kind::Invalid,
        Some(Code::DeadlineExceeded) => return Kind::Timeout,
        _ => {}
    }
    match error.http_status_code() {
        Some(404) => Kind::NotFound,
        Some(401 | 403) => Kind::Denied,
        Some(409 | 412) => Kind::Conflict,
        Some(429) => Kind::Quota,
        Some(408 | 504) => Kind::Timeout,
        Some(400..=499) => Kind::Invalid,
        // Other statuses below 500 are a redirect to a login page or the like.
        Some(200..=399) => Kind::Garbled,
        _ => Kind::Unavailable,
    }
}

fn code(error: &Error) -> Option<Code> {
    error.status().map(|status| status.code)
}

fn credentials(error: &Error) -> Option<&CredentialsError> {
    error.source()?.downcast_ref()
}

/// A retry that ran out of time wraps the last try's error, which says more.
fn innermost(mut error: &Error) -> &Error {
    while let Some(inner) = error.source().and_then(|source| source.downcast_ref::<Error>()) {
        error = inner;
    }
    error
}

fn words(error: &Error) -> String {
    if let Some(status) = error.status() {
        return if status.message.is_empty() {
            status.code.name().to_owned()
        } else {
            status.message.clone()
        };
    }
    if let (Some(code), Some(payload)) = (error.http_status_code(), error.http_payload()) {
        return format!("HTTP {code}: {}", page(&String::from_utf8_lossy(payload)));
    }
    if let Some(error) = credentials(error) {
        return format!("{error}: {}", deepest(error));
    }
    if error.is_deserialization() {
        return format!("the answer is not what the API documents: {}", deepest(error));
    }
    deepest(error)
}

/// The last cause of a chain: `Connection refused (os error 111)` rather than "error sending request".
fn deepest(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// An error page in short: its title, else its first line.
fn page(body: &str) -> String {
    static TITLE: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?is)<title>\s*(.*?)\s*</title>").ok());
    let body = body.trim();
    if !body.starts_with('<') {
        return body.to_owned();
    }
    let title = TITLE.as_ref().and_then(|title| title.captures(body)).map(|found| found[1].to_owned());
    title.unwrap_or_else(|| "an HTML page".to_owned())
}

/// Google's errors quote what was sent now and then.
fn without_tokens(text: &str) -> std::borrow::Cow<'_, str> {
    static TOKEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i:bearer)\s+[\w.~+/=-]{8,}|\bya29\.[\w.-]+|\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?|\b1//[\w-]{20,}",
        )
        .ok()
    });
    match &*TOKEN {
        Some(token) => token.replace_all(text, "***"),
        None => "an error whose words were left out".into(),
    }
}

#[cfg(test)]
mod tests {
    use google_cloud_gax::error::rpc::Status;

    use super::*;

    fn service(code: Code, http: Option<u16>) -> Error {
        let status = Status::default().set_code(code).set_message("no way");
        Error::service_with_http_metadata(status, http, None)
    }

    #[test]
    fn every_code_has_its_kind() {
        for (code, http, kind) in [
            (Code::NotFound, Some(404), Kind::NotFound),
            (Code::PermissionDenied, Some(403), Kind::Denied),
            (Code::Unauthenticated, Some(401), Kind::Denied),
            (Code::Aborted, Some(409), Kind::Conflict),
            (Code::FailedPrecondition, Some(400), Kind::Conflict),
            (Code::ResourceExhausted, Some(429), Kind::Quota),
            (Code::ResourceExhausted, None, Kind::Quota),
            (Code::InvalidArgument, Some(400), Kind::Invalid),
            (Code::Internal, Some(500), Kind::Unavailable),
            (Code::Unavailable, Some(503), Kind::Unavailable),
            (Code::Unknown, Some(404), Kind::NotFound),
            (Code::DeadlineExceeded, Some(504), Kind::Timeout),
        ] {
            let error = translate("run.services.get x", &service(code, http));
            assert_eq!((error.kind, error.message.as_str()), (kind, "no way"), "{code:?}");
        }
    }

    #[test]
    fn a_page_instead_of_an_answer_is_told_by_its_title() {
        let html = "<!DOCTYPE html><html><title> Error 502 (Server Error)!!1</title><p>ya29.secret</html>";
        let error = Error::http(502, Default::default(), html.into());
        let told = translate("run.services.get x", &error);
        assert_eq!(told.kind, Kind::Unavailable);
        assert_eq!(told.message, "HTTP 502: Error 502 (Server Error)!!1");
    }

    #[test]
    fn tokens_are_taken_out_and_words_are_cut() {
        let long = format!(
            "token ya29.a0AfH6SMBx-y_z and Bearer abcdefghijkl and eyJhbGciOi.eyJpc3Mi.sig {}",
            "x".repeat(900)
        );
        let status = Status::default().set_code(Code::Internal).set_message(long);
        let told = translate("c", &Error::service(status));
        assert!(told.message.starts_with("token *** and *** and *** x"), "{}", told.message);
        assert_eq!(told.message.chars().count(), LONGEST);
    }

    #[test]
    fn a_refusal_names_the_role_that_is_missing() {
        let role = |call: &str| translate(call, &service(Code::PermissionDenied, Some(403))).hint;
        let needs = |role: &str| Some(Phrase::new("backend-hint-role").with("role", role));
        assert_eq!(role("run.services.get a"), needs("roles/run.viewer"));
        assert_eq!(role("run.services.patch a"), needs("roles/run.developer"));
        assert_eq!(role("logging.entries.list a"), needs("roles/logging.viewer"));
    }

    #[test]
    fn what_an_operation_ended_with_is_a_failure_whatever_its_code() {
        assert_eq!(operation("c", &service(Code::NotFound, None)).kind, Kind::Failed);
    }

    #[test]
    fn credentials_that_never_will_work_are_told_from_a_network_that_is_down() {
        let permanent = Error::authentication(CredentialsError::from_msg(false, "invalid_grant"));
        let transient = Error::authentication(CredentialsError::from_msg(true, "no route"));
        assert_eq!(translate("c", &permanent).kind, Kind::Denied);
        assert!(is_about_the_account(&permanent));
        assert_eq!(translate("c", &transient).kind, Kind::Unavailable);
        assert!(!is_about_the_account(&transient));
    }
}
