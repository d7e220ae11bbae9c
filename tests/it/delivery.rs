//! Delivery: whatever a platform does, each post stands there once, in its newest version, and after its root.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use toban::app::delivery::Delivery;
use toban::base::Clock;
use toban::domain::message::{Audience, Place, Thread};
use toban::domain::news::News;
use toban::domain::person::Door;
use toban::domain::report::{Body, Report, Tone};
use toban::domain::words::{Lang, Phrase};
use toban::ports::{Chat, ChatError, Outgoing};
use toban::store::{NewPost, Role, Store};
use tokio::sync::Semaphore;

/// A platform that notes what it is told, and does as the text says: `refuse`, `panic`, or waits for its door to open.
struct Platform {
    told: Mutex<Vec<String>>,
    door: Semaphore,
}

impl Platform {
    fn note(&self, what: &str, message: &Outgoing<'_>) {
        let (to, thread) = match message.audience {
            Audience::All => (message.channel, message.thread.unwrap_or("-")),
            Audience::Only { .. } => ("one person", "-"),
        };
        self.told.lock().unwrap().push(format!("{what} {to}/{thread}: {}", says(message.body)));
    }
    fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

fn says(body: &Body) -> String {
    match body {
        Body::Report(Report { headline: Phrase::Raw(text), .. }) => text.clone(),
        Body::Report(_) => "a phrase".into(),
        Body::News(news) => {
            let said = |phrase: &Phrase| match phrase {
                Phrase::Raw(text) => text.clone(),
                _ => "a phrase".into(),
            };
            news.lines.iter().map(said).collect::<Vec<_>>().join("; ")
        }
        Body::File { name, .. } => name.clone(),
    }
}

#[async_trait]
impl Chat for Platform {
    fn door(&self) -> Door {
        Door::Slack
    }
    async fn post(&self, message: &Outgoing<'_>) -> Result<String, ChatError> {
        self.door.acquire().await.unwrap().forget();
        let text = says(message.body);
        assert!(!text.contains("panic"), "as the text says");
        if text.contains("refuse") && matches!(message.audience, Audience::All) {
            return Err(ChatError::Refused("not_in_channel".into()));
        }
        self.note("post", message);
        Ok(format!("ts of {}", message.post))
    }
    async fn edit(&self, message: &Outgoing<'_>, _: &str) -> Result<(), ChatError> {
        self.note("edit", message);
        Ok(())
    }
    async fn find(&self, _: &Outgoing<'_>) -> Result<Option<String>, ChatError> {
        Ok(None)
    }
}

struct World {
    platform: Arc<Platform>,
    delivery: Delivery,
    store: Store,
    url: String,
    _folder: tempfile::TempDir,
}

impl World {
    /// A platform whose door lets `posts` through before it has to be opened.
    async fn new(posts: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("toban.db").display());
        let store = Store::open(&url, Clock::system(), Role::Serve).await.unwrap();
        let platform = Arc::new(Platform { told: Mutex::default(), door: Semaphore::new(posts) });
        let delivery = deliver(&store, &platform);
        Self { platform, delivery, store, url, _folder: folder }
    }

    async fn say(&self, posts: Vec<NewPost>) {
        self.delivery.submit(self.store.put(posts).await.unwrap());
    }

    async fn settled(&self) -> Vec<String> {
        tokio::time::timeout(Duration::from_secs(30), self.delivery.settled()).await.unwrap();
        self.platform.told()
    }
}

fn deliver(store: &Store, platform: &Arc<Platform>) -> Delivery {
    let chats = [platform.clone() as Arc<dyn Chat>];
    Delivery::new(store.clone(), Clock::system(), Duration::from_millis(1), chats)
}

fn post(id: &str, under: Option<&str>, text: &str) -> NewPost {
    let thread = under.map(|root| Thread::Under(root.into()));
    NewPost {
        id: id.into(),
        place: Place { door: Door::Slack, channel: "C0OPS".into(), thread },
        audience: Audience::All,
        lang: Lang::En,
        zone: "UTC".into(),
        body: Body::Report(Report::new(Tone::Plain, text)),
        reply_url: None,
        topic: None,
    }
}

#[tokio::test]
async fn an_answer_waits_for_the_first_message_of_its_thread() {
    let world = World::new(9).await;
    world
        .say(vec![post("m/answer", Some("m/root"), "all is well"), post("m/root", None, "who ran what")])
        .await;
    let told = world.settled().await;
    assert_eq!(told, ["post C0OPS/-: who ran what", "post C0OPS/ts of m/root: all is well"]);
}

#[tokio::test]
async fn after_a_kill_threads_begin_with_their_first_message() {
    let killed = World::new(0).await;
    let posts = vec![post("m/root", None, "who ran what"), post("m/answer", Some("m/root"), "all is well")];
    killed.store.put(posts).await.unwrap();
    let World { store, delivery, platform, url, _folder } = killed;
    drop((store, delivery));
    let next = loop {
        // The writer of the old one is still on its way out.
        match Store::open(&url, Clock::system(), Role::Serve).await {
            Ok(store) => break store,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    platform.door.add_permits(9);
    let delivery = deliver(&next, &platform);
    let due = next.due_posts(10).await.unwrap();
    assert_eq!(due.iter().map(|post| post.new.id.as_str()).collect::<Vec<_>>(), ["m/root", "m/answer"]);
    delivery.submit(due);
    delivery.settled().await;
    assert_eq!(platform.told(), ["post C0OPS/-: who ran what", "post C0OPS/ts of m/root: all is well"]);
}

#[tokio::test]
async fn a_newer_version_of_what_is_just_being_posted_is_an_edit() {
    let world = World::new(0).await;
    world.say(vec![post("m/root", None, "one moment")]).await;
    while world.platform.told().is_empty() && world.delivery.backlog() == 1 {
        // The worker has it in hand as soon as nothing is queued behind it but the new version.
        world.say(vec![post("m/root", None, "done")]).await;
        world.platform.door.add_permits(9);
        tokio::task::yield_now().await;
    }
    let told = world.settled().await;
    assert_eq!(told.iter().filter(|line| line.starts_with("post")).count(), 1, "{told:?}");
    assert!(told.last().unwrap().ends_with("done"), "{told:?}");
}

#[tokio::test]
async fn a_message_that_breaks_its_renderer_silences_nobody() {
    let world = World::new(9).await;
    world.say(vec![post("bad", None, "panic"), post("good", None, "all is well")]).await;
    assert_eq!(world.settled().await, ["post C0OPS/-: all is well"]);
    let failed = world.store.post(&"bad".into()).await.unwrap().unwrap().failed;
    assert!(failed.is_some_and(|why| why.contains("panicked")));
}

#[tokio::test]
async fn an_answer_whose_channel_refuses_reaches_whoever_asked() {
    let world = World::new(9).await;
    let reply_url = Some("https://hooks.slack.com/commands/1".to_owned());
    let text = NewPost { reply_url: reply_url.clone(), ..post("m/answer", Some("m/root"), "refuse too") };
    let file = Body::File { name: "logs.txt".into(), text: "a line".into(), at: Clock::system().now() };
    let file = NewPost { reply_url, body: file, ..post("n/answer", Some("m/root"), "") };
    world.say(vec![post("m/root", None, "refuse"), text, file]).await;
    assert_eq!(world.settled().await, ["post one person/-: refuse too", "post one person/-: a phrase"]);
}

fn news(id: &str, of: &str, text: &str) -> NewPost {
    let news = News::new(of, Tone::Plain, vec![Phrase::raw(text)]);
    NewPost { body: Body::News(news), ..post(id, Some("m/root"), "") }
}

#[tokio::test]
async fn news_that_wait_go_together_and_those_of_another_matter_apart() {
    let world = World::new(0).await;
    world.say(vec![post("m/root", None, "INC-1")]).await;
    for (id, of, text) in [
        ("a", "incident INC-1", "told sato"),
        ("b", "incident INC-1", "told suzuki"),
        ("c", "incident INC-2", "another"),
        ("d", "incident INC-1", "resolved"),
    ] {
        world.say(vec![news(id, of, text)]).await;
    }
    world.platform.door.add_permits(9);
    let told = world.settled().await;
    assert_eq!(
        told,
        [
            "post C0OPS/-: INC-1",
            "post C0OPS/ts of m/root: told sato; told suzuki; resolved",
            "post C0OPS/ts of m/root: another"
        ]
    );
    // In the store they are one as well: nothing is told again after the next start.
    assert!(world.store.post(&"b".into()).await.unwrap().is_none());
    let one = world.store.post(&"a".into()).await.unwrap().unwrap();
    assert_eq!((one.version, one.delivered), (2, 2));
    assert_eq!(world.store.due_posts(9).await.unwrap(), []);
}
