//! The load's side of HTTP: plain keep-alive connections, one request after the other.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub async fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Sends a whole request and waits for the head of its answer, which must have no body and a status of success.
pub async fn ask(wire: &mut TcpStream, request: &[u8]) {
    wire.write_all(request).await.unwrap();
    let mut buffer = [0u8; 4096];
    let mut got = 0;
    loop {
        let read = wire.read(&mut buffer[got..]).await.unwrap();
        assert!(read > 0, "the program hung up");
        got += read;
        if buffer[..got].windows(4).any(|end| end == b"\r\n\r\n") {
            break;
        }
    }
    assert!(buffer.starts_with(b"HTTP/1.1 20"), "{}", String::from_utf8_lossy(&buffer[..got]));
}
