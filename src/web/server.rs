//! The socket, and the life of the server on it.

use std::future::{Future, IntoFuture, pending};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::serve::ListenerExt;
use axum::{Router, middleware};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;

use super::manners;
use crate::base::clock::within;
use crate::base::meter::Counter;

/// tokio's own listener asks for 128: of 500 connections at once most would wait a second for a second SYN.
const BACKLOG: u32 = 4_096;
/// The largest body that is taken; routes may set a limit of their own.
const LARGEST_BODY: usize = 1024 * 1024;
/// How long open requests may go on once the server is told to end.
const GRACE: Duration = Duration::from_secs(10);

/// A bound socket: connections queue from now on, and are answered once it serves.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    requests: Option<Counter>,
}

impl Server {
    /// Binds `address`; port 0 lets the kernel choose. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the address is taken, not ours, or not allowed.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A restart must not wait for the last connections of the process before it.
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let listener = socket.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address, requests: None })
    }

    /// Counts requests by method and status.
    #[must_use]
    pub fn counting(self, requests: Counter) -> Self {
        Self { requests: Some(requests), ..self }
    }

    /// Where it listens, with the port that the kernel chose.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves `router` until `shutdown` is done; then takes no more connections, ends event streams, and returns
    /// when the open requests are answered or have had their grace.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn serve(
        self,
        router: Router,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let (closing, mut closed) = watch::channel(false);
        let host = manners::Host { closing: closed.clone(), requests: self.requests };
        let app = router
            .layer(DefaultBodyLimit::max(LARGEST_BODY))
            .layer(middleware::from_fn_with_state(host, manners::around));
        let listener = self.listener.tap_io(|stream| {
            // Answers are one small write each; a socket that refuses the option still works.
            let _ = stream.set_nodelay(true);
        });
        // The routes are finished once here; a bare router would be copied for every connection.
        let serving = axum::serve(listener, app.into_make_service()).with_graceful_shutdown(async move {
            shutdown.await;
            closing.send_replace(true);
        });
        let overdue = async {
            if closed.wait_for(|closing| *closing).await.is_err() {
                pending::<()>().await;
            }
            within(GRACE, pending::<()>()).await
        };
        tokio::select! {
            ended = serving.into_future() => ended,
            _ = overdue => {
                tracing::warn!("Requests were still open when their grace was over");
                Ok(())
            }
        }
    }
}
