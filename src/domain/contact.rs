//! How people are reached when nobody is talking to them.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::Secret;
use crate::domain::alert::AlertSeverity;

/// A means of paging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// A direct message in Slack.
    Slack,
    /// A direct message in Discord.
    Discord,
    /// An e-mail.
    Email,
    /// A push message by ntfy.
    Ntfy,
    /// A message in Telegram.
    Telegram,
    /// An event at PagerDuty.
    Pagerduty,
    /// A text message.
    Sms,
    /// A telephone call.
    Voice,
    /// A signed request to a URL.
    Webhook,
}

impl Means {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Slack,
        Self::Discord,
        Self::Email,
        Self::Ntfy,
        Self::Telegram,
        Self::Pagerduty,
        Self::Sms,
        Self::Voice,
        Self::Webhook,
    ];

    /// The means of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|means| means.as_str() == name)
    }

    /// Its name in the config and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Email => "email",
            Self::Ntfy => "ntfy",
            Self::Telegram => "telegram",
            Self::Pagerduty => "pagerduty",
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Webhook => "webhook",
        }
    }

    /// What has to work for it to arrive. Means with the same carrier fail together: texts and calls go through one
    /// telephone company.
    pub fn carrier(self) -> &'static str {
        match self {
            Self::Sms | Self::Voice => "telephone",
            other => other.as_str(),
        }
    }
}

/// One way to page a person, in that person's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// The means.
    pub by: Means,
    /// How long after the first.
    pub after: Duration,
    /// Only for these severities; for all if empty.
    pub severity: Vec<AlertSeverity>,
    /// Where to.
    pub address: Address,
}

/// Where a page goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A user, chat, topic, number, e-mail address or URL, as the means has it.
    Plain(String),
    /// PagerDuty's integration key.
    Key(Secret),
    /// A URL, and what the request to it is signed with.
    Signed {
        /// Where to.
        url: String,
        /// The shared secret, if there is one.
        secret: Option<Secret>,
    },
}

impl Contact {
    /// Whether the person wants to be paged by it for something that bad.
    pub fn takes(&self, severity: AlertSeverity) -> bool {
        self.severity.is_empty() || self.severity.contains(&severity)
    }
}
