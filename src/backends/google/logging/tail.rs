//! Following a log by `TailLogEntries`, a gRPC stream on the same endpoint as everything else.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use google_cloud_gax::streaming::{RequestSender, ResponseStream};
use google_cloud_logging_v2::model::{TailLogEntriesRequest, TailLogEntriesResponse};

use super::entry;
use crate::backends::google::Google;
use crate::base::clock::within;
use crate::domain::log::LogLine;
use crate::ports::{BackendError, Kind, LogStream};

/// How long a refusal is waited for before the stream is handed out. Google answers an accepted tail with its
/// first entries only, so nothing can be waited for to tell that it was accepted.
const REFUSAL: Duration = Duration::from_secs(1);

/// Google sorts entries by time within this window before it sends them.
const SORTED_WITHIN: i64 = 1;

/// An open tail. The sender belongs to it: without one the server sees the end of the requests and closes.
struct Tail {
    google: Arc<Google>,
    call: String,
    first: Option<Answer>,
    _requests: RequestSender<TailLogEntriesRequest>,
    answers: ResponseStream<TailLogEntriesResponse>,
}

type Answer = Result<TailLogEntriesResponse, google_cloud_gax::error::Error>;

/// Opens a tail; it is closed when the stream is dropped.
pub(super) async fn follow(
    google: Arc<Google>,
    call: String,
    parent: String,
    filter: String,
) -> Result<LogStream, BackendError> {
    let client = google.logging().await?;
    let (requests, mut answers) = client.tail_log_entries().build();
    let request = TailLogEntriesRequest::new()
        .set_resource_names([parent])
        .set_filter(filter)
        .set_buffer_window(google_cloud_wkt::Duration::clamp(SORTED_WITHIN, 0));
    if let Err(error) = requests.send(request).await {
        // Closed already: the answers say why, where anything does.
        let said = within(REFUSAL, answers.next()).await;
        return Err(match said {
            Ok(Some(Err(error))) => google.failed(&call, &error),
            _ => BackendError::new(call, Kind::Unavailable, error.to_string()),
        });
    }
    let first = match within(REFUSAL, answers.next()).await {
        Ok(Some(Err(error))) => return Err(google.failed(&call, &error)),
        Ok(Some(first)) => Some(first),
        Ok(None) => return Err(BackendError::new(call, Kind::Unavailable, "the tail was closed at once")),
        Err(_) => None,
    };
    let tail = Tail { google, call, first, _requests: requests, answers };
    Ok(stream::unfold(Some(tail), |tail| async {
        let mut tail = tail?;
        loop {
            let answer = match tail.first.take() {
                Some(first) => first,
                None => tail.answers.next().await?,
            };
            match answer {
                Ok(answer) if answer.entries.is_empty() => {}
                Ok(answer) => return Some((Ok(lines(answer)), Some(tail))),
                // One error ends it: nothing comes after.
                Err(error) => return Some((Err(tail.google.failed(&tail.call, &error)), None)),
            }
        }
    })
    .boxed())
}

fn lines(answer: TailLogEntriesResponse) -> Vec<LogLine> {
    answer.entries.into_iter().map(entry::line).collect()
}
