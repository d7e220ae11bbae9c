//! Giving all traffic to one revision: read, compare the version, change the traffic alone, wait until done.
//!
//! The change is sent once. If its answer is lost, the service itself is asked whether the traffic moved.

use google_cloud_gax::options::RequestOptionsBuilder;
use google_cloud_gax::retry_policy::NeverRetry;
use google_cloud_lro::{Poller, PollingResult};
use google_cloud_run_v2::model::Service;
use google_cloud_wkt::FieldMask;

use super::traffic::{Landed, landed, version as version_of, wish};
use super::{CloudRun, condition, short};
use crate::backends::google::error;
use crate::base::clock::within;
use crate::base::text::shorten;
use crate::domain::words::Phrase;
use crate::ports::{BackendError, Kind, Progress};

/// Where waiting for an operation came to an end.
pub(super) enum End {
    Done,
    /// The change was not accepted, or it failed: this is certain.
    Refused(BackendError),
    /// Nobody knows from here; the service itself has to be asked.
    Open(BackendError),
}

impl CloudRun {
    pub(super) async fn give_traffic(
        &self,
        revision: Option<&str>,
        version: &str,
        progress: &dyn Progress,
    ) -> Result<(), BackendError> {
        let service = self.service(self.google.limits().read).await?;
        let present = version_of(&service);
        if present != version {
            let message = format!("{} is at version {present} now, not at {version}", self.name);
            return Err(BackendError::new(self.change(), Kind::Conflict, message));
        }
        progress.say(match revision {
            Some(name) => Phrase::new("backend-route-revision").with("revision", short(name)),
            None => Phrase::new("backend-route-latest"),
        });
        // The service goes back as it came, fields included that this build does not know; only `traffic` is
        // in the mask, and the etag makes Cloud Run refuse it if anything moved since.
        let traffic = wish(&service, revision);
        // On the heap: the official client's futures are large.
        let work = Box::pin(self.change_and_wait(service.set_traffic(traffic), "traffic", progress));
        let end = match within(self.google.limits().operation, work).await {
            Ok(end) => end,
            Err(late) => End::Open(BackendError::new(self.change(), Kind::Timeout, late.to_string())),
        };
        match end {
            End::Done => Ok(()),
            End::Refused(error) => Err(error),
            End::Open(error) => {
                progress.say(Phrase::new("backend-route-lost"));
                self.look(revision, error).await
            }
        }
    }

    /// What changes are called.
    pub(super) fn change(&self) -> String {
        format!("run.services.patch {}", self.name)
    }

    /// Sends `service` with only `member` in the mask, and waits for the operation's end.
    pub(super) async fn change_and_wait(
        &self,
        service: Service,
        member: &str,
        progress: &dyn Progress,
    ) -> End {
        let client = match self.google.services().await {
            Ok(client) => client,
            Err(error) => return End::Refused(error),
        };
        let mut poller = client
            .update_service()
            .set_service(service)
            .set_update_mask(FieldMask::default().set_paths([member]))
            .with_attempt_timeout(self.google.limits().write)
            .with_retry_policy(NeverRetry)
            .poller();
        // Real time, not the clock's: it is a real server that is asked.
        let mut ticks = tokio::time::interval(self.google.limits().poll);
        ticks.tick().await;
        let mut accepted = false;
        loop {
            match poller.poll().await {
                Some(PollingResult::Completed(Ok(_))) => return End::Done,
                Some(PollingResult::Completed(Err(error))) => return self.ended(accepted, &error),
                Some(PollingResult::InProgress(service)) => {
                    accepted = true;
                    if let Some(detail) = service.as_ref().and_then(said) {
                        progress.say(Phrase::new("backend-route-progress").with("detail", detail));
                    }
                }
                Some(PollingResult::PollingError(_)) => accepted = true,
                None => return End::Open(self.unsaid()),
            }
            ticks.tick().await;
        }
    }

    /// What an error at the end means. Only an answer of the operation itself carries a status without HTTP's.
    fn ended(&self, accepted: bool, failure: &google_cloud_gax::error::Error) -> End {
        let answered = failure.status().is_some() && failure.http_status_code().is_none();
        if answered {
            return End::Refused(error::operation(&self.change(), failure));
        }
        let told = self.google.failed(&self.change(), failure);
        if !accepted && !error::leaves_open(&told) {
            return End::Refused(told);
        }
        // What is known is that the end is not: the caller reads that from these two kinds.
        let kind = if told.kind == Kind::Timeout { Kind::Timeout } else { Kind::Unavailable };
        End::Open(BackendError { kind, ..told })
    }

    fn unsaid(&self) -> BackendError {
        BackendError::new(self.change(), Kind::Unavailable, "the operation ended without saying how")
    }

    /// Asks the service where its traffic goes, until that is settled; `lost` stands if it does not say.
    async fn look(&self, revision: Option<&str>, lost: BackendError) -> Result<(), BackendError> {
        let limits = self.google.limits();
        let mut ticks = tokio::time::interval(limits.poll);
        let settled = within(limits.read, async {
            loop {
                ticks.tick().await;
                let Ok(service) = self.service(limits.attempt).await else { return Landed::Underway };
                match landed(&service, revision) {
                    Landed::Underway => {}
                    settled => return settled,
                }
            }
        });
        match settled.await {
            Ok(Landed::Yes) => Ok(()),
            Ok(Landed::Failed(message)) => Err(BackendError::new(self.change(), Kind::Failed, message)),
            Ok(Landed::No | Landed::Underway) | Err(_) => Err(lost),
        }
    }
}

/// What Cloud Run says about the routes while it works on them.
fn said(service: &Service) -> Option<String> {
    let routes = condition(&service.conditions, "RoutesReady").or(service.terminal_condition.as_ref())?;
    (!routes.message.is_empty()).then(|| shorten(&routes.message, 200).into_owned())
}
