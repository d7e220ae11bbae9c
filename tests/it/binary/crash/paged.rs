//! From "alert received" to "page delivered": ended before and after outward steps all the way between them. No page is
//! lost, and what may have arrived twice says so.

use toban::base::clock::within;

use super::knife::{Cut, Steps};
use super::night::{ALL, Night, VOICE};
use crate::binary::process::LONG;
use crate::binary::site::Site;

/// Ends it at most so often.
const MOST: u64 = 24;

async fn sweep(night: &Night, steps: Steps, check: impl Fn(&Night, &str, &str)) {
    let toban = night.serve().await;
    night.knife.arm(Cut::nowhere(steps));
    night.insist(&toban.url, "night-0000").await;
    night.settled("night-0000").await;
    let total = night.knife.disarm();
    check(night, "night-0000", "unharmed");
    toban.process.kill();
    let mut toban = night.serve_again().await;
    for cut in Cut::spread(steps, total, MOST) {
        let name = format!("night-{:04}", cut.at);
        let moment = format!("{cut} of {total}");
        night.knife.arm(cut);
        let taken = night.alert(&toban.url, &name).await;
        if taken.is_some() {
            tokio::select! {
                () = toban.process.gone() => {}
                _ = night.settled(&name) => {}
            }
        } else {
            within(LONG, toban.process.gone()).await.unwrap();
        }
        night.knife.disarm();
        toban.process.kill();
        toban = night.serve_again().await;
        if taken != Some(202) {
            // Whoever sent it was told nothing, and sends it again.
            night.insist(&toban.url, &name).await;
        }
        night.settled(&name).await;
        check(night, &name, &moment);
    }
    toban.process.stop().await;
}

fn all(night: &Night, name: &str, moment: &str) {
    night.heard(name).check(name, moment);
    assert_eq!(night.roots(name).len(), 1, "{name}, {moment}: one thread");
}

fn called(night: &Night, name: &str, moment: &str) {
    assert_eq!(night.heard(name).calls, 1, "{name}, {moment}: one call, since Twilio can be asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_lost_wherever_it_ends_on_sqlite() {
    let night = Night::new(Site::sqlite().await, ALL).await;
    sweep(&night, Steps::All, all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_lost_wherever_it_ends_on_postgres() {
    let Some(site) = Site::postgres().await else { return };
    sweep(&Night::new(site, ALL).await, Steps::Sockets, all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_made_once_wherever_it_ends() {
    let night = Night::new(Site::sqlite().await, VOICE).await;
    sweep(&night, Steps::All, called).await;
}
