//! Socket Mode: greets, hands out envelopes in turn, and writes acknowledgements down as they come.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::tungstenite::Message;

use super::{Ack, Shared};

/// The open sockets.
#[derive(Default)]
pub(super) struct Sockets {
    open: Mutex<(usize, BTreeMap<usize, UnboundedSender<String>>)>,
}

impl Sockets {
    /// Down one socket, in turn.
    pub(super) fn send(&self, frame: &str) {
        let mut open = self.open.lock().unwrap();
        open.0 += 1;
        let at = open.0 % open.1.len().max(1);
        open.1.values().nth(at).expect("an open socket").send(frame.to_owned()).unwrap();
    }

    pub(super) fn send_all(&self, frame: &str) {
        self.open.lock().unwrap().1.values().for_each(|socket| socket.send(frame.to_owned()).unwrap());
    }

    pub(super) fn drop_all(&self) {
        self.open.lock().unwrap().1.clear();
    }
}

pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut number = 0;
    let mut tasks = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        number += 1;
        let (sender, frames) = unbounded_channel();
        tasks.spawn(socket(number, stream, sender, frames, Arc::clone(&shared)));
    }
}

async fn socket(
    number: usize,
    stream: TcpStream,
    sender: UnboundedSender<String>,
    mut frames: UnboundedReceiver<String>,
    shared: Arc<Shared>,
) {
    let Ok(socket) = tokio_tungstenite::accept_async(stream).await else { return };
    let (mut writer, mut reader) = socket.split();
    let hello = json!({
        "type": "hello", "num_connections": number, "connection_info": { "app_id": "A1" },
        "debug_info": { "host": "fake", "approximate_connection_time": 18060 },
    });
    if writer.send(Message::text(hello.to_string())).await.is_err() {
        return;
    }
    shared.sockets.open.lock().unwrap().1.insert(number, sender);
    shared.change(|state| {
        state.opened += 1;
        state.sockets.insert(number);
    });
    loop {
        tokio::select! {
            frame = frames.recv() => match frame {
                Some(frame) => {
                    if writer.send(Message::text(frame)).await.is_err() {
                        break;
                    }
                }
                // Dropped, without a closing handshake.
                None => break,
            },
            said = reader.next() => match said {
                Some(Ok(Message::Text(text))) => acknowledge(number, &text, &shared),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
        }
    }
    shared.sockets.open.lock().unwrap().1.remove(&number);
    shared.change(|state| state.sockets.remove(&number));
}

fn acknowledge(connection: usize, text: &str, shared: &Shared) {
    let ack: Value = serde_json::from_str(text).expect("an acknowledgement is JSON");
    let envelope = ack["envelope_id"].as_str().expect("an acknowledgement names its envelope").to_owned();
    shared.change(|state| state.acks.push(Ack { envelope, connection, payload: ack["payload"].clone() }));
}
