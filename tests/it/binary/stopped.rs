//! SIGTERM: nothing more is taken in, what has begun is ended and said, and the program leaves with 0.

use std::time::Duration;

use toban::base::Clock;
use toban::sandbox::{Fault, Kind, System};
use tokio::net::TcpStream;

use super::site::Site;

#[tokio::test(flavor = "multi_thread")]
async fn what_has_begun_is_answered_before_the_program_ends() {
    let site = Site::sqlite().await;
    site.sandbox.world().fault(Fault::new(System::Sagebase, Kind::Slow { ms: 2_000 }));
    let toban = site.serve().await;
    site.type_in(&toban, "health sagebase").await;
    site.requested("GET", "/sagebase/").await;
    toban.process.tell_to_stop();
    // Nobody is let in any more, and the answer is still being made.
    let address = toban.url.trim_start_matches("http://");
    while TcpStream::connect(address).await.is_ok() {
        Clock::system().sleep(Duration::from_millis(10)).await;
    }
    let (status, said) = toban.process.ended().await;
    assert_eq!(status.code(), Some(0), "{said}");
    site.sees("sagebase is ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_program_stops_without_complaint() {
    let site = Site::sqlite().await;
    let toban = site.serve().await;
    let said = toban.process.stop().await;
    assert!(!said.contains("WARN") && !said.contains("ERROR"), "{said}");
}
