//! `toban run`: one command from a terminal, cron or CI, with the grammar, rights and audit of chat.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use async_trait::async_trait;

use crate::app::dispatch::Ended;
use crate::app::heartbeat;
use crate::base::Clock;
use crate::base::ids::{InboxId, row};
use crate::base::text::nearest;
use crate::config::Config;
use crate::domain::access::{Wish, allowed};
use crate::domain::message::{Entry, Message, Place};
use crate::domain::person::{Door, Person, Risk};
use crate::domain::plain;
use crate::domain::report::{Body, Tone};
use crate::domain::words::{Reader, Words};
use crate::loading::Loaded;
use crate::ports::{Chat, ChatError, Outgoing};
use crate::store::{Role, StoreError};
use crate::terminal::{DONE, FAILED, say};
use crate::wire;

/// What `toban run` was told.
#[derive(Debug)]
pub struct Errand {
    /// Act for this person.
    pub person: Option<String>,
    /// Print JSON.
    pub json: bool,
    /// Confirm the plan at once.
    pub yes: bool,
    /// The command, word by word.
    pub command: Vec<String>,
}

/// Runs one command for the OS user that calls, or for the person that it names.
///
/// # Errors
/// When the store does not open or answer, or the caller may not act for that person.
pub async fn run(mut loaded: Loaded, errand: Errand) -> anyhow::Result<u8> {
    let os_user = whoami::username().context("the OS does not say who calls")?;
    if let Some(id) = &errand.person {
        impersonate(&mut loaded.config, &os_user, id)?;
    }
    let config = &loaded.config;
    let words = Arc::new(Words::load()?);
    let acting = config.people.iter().find(|person| is_user(person, &os_user));
    let reader = Reader {
        lang: acting.and_then(|person| person.lang).unwrap_or(config.settings.words.lang),
        zone: acting
            .and_then(|person| person.zone.clone())
            .unwrap_or_else(|| config.settings.words.tz.0.clone()),
    };
    let clock = Clock::system();
    let terminal: Arc<dyn Chat> = Arc::new(Terminal { words: words.clone(), reader: reader.clone() });
    let toban =
        wire::wire(config, loaded.catalogue.clone(), words.clone(), clock.clone(), Role::Run, vec![terminal])
            .await?;
    let said = |text: String| Message {
        id: InboxId::from(format!("terminal:{}", row())),
        // The caller's own name stays on record as the place, whoever is acted for.
        place: Place { door: Door::Terminal, channel: os_user.clone(), thread: None },
        user: os_user.clone(),
        entry: Entry::Direct,
        text,
        received: clock.now(),
    };
    let work = async {
        let ended = toban.dispatch.see_through(said(typed(&errand.command))).await?;
        let ended = match confirmation(&ended).filter(|_| errand.yes) {
            Some(confirm) => toban.dispatch.see_through(said(confirm)).await?,
            None => ended,
        };
        toban.delivery.settled().await;
        Ok::<_, StoreError>(ended)
    };
    let ended = tokio::select! {
        ended = work => ended?,
        // A `serve` on the same store would take a change that goes on for long for one that was left behind.
        never = heartbeat::beat(&toban.store) => match never {},
    };
    toban.store.close().await;
    let text = plain::render(&ended.report, &words, &reader);
    if errand.json {
        let told = serde_json::json!({
            "worked": ended.worked(), "outcome": ended.outcome, "text": text, "report": ended.report,
        });
        say(&format!("{told:#}"))?;
    } else {
        say(&text)?;
    }
    Ok(if ended.worked() { DONE } else { FAILED })
}

fn is_user(person: &Person, os_user: &str) -> bool {
    person.identities.get(&Door::Terminal).is_some_and(|user| user == os_user)
}

/// Lets the person `id` stand where the caller stood, if the caller may do that.
fn impersonate(config: &mut Config, os_user: &str, id: &str) -> anyhow::Result<()> {
    let wish = Wish { verb: "impersonate", risk: Risk::Danger, service: None, channel: "*" };
    let Some(caller) = config.people.iter().find(|person| is_user(person, os_user)) else {
        bail!("no [[person]] has os_user = \"{os_user}\", so you may not act for anybody");
    };
    if !allowed(caller, wish, &config.roles) {
        bail!(
            "{} may not act for others: no role grants the verb `impersonate` at risk `danger`",
            caller.name
        );
    }
    let Some(at) = config.people.iter().position(|person| person.id.as_str() == id) else {
        let near = nearest(id, config.people.iter().map(|person| person.id.as_str()));
        bail!(
            "no person \"{id}\"{}",
            near.map(|near| format!(": did you mean \"{near}\"?")).unwrap_or_default()
        );
    };
    for (index, person) in config.people.iter_mut().enumerate() {
        if index == at {
            person.identities.insert(Door::Terminal, os_user.to_owned());
        } else if is_user(person, os_user) {
            person.identities.remove(&Door::Terminal);
        }
    }
    Ok(())
}

/// The words of the shell as one line: what the shell unquoted is quoted again.
fn typed(words: &[String]) -> String {
    if let [line] = words {
        return line.clone();
    }
    let quoted = |word: &String| {
        if word.contains(char::is_whitespace) {
            format!("\"{}\"", word.replace('"', ""))
        } else {
            word.clone()
        }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// The command of the button that says yes to a plan.
fn confirmation(ended: &Ended) -> Option<String> {
    let mut commands = ended.report.buttons.iter().map(|button| &button.command);
    commands.find(|command| command.starts_with("confirm ")).cloned()
}

/// The terminal as a door: progress goes to standard error while somebody watches; the answer is printed at the end.
struct Terminal {
    words: Arc<Words>,
    reader: Reader,
}

impl Terminal {
    fn show(&self, body: &Body) {
        let mut stderr = std::io::stderr().lock();
        match body {
            Body::Report(report) if report.tone == Tone::Busy && stderr.is_terminal() => {
                // Progress is a courtesy; a terminal that has gone needs none.
                let _ = writeln!(stderr, "⏳ {}", self.words.say(&self.reader, &report.headline));
            }
            Body::Report(_) | Body::News(_) => {}
            Body::File { text, .. } => {
                let _ = writeln!(std::io::stdout().lock(), "{text}");
            }
        }
    }
}

#[async_trait]
impl Chat for Terminal {
    fn door(&self) -> Door {
        Door::Terminal
    }
    async fn post(&self, message: &Outgoing<'_>) -> Result<String, ChatError> {
        self.show(message.body);
        Ok(message.post.to_string())
    }
    async fn edit(&self, message: &Outgoing<'_>, _: &str) -> Result<(), ChatError> {
        self.show(message.body);
        Ok(())
    }
    async fn find(&self, _: &Outgoing<'_>) -> Result<Option<String>, ChatError> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_shell_unquoted_is_quoted_again() {
        let words = ["logs", "sagebase", "connection reset", "1h"].map(str::to_owned);
        assert_eq!(typed(&words), "logs sagebase \"connection reset\" 1h");
        assert_eq!(typed(&["logs sagebase 1h".to_owned()]), "logs sagebase 1h");
    }
}
