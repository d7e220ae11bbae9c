//! The two moments that matter most, by name: the provider has not taken the page yet, and it has taken it and was not
//! heard. The program ends there.

use std::sync::Arc;

use toban::domain::contact::Means;
use tokio::sync::Notify;

use super::night::{NTFY, Night, TWICE, VOICE, WEBHOOK};
use crate::binary::site::Site;
use crate::pagers::server::Fault;
use crate::slack::fake;

const PAGERDUTY: &str = r#"[{ by = "pagerduty", routing_key = "env:ROUTING_KEY" }]"#;
const SLACK: &str = r#"[{ by = "slack" }]"#;

/// Ends it while a provider has its first page; what came out after the next start.
async fn ended_while_sending(site: Site, contact: &str, fault: Fault) -> super::night::Heard {
    let night = Night::new(site, contact).await;
    let toban = night.serve().await;
    night.providers.fail(fault);
    night.insist(&toban.url, "night-held").await;
    night.providers.asked(1).await;
    toban.process.kill();
    let toban = night.serve_again().await;
    night.settled("night-held").await;
    toban.process.stop().await;
    night.heard("night-held")
}

/// Whatever it took, nobody hears of it.
fn unheard() -> Fault {
    Fault::DoneThenHeld(Arc::new(Notify::new()))
}

nights! {
    async fn a_push_message_that_was_not_taken_is_sent_and_says_that_nobody_could_tell(site: Site) {
        let heard = ended_while_sending(site, NTFY, Fault::Hang).await.ntfy;
        assert_eq!(heard.len(), 1);
        assert!(heard[0]["title"].as_str().unwrap().starts_with(TWICE), "{heard:#?}");
    }

    async fn a_push_message_that_was_taken_is_sent_once_more_and_marked(site: Site) {
        let heard = ended_while_sending(site, NTFY, unheard()).await.ntfy;
        assert_eq!(heard.len(), 2);
        assert!(!heard[0]["title"].as_str().unwrap().contains(TWICE), "{heard:#?}");
        assert!(heard[1]["title"].as_str().unwrap().starts_with(TWICE), "{heard:#?}");
        assert_eq!(heard[0]["sequence_id"], heard[1]["sequence_id"], "new servers show it once");
    }

    async fn a_call_that_was_not_made_is_made(site: Site) {
        assert_eq!(ended_while_sending(site, VOICE, Fault::Hang).await.calls, 1);
    }

    async fn a_call_that_was_made_is_not_made_again(site: Site) {
        assert_eq!(ended_while_sending(site, VOICE, unheard()).await.calls, 1);
    }

    async fn an_event_that_was_taken_is_the_same_one_the_second_time(site: Site) {
        let heard = ended_while_sending(site, PAGERDUTY, unheard()).await.pagerduty;
        assert_eq!(heard.len(), 2);
        assert_eq!(heard[0]["dedup_key"], heard[1]["dedup_key"]);
    }

    async fn a_request_that_was_taken_carries_its_key_and_says_so_the_second_time(site: Site) {
        let heard = ended_while_sending(site, WEBHOOK, unheard()).await.webhook;
        assert_eq!(heard.len(), 2);
        assert_eq!((&heard[0]["id"], &heard[0]["again"]), (&heard[1]["id"], &false.into()));
        assert_eq!(heard[1]["again"], true);
    }

    async fn a_page_that_was_being_sent_when_somebody_took_it_on_is_not_sent_again(site: Site) {
        let night = Night::new(site, NTFY).await;
        let toban = night.serve().await;
        night.providers.fail(Fault::Hang);
        night.insist(&toban.url, "night-held").await;
        night.providers.asked(1).await;
        let id = night.incident("night-held").await.unwrap().incident.id;
        night.site.type_in(&toban, &format!("ack {id}")).await;
        night.site.sees(&format!("{id}: 🟡 佐藤 has it")).await;
        assert_eq!(night.page(&id, Means::Ntfy).await.state, "cancelled");
        toban.process.kill();
        // What comes later is sent, so what was before it has been passed over.
        let toban = night.serve_again().await;
        night.insist(&toban.url, "night-next").await;
        night.settled("night-next").await;
        toban.process.stop().await;
        assert!(night.heard("night-held").ntfy.is_empty());
    }

    async fn a_direct_message_that_slack_took_is_found_and_not_said_again(site: Site) {
        let night = Night::new(site, SLACK).await;
        let toban = night.serve().await;
        // The thread and the page: whichever is first, both are taken and neither is heard.
        night.site.slack.fail("chat.postMessage", fake::Fault::DoneThenHang);
        night.site.slack.fail("chat.postMessage", fake::Fault::DoneThenHang);
        night.insist(&toban.url, "night-held").await;
        night.site.slack.wait_until(|state| state.count("chat.postMessage") == 2).await;
        toban.process.kill();
        let toban = night.serve_again().await;
        night.settled("night-held").await;
        toban.process.stop().await;
        assert_eq!(night.heard("night-held").slack.len(), 1);
        assert_eq!(night.roots("night-held").len(), 1);
    }
}
