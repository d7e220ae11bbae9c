//! `TailLogEntries`: a gRPC stream in both directions. The first message says what is wanted; later ones change it.
//!
//! Nothing is held back for the buffer window: here entries are never out of order.

use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::Stream;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::entry::Entry;
use super::filter::Filter;
use super::list::projects;
use super::proto::{LogEntry, NOT_CONSUMED, SuppressionInfo, TailLogEntriesRequest, TailLogEntriesResponse};
use crate::sandbox::error::{ApiError, Code};
use crate::sandbox::record::Seen;
use crate::sandbox::world::World;

/// Where the stream is.
pub(super) const PATH: &str = "/google.logging.v2.LoggingServiceV2/TailLogEntries";

/// At most so many entries in one answer.
const BATCH: usize = 100;

pub(super) async fn tail(State(world): State<World>, request: Request) -> Response {
    let codec = tonic_prost::ProstCodec::<TailLogEntriesResponse, TailLogEntriesRequest>::default();
    tonic::server::Grpc::new(codec).streaming(Tail(world), request).await.map(Body::new)
}

struct Tail(World);

type Answers = Pin<Box<dyn Stream<Item = Result<TailLogEntriesResponse, Status>> + Send>>;

impl tonic::server::StreamingService<TailLogEntriesRequest> for Tail {
    type Response = TailLogEntriesResponse;
    type ResponseStream = Answers;
    type Future = std::future::Ready<Result<tonic::Response<Answers>, Status>>;

    fn call(&mut self, request: tonic::Request<Streaming<TailLogEntriesRequest>>) -> Self::Future {
        let (answers, stream) = mpsc::channel(16);
        let session =
            Session { world: self.0.clone(), wishes: request.into_inner(), answers, held: Vec::new() };
        tokio::spawn(session.run());
        std::future::ready(Ok(tonic::Response::new(Box::pin(ReceiverStream::new(stream)))))
    }
}

/// One open stream.
struct Session {
    world: World,
    wishes: Streaming<TailLogEntriesRequest>,
    answers: mpsc::Sender<Result<TailLogEntriesResponse, Status>>,
    /// The projects whose session count this stream has raised.
    held: Vec<String>,
}

/// What is wanted.
struct Wish {
    projects: Vec<String>,
    filter: Filter,
}

impl Session {
    async fn run(mut self) {
        if let Err(status) = self.serve().await {
            // The client may be gone already; then nobody wants to know.
            let _ = self.answers.send(Err(status)).await;
        }
    }

    async fn serve(&mut self) -> Result<(), Status> {
        let mut lines = self.world.lines();
        let mut breaks = self.world.breaks();
        let first = self.wishes.message().await?;
        let mut wish = self.read(first.ok_or_else(|| Status::invalid_argument("No request was sent."))?)?;
        self.enter(&wish.projects).map_err(|error| error.grpc())?;
        let mut more = true;
        loop {
            tokio::select! {
                () = self.answers.closed() => return Ok(()),
                _ = breaks.changed() => return Err(Status::unavailable("The service is currently unavailable.")),
                next = self.wishes.message(), if more => match next? {
                    Some(next) => wish = self.read(next)?,
                    // Half-closed: the client has said all, and goes on reading.
                    None => more = false,
                },
                line = lines.recv() => {
                    let Some(answer) = gather(line, &mut lines, &wish) else { continue };
                    if self.answers.send(Ok(answer)).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }

    fn read(&self, request: TailLogEntriesRequest) -> Result<Wish, Status> {
        let told = json!({ "resourceNames": request.resource_names, "filter": request.filter });
        self.world.remember(Seen::message(self.world.clock().now(), PATH, &told));
        let window = request.buffer_window.unwrap_or_default();
        if !(0..=60).contains(&window.seconds) {
            return Err(Status::invalid_argument("buffer_window must be between 0 and 60 seconds."));
        }
        let projects =
            projects(request.resource_names.iter().map(String::as_str)).map_err(|error| error.grpc())?;
        if projects.is_empty() {
            return Err(Status::invalid_argument(
                "At least one resource name must be specified in resource_names.",
            ));
        }
        let filter =
            Filter::parse(&request.filter).map_err(|error| Status::invalid_argument(error.to_string()))?;
        Ok(Wish { projects, filter })
    }

    /// Google keeps a project to ten sessions.
    fn enter(&mut self, projects: &[String]) -> Result<(), ApiError> {
        let most = self.world.options().tail_sessions;
        let held = &mut self.held;
        self.world.with(|state, _| {
            for project in projects {
                state.run.check_project(project, "logging.logEntries.list", &format!("projects/{project}"))?;
                let open = state.tails.entry(project.clone()).or_default();
                if *open >= most {
                    return Err(ApiError::new(
                        Code::ResourceExhausted,
                        "Quota exceeded for quota metric 'Live tailing sessions' and limit 'Live tailing sessions per project'.",
                    ));
                }
                *open += 1;
                held.push(project.clone());
            }
            Ok(())
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.world.with(|state, _| {
            for project in held {
                if let Some(open) = state.tails.get_mut(&project) {
                    *open = open.saturating_sub(1);
                }
            }
        });
    }
}

/// The lines at hand that are wanted; `None` if none is.
fn gather(
    first: Result<Arc<Entry>, RecvError>,
    lines: &mut broadcast::Receiver<Arc<Entry>>,
    wish: &Wish,
) -> Option<TailLogEntriesResponse> {
    let mut answer = TailLogEntriesResponse::default();
    let mut next = first;
    loop {
        match next {
            Ok(entry) => {
                if wish.projects.contains(&entry.place.project) && wish.filter.matches(&entry) {
                    answer.entries.push(LogEntry::from(&*entry));
                }
            }
            Err(RecvError::Lagged(missed)) => answer.suppression_info.push(SuppressionInfo {
                reason: NOT_CONSUMED,
                suppressed_count: i32::try_from(missed).unwrap_or(i32::MAX),
            }),
            Err(RecvError::Closed) => break,
        }
        if answer.entries.len() >= BATCH {
            break;
        }
        next = match lines.try_recv() {
            Ok(entry) => Ok(entry),
            Err(broadcast::error::TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
            Err(_) => break,
        };
    }
    (!answer.entries.is_empty() || !answer.suppression_info.is_empty()).then_some(answer)
}
