//! A mailbox: an SMTP server that takes everything and keeps what is mailed, for stories in which people outside are
//! told. That mail is understood by real servers is proved with one.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// It goes away when dropped.
pub struct Mailbox {
    /// What goes into `smtp.url`.
    pub url: String,
    mail: Arc<Mutex<Vec<Mail>>>,
    serving: JoinHandle<()>,
}

/// What was mailed.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    pub to: String,
    /// As it came, with the headers.
    pub content: String,
}

impl Mail {
    /// The text for people, without what a mail program does not show.
    pub fn text(&self) -> String {
        let plain = self.content.split("Content-Type: text/plain").nth(1).unwrap_or(&self.content);
        let body = plain.split_once("\r\n\r\n").map_or(plain, |(_, body)| body);
        let body = body.split("\r\n--").next().unwrap_or_default();
        unquoted(&body.replace("=\r\n", "").replace("\r\n", "\n")).trim().to_owned()
    }
}

/// Quoted-printable, as mail programs show it.
fn unquoted(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = (*first == b'=').then(|| std::str::from_utf8(after.get(..2)?).ok()).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

impl Mailbox {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mail = Arc::new(Mutex::new(Vec::new()));
        let kept = mail.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = kept.clone();
                // Whoever goes away in the middle has not mailed.
                tokio::spawn(async move { drop(talk(stream, &kept).await) });
            }
        });
        Self { url, mail, serving }
    }

    /// Everything so far that went to that address.
    pub fn of(&self, to: &str) -> Vec<Mail> {
        self.mail.lock().unwrap().iter().filter(|mail| mail.to.contains(to)).cloned().collect()
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn talk(stream: TcpStream, kept: &Mutex<Vec<Mail>>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mailbox\r\n").await?;
    let mut mail = Mail::default();
    while let Some(line) = lines.next_line().await? {
        let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => "250-mailbox\r\n250 8BITMIME",
            "RCPT" => {
                mail.to.push_str(&line);
                "250 OK"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail.content.push_str(line.strip_prefix('.').unwrap_or(&line));
                    mail.content.push_str("\r\n");
                }
                kept.lock().unwrap().push(std::mem::take(&mut mail));
                "250 kept"
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 OK",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}
