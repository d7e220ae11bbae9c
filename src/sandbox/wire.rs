//! The listener's connections, each of which can be cut: by a fault in the middle of a request, or all at once
//! when the sandbox stops (a tail stream never ends by itself).

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tonic::transport::server::Connected;

/// Cuts one connection. Every request carries its connection's in the extensions.
#[derive(Clone, Default)]
pub struct Cut(Arc<Flag>);

#[derive(Default)]
struct Flag {
    cut: AtomicBool,
    waker: AtomicWaker,
}

impl Cut {
    /// From now on the connection fails as if the network had gone.
    pub fn cut(&self) {
        self.0.cut();
    }
}

impl Flag {
    fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        self.waker.wake();
    }

    fn check(&self, context: &Context<'_>) -> io::Result<()> {
        self.waker.register(context.waker());
        if self.cut.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

/// All connections that live.
#[derive(Clone, Default)]
pub(super) struct Wires(Arc<Mutex<Vec<Weak<Flag>>>>);

impl Wires {
    /// Cuts them all.
    pub(super) fn cut_all(&self) {
        for flag in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            if let Some(flag) = flag.upgrade() {
                flag.cut();
            }
        }
    }

    fn add(&self, cut: &Cut) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|flag| flag.strong_count() > 0);
        all.push(Arc::downgrade(&cut.0));
    }

    /// The connections of `listener`, as they come.
    pub(super) fn incoming(self, listener: TcpListener) -> impl Stream<Item = io::Result<Wire>> {
        futures_util::stream::unfold((self, listener), |(wires, listener)| async move {
            let wire = listener.accept().await.map(|(stream, _)| {
                // Small answers wait for nobody; a socket that refuses works all the same.
                let _ = stream.set_nodelay(true);
                let cut = Cut::default();
                wires.add(&cut);
                Wire { stream, cut }
            });
            Some((wire, (wires, listener)))
        })
    }
}

/// One connection.
pub(super) struct Wire {
    stream: TcpStream,
    cut: Cut,
}

impl Connected for Wire {
    type ConnectInfo = Cut;
    fn connect_info(&self) -> Cut {
        self.cut.clone()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.cut.0.check(context)?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.cut.0.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.cut.0.check(context)?;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
