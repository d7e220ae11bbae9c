//! A mail server that takes everything and forgets nothing.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub struct Mail {
    pub url: String,
    taken: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Drop for Mail {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Mail {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let taken = Arc::<Mutex<Vec<String>>>::default();
        let shelf = taken.clone();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let shelf = shelf.clone();
                // A caller that dies in the middle of a sentence has sent nothing.
                tokio::spawn(async move { talk(stream, &shelf).await.is_ok() });
            }
        });
        Self { url, taken, task }
    }

    /// The mails, as they came.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

async fn talk(mut stream: TcpStream, shelf: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.get(..4).unwrap_or_default() {
            "EHLO" => b"250-mail.test\r\n250 8BITMIME\r\n",
            "QUIT" => return writer.write_all(b"221 bye\r\n").await,
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                loop {
                    match lines.next_line().await? {
                        None => return Ok(()),
                        Some(line) if line == "." => break,
                        Some(line) => {
                            mail.push_str(&line);
                            mail.push('\n');
                        }
                    }
                }
                shelf.lock().unwrap().push(mail);
                b"250 taken\r\n"
            }
            _ => b"250 ok\r\n",
        };
        writer.write_all(answer).await?;
    }
    Ok(())
}
