//! What waits to be written: asks with the place where their answer goes, and the batch that shares a transaction.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::sync::oneshot;

use super::alerts::{self, Arrived, WaitingAlert};
use super::audit;
use super::ending::{self, Ending};
use super::inbox::{self, Arrival};
use super::numbers;
use super::page_ends::{self, Sent};
use super::posts::{self, Receipt};
use super::records::{Accepted, Post, StoreError};
use super::writer::{Held, Tx};

type Answer<O> = Result<O, StoreError>;

/// Something to be written and who waits for it. The answer is given after the commit.
pub(super) struct Ask<I, O> {
    pub input: I,
    pub answer: Option<Answer<O>>,
    waiting: oneshot::Sender<Answer<O>>,
}

impl<I, O> Ask<I, O> {
    /// An ask, and where its answer will be.
    pub fn new(input: I) -> (Self, oneshot::Receiver<Answer<O>>) {
        let (waiting, answer) = oneshot::channel();
        (Self { input, answer: None, waiting }, answer)
    }

    /// Whether nobody waits for the answer any more: then it is not begun.
    pub fn abandoned(&self) -> bool {
        self.waiting.is_closed()
    }

    /// Gives the answer that was found if the transaction ended well, else its error: what was found in a transaction
    /// that was not committed is not true. What was found comes back if nobody took it.
    fn settle(self, end: Result<(), &StoreError>) -> Option<(I, O)> {
        let unasked = || Err(StoreError::Database("it was not written".into()));
        let answer = match end {
            Ok(()) => self.answer.unwrap_or_else(unasked),
            Err(error) => Err(error.clone()),
        };
        let unheard = self.waiting.send(answer).err()?;
        Some((self.input, unheard.ok()?))
    }
}

/// Work of its own kind in a transaction. It may be run again after a rollback.
#[async_trait::async_trait]
pub(super) trait Work: Send + Sync + 'static {
    type Out: Send + 'static;
    async fn run(&self, tx: &mut Tx) -> Answer<Self::Out>;
    /// What this replica holds now, if nobody heard of it.
    fn unheard(&self, _: Self::Out) -> Vec<(Held, String)> {
        Vec::new()
    }
}

/// Any [`Work`] with its ask.
pub(super) trait Job: Send {
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<(), StoreError>>;
    fn abandoned(&self) -> bool;
    fn settle(self: Box<Self>, end: Result<(), &StoreError>) -> Vec<(Held, String)>;
}

impl<W: Work> Job for Ask<W, W::Out> {
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.answer = Some(Ok(self.input.run(tx).await?));
            Ok(())
        })
    }
    fn abandoned(&self) -> bool {
        Ask::abandoned(self)
    }
    fn settle(self: Box<Self>, end: Result<(), &StoreError>) -> Vec<(Held, String)> {
        Ask::settle(*self, end).map(|(work, out)| work.unheard(out)).unwrap_or_default()
    }
}

/// What writers are sent. The kinds that come in numbers are written many at a time.
pub(super) enum Queued {
    Arrival(Ask<Arrival, Accepted>),
    Alerts(Ask<Vec<Arrived>, Vec<WaitingAlert>>),
    Ending(Ask<Arc<Ending>, Vec<Post>>),
    Receipt(Ask<Receipt, ()>),
    Sent(Ask<Vec<Sent>, bool>),
    Other(Box<dyn Job>),
    /// No more is taken after this.
    Stop,
}

/// What shares one transaction.
#[derive(Default)]
pub(super) struct Batch {
    arrivals: Vec<Ask<Arrival, Accepted>>,
    alerts: Vec<Ask<Vec<Arrived>, Vec<WaitingAlert>>>,
    receipts: Vec<Ask<Receipt, ()>>,
    sent: Vec<Ask<Vec<Sent>, bool>>,
    endings: Vec<Ask<Arc<Ending>, Vec<Post>>>,
    others: Vec<Box<dyn Job>>,
}

impl Batch {
    pub fn push(&mut self, queued: Queued) {
        match queued {
            Queued::Arrival(ask) => self.arrivals.push(ask),
            Queued::Alerts(ask) => self.alerts.push(ask),
            Queued::Receipt(ask) => self.receipts.push(ask),
            Queued::Sent(ask) => self.sent.push(ask),
            Queued::Ending(ask) => self.endings.push(ask),
            Queued::Other(job) => self.others.push(job),
            Queued::Stop => {}
        }
    }

    pub fn len(&self) -> usize {
        let acts = self.arrivals.len() + self.alerts.len() + self.endings.len() + self.others.len();
        acts + self.receipts.len() + self.sent.len()
    }

    /// How much work it is: an ask with many alerts counts for several.
    pub fn weight(&self) -> usize {
        self.len() + self.alerts.iter().map(|ask| ask.input.len() / 8).sum::<usize>()
    }

    /// Leaves out what nobody waits for any more.
    pub fn drop_abandoned(&mut self) {
        self.arrivals.retain(|ask| !ask.abandoned());
        self.alerts.retain(|ask| !ask.abandoned());
        self.receipts.retain(|ask| !ask.abandoned());
        self.sent.retain(|ask| !ask.abandoned());
        self.endings.retain(|ask| !ask.abandoned());
        self.others.retain(|job| !job.abandoned());
    }

    /// Refuses the alerts in it.
    pub fn refuse_alerts(&mut self, error: &StoreError) {
        for ask in self.alerts.drain(..) {
            ask.settle(Err(error));
        }
    }

    /// Writes all of it. Rows are taken in the order of their ids, so that two writers wait for one another and
    /// never for each other; the audit's head, which everybody needs, is taken last.
    pub async fn run(&mut self, tx: &mut Tx) -> Result<(), StoreError> {
        inbox::accept_all(tx, &mut self.arrivals).await?;
        alerts::arrive_all(tx, &mut self.alerts).await?;
        ending::conclude_all(tx, &mut self.endings).await?;
        posts::delivered_all(tx, &mut self.receipts).await?;
        page_ends::sent_all(tx, &mut self.sent).await?;
        for job in &mut self.others {
            job.run(tx).await?;
        }
        if let Some(highest) = tx.highest.take() {
            numbers::taken(tx, highest).await?;
        }
        let entries = std::mem::take(&mut tx.audit);
        audit::append(&mut tx.conn, entries).await
    }

    /// Answers everybody when the transaction has ended. Returns what this replica holds now although nobody heard of
    /// it, so that somebody picks it up.
    pub fn settle(self, end: Result<(), &StoreError>) -> Vec<(Held, String)> {
        let mut unheard = Vec::new();
        for ask in self.arrivals {
            if let Some((arrival, Accepted::First)) = ask.settle(end) {
                unheard.push((Held::Message, arrival.id));
            }
        }
        for ask in self.alerts {
            let news = ask.settle(end).map(|(_, news)| news).unwrap_or_default();
            unheard.extend(news.into_iter().map(|alert| (Held::Alert, alert.id)));
        }
        for ask in self.endings {
            let posts = ask.settle(end).map(|(_, posts)| posts).unwrap_or_default();
            unheard.extend(posts.into_iter().map(|post| (Held::Post, post.new.id.as_str().to_owned())));
        }
        for ask in self.receipts {
            ask.settle(end);
        }
        for ask in self.sent {
            ask.settle(end);
        }
        for job in self.others {
            unheard.extend(job.settle(end));
        }
        unheard
    }

    /// The same, one by one.
    pub fn split(self) -> impl Iterator<Item = Self> + Send {
        let arrivals = self.arrivals.into_iter().map(|ask| Self { arrivals: vec![ask], ..Self::default() });
        let alerts = self.alerts.into_iter().map(|ask| Self { alerts: vec![ask], ..Self::default() });
        let receipts = self.receipts.into_iter().map(|ask| Self { receipts: vec![ask], ..Self::default() });
        let sent = self.sent.into_iter().map(|ask| Self { sent: vec![ask], ..Self::default() });
        let endings = self.endings.into_iter().map(|ask| Self { endings: vec![ask], ..Self::default() });
        let others = self.others.into_iter().map(|job| Self { others: vec![job], ..Self::default() });
        arrivals.chain(alerts).chain(receipts).chain(sent).chain(endings).chain(others)
    }
}
