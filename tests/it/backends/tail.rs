//! Following a log over gRPC, against a server of its own.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use toban::backends::google::logging::{CloudLog, filter::Place};
use toban::backends::google::{Account, Google, GoogleSettings};
use toban::base::Clock;
use toban::domain::log::Severity;
use toban::ports::{Kind, Logs};
use tokio::sync::{Notify, mpsc};
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::codegen::{Body, BoxFuture, Service, StdError, http};
use tonic::{Request, Response, Status, Streaming};

use super::logs::query;
use super::server::install_tls;

/// The members of `google.logging.v2` that a tail needs, by their numbers.
#[derive(Clone, PartialEq, prost::Message)]
struct Ask {
    #[prost(string, repeated, tag = "1")]
    resource_names: Vec<String>,
    #[prost(string, tag = "2")]
    filter: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Answer {
    #[prost(message, repeated, tag = "1")]
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Entry {
    #[prost(string, tag = "3")]
    text: String,
    #[prost(message, optional, tag = "9")]
    timestamp: Option<prost_types::Timestamp>,
    #[prost(int32, tag = "10")]
    severity: i32,
}

/// What the server does with a tail.
#[derive(Clone, Copy)]
enum Manner {
    /// Sends lines and stays open.
    Lines,
    /// Accepts and says nothing.
    Quiet,
    /// Ten are open already.
    Full,
    /// Sends a line, then breaks.
    Breaks,
}

#[derive(Clone)]
struct Logging {
    manner: Manner,
    asked: mpsc::Sender<Ask>,
    /// Told when a client's requests have ended.
    gone: Arc<Notify>,
}

impl tonic::server::NamedService for Logging {
    const NAME: &'static str = "google.logging.v2.LoggingServiceV2";
}

impl<B> Service<http::Request<B>> for Logging
where
    B: Body + Send + 'static,
    B::Error: Into<StdError> + Send + 'static,
{
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        assert_eq!(request.uri().path(), "/google.logging.v2.LoggingServiceV2/TailLogEntries");
        let tail = Tail(self.clone());
        Box::pin(async move {
            let codec = tonic_prost::ProstCodec::<Answer, Ask>::default();
            Ok(tonic::server::Grpc::new(codec).streaming(tail, request).await)
        })
    }
}

struct Tail(Logging);

type Answers = Pin<Box<dyn futures_util::Stream<Item = Result<Answer, Status>> + Send>>;

impl tonic::server::StreamingService<Ask> for Tail {
    type Response = Answer;
    type ResponseStream = Answers;
    type Future = BoxFuture<Response<Answers>, Status>;

    fn call(&mut self, request: Request<Streaming<Ask>>) -> Self::Future {
        let Logging { manner, asked, gone } = self.0.clone();
        Box::pin(async move {
            let mut requests = request.into_inner();
            let ask = requests.message().await?.ok_or_else(|| Status::invalid_argument("nothing asked"))?;
            asked.send(ask).await.unwrap();
            if matches!(manner, Manner::Full) {
                return Err(Status::resource_exhausted("Too many tail sessions"));
            }
            let (send, answers) = mpsc::channel(4);
            tokio::spawn(async move {
                if !matches!(manner, Manner::Quiet) {
                    let _ = send.send(Ok(lines(&["one", "two"]))).await;
                    // Google sends empty answers now and then.
                    let _ = send.send(Ok(lines(&[]))).await;
                }
                match manner {
                    Manner::Breaks => drop(send.send(Err(Status::unavailable("restarting"))).await),
                    _ => {
                        let _ = send.send(Ok(lines(&["three"]))).await;
                        while let Ok(Some(_)) = requests.message().await {}
                    }
                }
                gone.notify_one();
            });
            Ok(Response::new(Box::pin(ReceiverStream::new(answers)) as Answers))
        })
    }
}

fn lines(texts: &[&str]) -> Answer {
    let entry = |text: &&str| Entry {
        text: (*text).to_owned(),
        timestamp: Some(prost_types::Timestamp { seconds: 1_705_312_800, nanos: 0 }),
        severity: 500,
    };
    Answer { entries: texts.iter().map(entry).collect() }
}

struct Rig {
    log: CloudLog,
    asked: mpsc::Receiver<Ask>,
    gone: Arc<Notify>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn rig(manner: Manner) -> Rig {
    install_tls();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let logging = Some(format!("http://{}", listener.local_addr().unwrap()));
    let (send, asked) = mpsc::channel(8);
    let gone = Arc::new(Notify::new());
    let service = Logging { manner, asked: send, gone: gone.clone() };
    let serving = tonic::transport::Server::builder()
        .add_service(service)
        .serve_with_incoming(TcpListenerStream::new(listener));
    let task = tokio::spawn(async move { serving.await.unwrap() });
    let settings = GoogleSettings { account: Account::Anonymous, logging, ..GoogleSettings::default() };
    let place =
        Place { project: "acme-prod".into(), region: "asia-northeast1".into(), service: "bluelamp".into() };
    Rig { log: CloudLog::new(Google::new(settings, Clock::system()), place), asked, gone, task }
}

#[tokio::test]
async fn lines_come_as_they_are_written_and_dropping_the_stream_ends_the_tail() {
    let mut rig = rig(Manner::Lines).await;
    let mut stream = rig.log.follow(&query(10)).await.unwrap();
    let ask = rig.asked.recv().await.unwrap();
    assert_eq!(ask.resource_names, ["projects/acme-prod"]);
    assert!(ask.filter.ends_with("severity>=ERROR"), "{}", ask.filter);
    assert!(!ask.filter.contains("timestamp"), "{}", ask.filter);

    let first = stream.next().await.unwrap().unwrap();
    let told: Vec<_> =
        first.iter().map(|line| (line.text.as_str(), line.severity, line.at.as_second())).collect();
    assert_eq!(told, ["one", "two"].map(|text| (text, Severity::Error, 1_705_312_800)));
    assert_eq!(stream.next().await.unwrap().unwrap()[0].text, "three");
    drop(stream);
    rig.gone.notified().await;
}

#[tokio::test]
async fn a_quiet_log_can_be_followed_too() {
    let mut rig = rig(Manner::Quiet).await;
    let mut stream = rig.log.follow(&query(10)).await.unwrap();
    rig.asked.recv().await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap()[0].text, "three");
}

#[tokio::test]
async fn no_session_left_is_a_quota_with_a_hint() {
    let rig = rig(Manner::Full).await;
    let Err(error) = rig.log.follow(&query(10)).await else { panic!("it was refused") };
    assert_eq!((error.kind, error.message.as_str()), (Kind::Quota, "Too many tail sessions"));
    assert!(error.hint.is_some());
}

#[tokio::test]
async fn a_tail_that_breaks_says_why_and_ends() {
    let rig = rig(Manner::Breaks).await;
    let mut stream = rig.log.follow(&query(10)).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 2);
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind, Kind::Unavailable);
    assert!(stream.next().await.is_none());
}
