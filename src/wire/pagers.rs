//! Wiring of paging: the providers that the config sets up, and the doors through which answers come.

use std::sync::Arc;

use anyhow::Context as _;

use crate::app::company::Company;
use crate::app::contacts::Contacts;
use crate::app::paging::{Desk, PageOutcomes, Paging};
use crate::base::{Clock, Secret};
use crate::chat::slack::api::Api;
use crate::chat::slack::pager::SlackPager;
use crate::config::Config;
use crate::config::values::{OpenKey, SecretKey};
use crate::domain::words::Words;
use crate::pagers::email::Email;
use crate::pagers::http::Client;
use crate::pagers::ntfy::Ntfy;
use crate::pagers::pagerduty::Pagerduty;
use crate::pagers::telegram::{self, Telegram};
use crate::pagers::twilio::{Account, Twilio};
use crate::pagers::webhook::Webhook;
use crate::ports::{Pager, Replies};
use crate::store::Store;
use crate::web::Doors;

/// What of the rest of Toban paging is made of.
pub struct Parts {
    /// Where pages are.
    pub store: Store,
    /// Whose time it is.
    pub clock: Clock,
    /// Whose language is which.
    pub company: Arc<Company>,
    /// What is said.
    pub words: Arc<Words>,
    /// Slack, where it is connected.
    pub slack: Option<Arc<Api>>,
    /// Who is told how pages ended.
    pub outcomes: Arc<dyn PageOutcomes>,
}

/// Paging, at rest.
///
/// # Errors
/// When a provider cannot be used as configured.
pub fn paging(config: &Config, parts: Parts) -> anyhow::Result<Paging> {
    let pagers = pagers(config, parts.slack, &parts.clock)?;
    Ok(Paging::new(Desk {
        store: parts.store,
        clock: parts.clock,
        contacts: Arc::new(Contacts::new(config)),
        company: parts.company,
        words: parts.words,
        public_url: public_url(config),
        pagers,
        outcomes: parts.outcomes,
    }))
}

/// Every provider that is set up.
///
/// # Errors
/// When one cannot be used as configured.
pub fn pagers(
    config: &Config,
    slack: Option<Arc<Api>>,
    clock: &Clock,
) -> anyhow::Result<Vec<Arc<dyn Pager>>> {
    let settings = &config.settings;
    let client = Client::new()?;
    let mut pagers: Vec<Arc<dyn Pager>> = vec![
        Arc::new(Ntfy::new(client.clone(), &settings.ntfy.url.0, secret(config, &settings.ntfy.token))),
        Arc::new(Pagerduty::new(client.clone(), &settings.pagerduty.events_url.0)),
        Arc::new(Webhook::new(client.clone(), clock.clone())),
    ];
    pagers.extend(slack.map(|api| Arc::new(SlackPager::new(api)) as Arc<dyn Pager>));
    if let Some(url) = open(config, &settings.smtp.url) {
        let email = Email::new(&url, settings.smtp.from.as_deref()).context("the mail server")?;
        pagers.push(Arc::new(email));
    }
    pagers.extend(telegram(config, &client).map(|bot| Arc::new(bot) as Arc<dyn Pager>));
    let twilio = &settings.twilio;
    if let (Some(sid), Some(token)) = (open(config, &twilio.account_sid), secret(config, &twilio.auth_token))
    {
        let plain = |key: &Option<OpenKey>| open(config, key).map(|text| text.reveal().to_owned());
        let from = plain(&twilio.from);
        // A messaging service cannot call.
        let number = from.clone().filter(|from| from.starts_with('+'));
        let account = Account {
            sid: sid.reveal().to_owned(),
            token,
            voice_from: plain(&twilio.voice_from).or(number),
            from,
            public_url: public_url(config),
        };
        pagers.push(Arc::new(Twilio::new(client, &twilio.api_url.0, account)));
    }
    Ok(pagers)
}

/// The doors of answers, for the web server.
pub fn doors(config: &Config, words: Arc<Words>, replies: Arc<dyn Replies>) -> Doors {
    let settings = &config.settings;
    Doors {
        replies,
        words,
        public_url: public_url(config),
        twilio: secret(config, &settings.twilio.auth_token),
        telegram: secret(config, &settings.telegram.secret),
        pagerduty: secret(config, &settings.pagerduty.webhook_secret),
    }
}

/// Hears what is answered in Telegram.
#[derive(Clone)]
pub struct TelegramEar {
    bot: Telegram,
    /// Our address for Telegram and what it is to send along, where we have one; else it is asked.
    address: Option<(String, Secret)>,
    store: Store,
    replies: Arc<dyn Replies>,
}

/// The ear, where Telegram is set up.
///
/// # Errors
/// When the client cannot be built.
pub fn telegram_ear(
    config: &Config,
    store: &Store,
    replies: &Arc<dyn Replies>,
) -> anyhow::Result<Option<TelegramEar>> {
    let Some(bot) = telegram(config, &Client::new()?) else { return Ok(None) };
    let secret = secret(config, &config.settings.telegram.secret);
    let address = public_url(config)
        .zip(secret)
        .map(|(url, secret)| (format!("{}/hooks/telegram", url.trim_end_matches('/')), secret));
    Ok(Some(TelegramEar { bot, address, store: store.clone(), replies: replies.clone() }))
}

impl TelegramEar {
    /// Sees to it that answers come in until it is dropped: Telegram calls us, or is asked.
    pub async fn listen(self) {
        let Some((url, secret)) = self.address else {
            return telegram::listen(self.bot, self.store, self.replies).await;
        };
        while let Err(error) = telegram::register(&self.bot, &url, &secret).await {
            tracing::warn!(error = %error, "telegram: our address could not be told");
            crate::base::clock::pause(std::time::Duration::from_secs(30)).await;
        }
    }
}

fn telegram(config: &Config, client: &Client) -> Option<Telegram> {
    let settings = &config.settings.telegram;
    let token = secret(config, &settings.token)?;
    Some(Telegram::new(client.clone(), &settings.api_url.0, token))
}

fn public_url(config: &Config) -> Option<String> {
    config.settings.web.public_url.as_ref().map(|url| url.0.clone())
}

fn secret(config: &Config, key: &Option<SecretKey>) -> Option<Secret> {
    config.vault.get(&key.as_ref()?.0).cloned()
}

fn open(config: &Config, key: &Option<OpenKey>) -> Option<Secret> {
    config.vault.text(&key.as_ref()?.0)
}
