//! At a hand-off the new shift is told, once, and Slack's user group follows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use toban::app::company::{Company, Speech};
use toban::app::handoff::{HandOff, HandedOver, Hands};
use toban::app::roster::Roster;
use toban::base::Clock;
use toban::chat::slack::api::Api;
use toban::chat::slack::groups::Groups;
use toban::config::Config;
use toban::domain::catalogue::Catalogue;
use toban::ports::GroupSync;
use toban::store::{Role, Store, StoreError};

use crate::slack::fake::{FakeSlack, Fault};

/// Hears of hand-offs; fails as often as it was told to.
#[derive(Default)]
struct Ear {
    heard: Mutex<Vec<HandedOver>>,
    fails: Mutex<usize>,
}

#[async_trait]
impl HandOff for Ear {
    async fn handed_over(&self, event: &HandedOver) -> Result<(), StoreError> {
        self.heard.lock().unwrap().push(event.clone());
        let mut fails = self.fails.lock().unwrap();
        if *fails > 0 {
            *fails -= 1;
            return Err(StoreError::Away("for a moment".to_owned()));
        }
        Ok(())
    }
}

struct Site {
    hands: Hands,
    ear: Arc<Ear>,
    clock: Clock,
    slack: FakeSlack,
    store: Store,
    _folder: tempfile::TempDir,
}

async fn site() -> Site {
    let slack = FakeSlack::start().await;
    slack.group("S0ONCALL", &["U0OLD"]);
    let catalogue = Catalogue::embedded().unwrap();
    let verbs: Vec<&str> = catalogue.verbs().collect();
    let overlay = "[[schedule]]\nid = \"primary\"\nslack_group = \"S0ONCALL\"";
    let config = Config::example(overlay, [], &verbs).unwrap();
    let clock = Clock::manual(super::MONDAY.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("toban.db").display());
    let store = Store::open(&url, clock.clone(), Role::Serve).await.unwrap();
    store.beat().await.unwrap();
    let company = Arc::new(Company::new(config.people.clone(), config.roles.clone(), Speech::default()));
    let api = Arc::new(Api::new(&slack.api_url(), &slack.bot_token()).unwrap());
    let ear = Arc::new(Ear::default());
    let groups: Vec<Arc<dyn GroupSync>> = vec![Arc::new(Groups::new(api))];
    let hands = Hands::new(
        Roster::new(&config, store.clone(), clock.clone()),
        company,
        store.clone(),
        clock.clone(),
        config.mirrors.clone(),
        groups,
        vec![ear.clone()],
    );
    Site { hands, ear, clock, slack, store, _folder: folder }
}

impl Site {
    fn members(&self) -> Vec<String> {
        self.slack.state().groups["S0ONCALL"].clone()
    }

    fn asked(&self, method: &str) -> usize {
        self.slack.state().calls.iter().filter(|call| call.method == method).count()
    }

    async fn after(&self, span: Duration) {
        self.clock.advance(span);
        self.store.beat().await.unwrap();
    }

    fn heard(&self) -> Vec<(String, String, String)> {
        let heard = self.ear.heard.lock().unwrap();
        let primary = heard.iter().filter(|event| event.schedule == "primary");
        primary
            .map(|event| (event.id.clone(), event.before[0].to_string(), event.now[0].to_string()))
            .collect()
    }
}

const WEEK: Duration = Duration::from_hours(7 * 24);

#[tokio::test(flavor = "multi_thread")]
async fn the_group_follows_and_is_written_only_where_it_differs() {
    let site = site().await;
    site.hands.round().await.unwrap();
    assert_eq!(site.members(), ["U0SATO"]);
    for _ in 0..3 {
        site.hands.round().await.unwrap();
    }
    assert_eq!((site.asked("usergroups.users.list"), site.asked("usergroups.users.update")), (1, 1));

    site.after(WEEK).await;
    site.slack.fail("usergroups.users.update", Fault::RateLimited(1));
    site.hands.round().await.unwrap();
    assert_eq!(site.members(), ["U0SATO"], "Slack refused");
    site.hands.round().await.unwrap();
    assert_eq!(site.members(), ["U0TANAKA"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hand_off_is_told_once_and_again_if_it_could_not_be_heard() {
    let site = site().await;
    site.hands.round().await.unwrap();
    site.hands.round().await.unwrap();
    assert_eq!(site.heard(), [], "nobody was told of anybody before");

    site.after(WEEK).await;
    *site.ear.fails.lock().unwrap() = 2;
    assert!(site.hands.round().await.is_err());
    site.hands.round().await.unwrap();
    site.hands.round().await.unwrap();
    let told = ("handoff/primary/2".to_owned(), "sato".to_owned(), "tanaka".to_owned());
    assert_eq!(site.heard(), [told.clone(), told], "the same event, whoever tells it again");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_another_replica_looks_this_one_does_not() {
    let site = site().await;
    let token = site.store.lease("handoff", Duration::from_secs(60)).await.unwrap().unwrap();
    site.hands.round().await.unwrap();
    assert_eq!(site.asked("usergroups.users.list"), 0);
    site.store.release("handoff", token).await.unwrap();
    site.hands.round().await.unwrap();
    assert_eq!(site.asked("usergroups.users.list"), 1);
}
