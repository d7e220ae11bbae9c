//! `toban demo`: the main job with no account. The same program and the same doors, pointed at servers of our own
//! that speak the real protocols, with a chat console in the browser.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::sync::broadcast::error::RecvError;

use crate::base::Clock;
use crate::chat::console::{
    Channel, Completer, Console, Persona, Setup, Suggestion, Try, anyone_on_loopback,
};
use crate::config::Config;
use crate::domain::catalogue::Catalogue;
use crate::domain::person::{Door, Person};
use crate::domain::words::{Phrase, Reader, Words};
use crate::lifecycle::{self, Running};
use crate::loading::with_dotenv;
use crate::sandbox::ntfy::Push;
use crate::sandbox::{Options, Sandbox};
use crate::store::Role;
use crate::telemetry::{self, Shape};
use crate::terminal::{DONE, say};
use crate::web::Server;
use crate::wire;

/// The three things to try, and what they show.
const TRIES: [(&str, &str); 3] = [
    ("health api-key-server", "demo-try-health"),
    ("logs api-key-server errors 1h", "demo-try-logs"),
    ("rollback api-key-server previous", "demo-try-rollback"),
];

/// A demo that runs; for the tests too.
pub struct Demo {
    /// Where the console is.
    pub url: String,
    /// The simulated systems.
    pub sandbox: Sandbox,
    running: Running,
    folder: PathBuf,
    /// Whose telephone it is, by its topic.
    names: BTreeMap<String, String>,
}

/// Starts a demo whose time runs `speed` times as fast, with its console at `listen`.
///
/// # Errors
/// When the address is taken or is not on loopback.
pub async fn start(speed: u32, listen: SocketAddr) -> anyhow::Result<Demo> {
    if !listen.ip().is_loopback() {
        anyhow::bail!(
            "the demo's console asks nobody who they are, so it listens on loopback only, not on {listen}"
        );
    }
    let server = Server::bind(listen)
        .with_context(|| format!("{listen} cannot be listened on; try --listen 127.0.0.1:0"))?;
    let clock = Clock::running(speed);
    let sandbox = Sandbox::start(clock.clone(), Options::default()).await?;
    let folder = std::env::temp_dir().join(format!("toban-demo-{}", crate::base::ids::row()));
    std::fs::create_dir(&folder).with_context(|| format!("{}", folder.display()))?;
    let catalogue = Arc::new(Catalogue::embedded()?);
    let verbs: Vec<&str> = catalogue.verbs().collect();
    let overlay = format!(
        "{}\n[store]\nurl = \"sqlite://{}\"\n[web]\npublic_url = \"http://{}\"\n{}",
        sandbox.config_overlay(),
        folder.join("toban.db").display(),
        server.local_addr(),
        visitor()
    );
    let people = example(&overlay, &verbs)?.people;
    let config = example(&format!("{overlay}{}", telephones(&sandbox, &people)), &verbs)?;
    let catalogue = Arc::unwrap_or_clone(catalogue).with_schedules(config.schedules.keys().cloned());
    let catalogue = Arc::new(catalogue);
    let words = Arc::new(Words::load()?);
    let console = Arc::new(Console::new(setup(&config, &catalogue, &words, &clock)));
    let toban = wire::wire(&config, catalogue, words, clock, Role::Serve, vec![console.clone()]).await?;
    let routes = console.router(Arc::new(toban.dispatch.clone()));
    let running = lifecycle::start(toban, server, routes).await?;
    let names = config.people.iter().map(|person| (person.id.to_string(), person.name.clone())).collect();
    Ok(Demo { url: format!("http://{}", running.address), sandbox, running, folder, names })
}

fn example(overlay: &str, verbs: &[&str]) -> anyhow::Result<Config> {
    Config::example(overlay, with_dotenv()?, verbs).map_err(|faults| {
        anyhow::anyhow!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

impl Demo {
    /// Shows what reaches people's telephones, until it is dropped.
    async fn show_pages(&self) {
        let mut pushes = self.sandbox.world().pushes();
        loop {
            match pushes.recv().await {
                Ok(push) => {
                    // The second way of everybody has a topic of its own, which nobody watches here.
                    let Some(name) = self.names.get(&push.topic) else { continue };
                    // Whoever closed the terminal does not want to see them.
                    let _ = say(&paged(name, &push));
                }
                Err(RecvError::Lagged(missed)) => {
                    let _ = say(&format!("  … {missed} more pages"));
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    /// Ends it and clears away its store.
    pub async fn stop(self) {
        self.running.stop().await;
        self.sandbox.stop().await;
        // A folder that stays in the temporary place harms nobody.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Runs the demo until it is told to stop.
///
/// # Errors
/// As [`start`].
pub async fn run(speed: u32, listen: &str, log: &str) -> anyhow::Result<u8> {
    telemetry::start(log, Shape::Text)?;
    let listen =
        listen.parse().with_context(|| format!("--listen {listen}: not an IP address with a port"))?;
    let stop = lifecycle::asked_to_stop()?;
    let demo = start(speed, listen).await?;
    let mut text = format!("\n  当番  Toban is on duty at {}\n\n  Open it and try:\n", demo.url);
    for (command, _) in TRIES {
        text.push_str(&format!("    /{command}\n"));
    }
    text.push_str(
        "\n  /drill sagebase climbs a ladder. Whoever is paged is shown here; --speed 60 makes a minute a second.\n",
    );
    text.push_str("\n  Everything runs on this machine, against simulated systems. Ctrl-C ends it.\n");
    say(&text)?;
    tokio::select! {
        () = stop => {}
        () = demo.show_pages() => {}
    }
    demo.stop().await;
    Ok(DONE)
}

/// Everybody's telephone, at a push server that sends nothing anywhere: the example's people are reached by Slack and
/// mail, which are not there. A second way, as everybody should have one, is a webhook of the same server's.
fn telephones(sandbox: &Sandbox, people: &[Person]) -> String {
    let url = sandbox.ntfy_url();
    let mut text = format!("\n[ntfy]\nurl = \"{url}\"\n");
    for person in people {
        let id = &person.id;
        text.push_str(&format!(
            "[[person]]\nid = \"{id}\"\ncontact = [{{ by = \"ntfy\", topic = \"{id}\" }}, {{ by = \"webhook\", url = \"{url}/{id}-2\", after = \"5m\" }}]\n"
        ));
    }
    text
}

/// A page as a line of the terminal, with the link that answers it.
fn paged(name: &str, push: &Push) -> String {
    let link =
        push.click.as_ref().map(|link| format!("\n           acknowledge: {link}")).unwrap_or_default();
    format!("  paged    {name}: {}{link}", push.title)
}

/// Who the visitor is at first.
const VISITOR: &str = "morgan";

/// Somebody on call for whoever reads English; the example company has only Japanese ones. Their zone is this machine's.
fn visitor() -> String {
    let zone = jiff::tz::TimeZone::system();
    format!(
        r#"
[[person]]
id = "{VISITOR}"
name = "Alex Morgan"
console = "{VISITOR}"
lang = "en"
tz = "{}"
roles = ["operator"]
"#,
        zone.iana_name().unwrap_or("UTC")
    )
}

fn setup(config: &Config, catalogue: &Arc<Catalogue>, words: &Arc<Words>, clock: &Clock) -> Setup {
    let mut channels = vec![Channel { id: "ops".into(), label: "ops".into(), about: String::new() }];
    channels.extend(config.services.iter().map(|service| Channel {
        id: service.id.to_string(),
        label: service.id.to_string(),
        about: config.duties.get(&service.id).and_then(|duty| duty.description.clone()).unwrap_or_default(),
    }));
    let mut people: Vec<Persona> = config
        .people
        .iter()
        .filter_map(|person| {
            Some(Persona {
                user: person.identities.get(&Door::Console)?.clone(),
                name: person.name.clone(),
                about: person.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "),
                lang: person.lang,
                zone: person.zone.clone().unwrap_or_else(|| config.settings.words.tz.0.clone()),
            })
        })
        .collect();
    people.sort_by_key(|person| person.user != VISITOR);
    let (known, services, said) = (catalogue.clone(), config.services.clone(), words.clone());
    let completer: Completer = Arc::new(move |text| {
        let before = &text[..text.rfind(char::is_whitespace).map_or(0, |at| at + 1)];
        let hint = |phrase: &Phrase| said.say(&Reader::default(), phrase);
        known
            .complete(text, &services)
            .into_iter()
            .map(|found| Suggestion {
                text: format!("{before}{} ", found.insert),
                hint: hint(&found.hint),
                label: found.label,
            })
            .collect()
    });
    Setup {
        channels,
        people,
        tries: TRIES.map(|(command, line)| Try { command: command.into(), line: Phrase::new(line) }).into(),
        completer,
        authenticator: Arc::new(anyone_on_loopback),
        words: words.clone(),
        clock: clock.clone(),
    }
}
