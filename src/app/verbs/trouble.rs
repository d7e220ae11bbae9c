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

/// The adapter's own hint, which knows the role or the place that is missing; else one for the kind.
fn hint(error: &BackendError) -> Option<Phrase> {
    if error.hint.is_some() {
        return error.hint.clone();
    }
    Some(Phrase::new(match error.kind {
        Kind::Invalid => "failure-hint-invalid",
        Kind::Garbled => "failure-hint-garbled",
        Kind::Failed => "failure-hint-failed",
        Kind::Denied => "failure-hint-denied",
        Kind::NotFound => "failure-hint-place",
        Kind::Quota => "failure-hint-wait",
        Kind::Conflict => "failure-hint-again",
        Kind::Unavailable | Kind::Timeout => "failure-hint-later",
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::failure::Why;

    #[test]
    fn the_hint_of_whoever_knows_best_is_told() {
        let error = BackendError::new("GET", Kind::Denied, "no");
        let of = |error: &BackendError| failure_of(error, Phrase::raw("x")).hint;
        assert_eq!(of(&error), Some(Phrase::new("failure-hint-denied")));
        assert_eq!(of(&error.hint("grant it")), Some(Phrase::raw("grant it")));
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
