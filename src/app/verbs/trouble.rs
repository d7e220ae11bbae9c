//! From a backend's refusal to a failure that a person can act on.

use std::future::Future;
use std::time::Duration;

use crate::base::clock::within;
use crate::domain::failure::Failure;
use crate::domain::redact::redact;
use crate::domain::words::Phrase;
use crate::ports::{BackendError, Kind};

/// The longest cause that is shown; the log has it in full.
const SHOWN: usize = 400;

/// The failure that `error` means for `what` (a sentence: what did not work). Logs it, once, under the reference
/// that the failure carries.
pub fn failure_of(error: &BackendError, what: Phrase) -> Failure {
    let cause = redact(&error.message);
    let mut failure = Failure::new(what, error.why());
    if let Some(hint) = hint(error) {
        failure = failure.hint(hint);
    }
    tracing::warn!(
        reference = %failure.reference,
        backend.call = %error.call,
        backend.kind = %error.kind,
        error = %cause,
        "a backend did not do it"
    );
    let shown = crate::base::text::shorten(&cause, SHOWN);
    if shown.is_empty() { failure } else { failure.detail(format!("{}: {shown}", error.call)) }
}

/// `work`, or a [`Kind::Timeout`] of `call` after `limit` of real time: a backend that forgets its own limit must
/// not hold a command.
///
/// # Errors
/// What `work` says, or the time-out.
pub async fn limited<T>(
    limit: Duration,
    call: &'static str,
    work: impl Future<Output = Result<T, BackendError>>,
) -> Result<T, BackendError> {
    match within(limit, work).await {
        Ok(result) => result,
        Err(timed_out) => Err(BackendError::new(call, Kind::Timeout, timed_out.to_string())),
    }
}

fn hint(error: &BackendError) -> Option<Phrase> {
    Some(match error.kind {
        Kind::Denied => match role(&error.call) {
            Some(role) => Phrase::new("failure-hint-role").with("role", role),
            None => Phrase::new("failure-hint-denied"),
        },
        Kind::NotFound => Phrase::new("failure-hint-place"),
        Kind::Quota => Phrase::new("failure-hint-wait"),
        Kind::Conflict => Phrase::new("failure-hint-again"),
        Kind::Unavailable | Kind::Timeout => Phrase::new("failure-hint-later"),
        Kind::Invalid | Kind::Garbled | Kind::Failed => return None,
    })
}

/// The smallest of Google's predefined roles that allows the call.
fn role(call: &str) -> Option<&'static str> {
    let writes = ["update", "patch", "create", "delete", "replace"].iter().any(|verb| call.contains(verb));
    match call.split('.').next()? {
        "run" if writes => Some("roles/run.developer"),
        "run" => Some("roles/run.viewer"),
        "logging" => Some("roles/logging.viewer"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::Why;

    #[test]
    fn a_refused_call_names_the_role_that_allows_it() {
        let of = |call: &str| {
            failure_of(&BackendError::new(call, Kind::Denied, "no"), Phrase::raw("x")).hint.unwrap()
        };
        let role = |role: &str| Phrase::new("failure-hint-role").with("role", role);
        assert_eq!(of("run.services.get web"), role("roles/run.viewer"));
        assert_eq!(of("run.services.patch web"), role("roles/run.developer"));
        assert_eq!(of("logging.entries.list"), role("roles/logging.viewer"));
        assert_eq!(of("GET"), Phrase::new("failure-hint-denied"));
    }

    #[tokio::test]
    async fn a_call_that_never_ends_is_a_time_out() {
        let error = limited(
            Duration::from_millis(1),
            "logging.entries.list",
            std::future::pending::<Result<(), _>>(),
        )
        .await
        .unwrap_err();
        assert_eq!(failure_of(&error, Phrase::raw("x")).why, Why::Timeout);
    }
}
