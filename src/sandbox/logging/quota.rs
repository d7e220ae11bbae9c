//! Google allows so many `entries.list` a minute for a project.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::sandbox::error::{ApiError, Code};

/// The reads of the last minute.
#[derive(Debug)]
pub struct Quota {
    a_minute: Option<usize>,
    reads: HashMap<String, VecDeque<Timestamp>>,
}

impl Quota {
    /// `None` counts nothing.
    pub fn new(a_minute: Option<usize>) -> Self {
        Self { a_minute, reads: HashMap::new() }
    }

    /// One read more.
    pub(super) fn take(&mut self, project: &str, at: Timestamp) -> Result<(), ApiError> {
        let Some(most) = self.a_minute else { return Ok(()) };
        let reads = self.reads.entry(project.to_owned()).or_default();
        while reads.front().is_some_and(|first| *first + Duration::from_secs(60) <= at) {
            reads.pop_front();
        }
        if reads.len() < most {
            reads.push_back(at);
            return Ok(());
        }
        let mut error = ApiError::new(
            Code::ResourceExhausted,
            format!(
                "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of service 'logging.googleapis.com' for consumer 'projects/{project}'."
            ),
        );
        error.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {
                "service": "logging.googleapis.com",
                "quota_metric": "logging.googleapis.com/read_requests",
                "quota_limit": "ReadRequestsPerMinutePerProject",
                "quota_limit_value": most.to_string(),
                "consumer": format!("projects/{project}"),
            },
        }));
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixty_first_read_within_a_minute_is_refused() {
        let mut quota = Quota::new(Some(60));
        let start = Timestamp::UNIX_EPOCH;
        for _ in 0..60 {
            quota.take("p", start).unwrap();
        }
        assert_eq!(quota.take("p", start).unwrap_err().code, Code::ResourceExhausted);
        quota.take("q", start).unwrap();
        quota.take("p", start + Duration::from_secs(60)).unwrap();
    }
}
