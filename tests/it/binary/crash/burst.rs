//! Killed again and again while hundreds of pages are due: all of them arrive.

use std::collections::BTreeSet;

use toban::base::clock::{pause, within};

use super::knife::{Cut, Steps};
use super::night::{Night, WEBHOOK};
use crate::binary::process::LONG;
use crate::binary::site::Site;

const MANY: usize = 300;

nights! {
    async fn a_burst_of_pages_survives_several_ends(site: Site) {
        let night = Night::new(site, WEBHOOK).await;
        let names: Vec<String> = (0..MANY).map(|number| format!("burst-{number:03}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut toban = night.serve().await;
        let taken = night.alerts(&toban.url, &names).await;
        assert_eq!(taken, Some(202));
        for at in [20, 200, 400] {
            night.knife.arm(Cut { steps: Steps::Sockets, at, after: false });
            let gone = tokio::select! {
                () = toban.process.gone() => true,
                () = all_told(&night, &names) => false,
            };
            night.knife.disarm();
            toban.process.kill();
            toban = night.serve_again().await;
            if !gone {
                break;
            }
        }
        within(LONG, all_told(&night, &names)).await.unwrap();
        toban.process.stop().await;

        let mut told: BTreeSet<String> = BTreeSet::new();
        for taken in night.providers.taken() {
            let incidents: Vec<&str> =
                taken.body["incidents"].as_array().unwrap().iter().filter_map(|id| id.as_str()).collect();
            let before = incidents.iter().any(|id| told.contains(*id));
            assert!(!before || taken.body["again"] == true, "told twice and not marked: {}", taken.body);
            told.extend(incidents.into_iter().map(str::to_owned));
        }
        assert_eq!(told.len(), MANY);
    }
}

/// Waits until every alert has an incident whose page was sent.
async fn all_told(night: &Night, names: &[&str]) {
    let mut ids = BTreeSet::new();
    for name in names {
        let stored = loop {
            match night.incident(name).await {
                Some(stored) => break stored,
                None => pause(std::time::Duration::from_millis(20)).await,
            }
        };
        ids.insert(stored.incident.id.to_string());
    }
    loop {
        let taken = night.providers.taken();
        let told: BTreeSet<&str> = taken
            .iter()
            .flat_map(|taken| taken.body["incidents"].as_array().into_iter().flatten())
            .filter_map(|id| id.as_str())
            .collect();
        if ids.iter().all(|id| told.contains(id.as_str())) {
            return;
        }
        pause(std::time::Duration::from_millis(20)).await;
    }
}
