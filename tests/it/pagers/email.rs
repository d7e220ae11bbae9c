//! E-mail against a real SMTP server, aiosmtpd. `./test` installs it and says where its Python is.

use std::time::Duration;

use toban::base::Secret;
use toban::domain::contact::Means;
use toban::pagers::email::Email;
use toban::ports::{Pager, PagerError, Paging};

use super::{page, plain};
use crate::rig::mail::Mailbox;

// TS-23
#[tokio::test]
async fn a_real_mail_server_takes_the_page_with_its_link() {
    let Some(mut server) = Mailbox::open().await else { return };
    let email = Email::new(&server.url, Some("Toban <toban@example.com>")).unwrap();
    email.check().await.unwrap();
    let (one, two) = (
        email.send(Means::Email, &page(plain("sato@example.com"))).await.unwrap(),
        email.send(Means::Email, &Paging { again: true, ..page(plain("sato@example.com")) }).await.unwrap(),
    );
    assert_eq!(one, two, "the same message to a mail program");
    let told = server.next().await;
    assert_eq!((told.from.as_str(), told.to[0].as_str()), ("toban@example.com", "sato@example.com"));
    assert_eq!(told.subject, "sagebase: 5 % of requests fail <now> & \"here\"");
    assert!(told.text.contains("エラー率 5 %\n二行目"), "{}", told.text);
    assert_eq!(told.link(), "https://toban.example.com/p/0123456789abcdef0123456789abcdef");
    let content = &told.content;
    assert!(content.contains(&format!("Message-ID: <{one}>")), "{content}");
    assert!(content.contains("multipart/alternative") && content.contains("text/html"), "{content}");
    assert!(content.contains("Auto-Submitted: auto-generated") && content.contains("Importance: high"));
    assert!(content.contains("<INC-42@example.com>"));
    server.next().await;
}

#[tokio::test]
async fn what_a_mail_server_refuses_is_told_apart() {
    let Some(server) = Mailbox::open().await else { return };
    let email = Email::new(&server.url, None).unwrap();
    let fails = [
        ("nobody@example.com", PagerError::Refused("550".into())),
        ("later@example.com", PagerError::Down("451".into())),
        ("not an address", PagerError::Refused("not an address".into())),
    ];
    for (to, error) in fails {
        assert_eq!(email.send(Means::Email, &page(plain(to))).await, Err(error));
    }
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_or_mute_is_not_the_persons_fault() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let nowhere = Email::new(&Secret::new("smtp://127.0.0.1:1"), None).unwrap();
    let sent = nowhere.send(Means::Email, &page(plain("sato@example.com"))).await;
    assert_eq!(sent, Err(PagerError::Down("no connection".into())));
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Secret::new(format!("smtp://{}", mute.local_addr().unwrap()));
    let email = Email::new(&url, None).unwrap().patience(Duration::from_millis(300));
    let sent = email.send(Means::Email, &page(plain("sato@example.com"))).await;
    assert_eq!(sent, Err(PagerError::Uncertain("no answer within 300ms".into())));
}
