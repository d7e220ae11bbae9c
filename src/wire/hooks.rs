//! The sources of alerts of a config, as their doors need them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::app::intake::{AlertIntake, Heartbeat, Terms};
use crate::base::Clock;
use crate::base::ids::ServiceId;
use crate::config::Config;
use crate::config::shape::ladder::{Source, SourceKind};
use crate::config::values::SecretKey;
use crate::domain::alert::AlertSeverity;
use crate::domain::intake::{Directory, Format, Rules};
use crate::web::{Hooks, Proof};

/// Where a source names no header for its signature.
const SIGNATURE: &str = "x-signature";
/// Where a source does not say after how long an alert is stale.
const STALE_AFTER: Duration = Duration::from_hours(24);

/// What intake is told of the config.
pub fn terms(config: &Config) -> Terms {
    let stale = |source: &Source| match (&source.stale_after, source.kind) {
        (Some(span), _) => Some(span.0),
        // It tells an alert twice only: when it opens and when it closes.
        (None, SourceKind::Google) => None,
        (None, _) => Some(STALE_AFTER),
    };
    let heartbeats = config.heartbeats.values().map(|heartbeat| Heartbeat {
        id: heartbeat.id.0.clone(),
        every: heartbeat.every.0,
        grace: heartbeat.grace.as_ref().map_or(heartbeat.every.0 / 4, |grace| grace.0),
        service: heartbeat.service.clone(),
        severity: heartbeat.severity.unwrap_or(AlertSeverity::Critical),
    });
    Terms {
        limit: config.settings.limits.alerts,
        stale_after: config
            .sources
            .iter()
            .filter_map(|(id, source)| Some((id.clone(), stale(source)?)))
            .collect(),
        heartbeats: heartbeats.collect(),
    }
}

/// The doors of all sources and heartbeats.
pub fn hooks(config: &Config, intake: &AlertIntake, directory: Arc<Directory>, clock: &Clock) -> Hooks {
    let sources: BTreeMap<String, (Rules, Proof)> = config
        .sources
        .iter()
        .map(|(id, source)| (id.clone(), (rules(source), proof(config, source))))
        .collect();
    let reporters = config
        .heartbeats
        .iter()
        .map(|(id, heartbeat)| (id.clone(), token(config, &heartbeat.token, false)))
        .collect();
    Hooks {
        intake: Arc::new(intake.clone()),
        heartbeats: Arc::new(intake.clone()),
        directory,
        clock: clock.clone(),
        sources,
        reporters,
        largest: config.settings.limits.body,
    }
}

fn rules(source: &Source) -> Rules {
    Rules {
        source: source.id.0.clone(),
        format: match source.kind {
            SourceKind::Alertmanager => Format::Alertmanager,
            SourceKind::Google => Format::Google,
            SourceKind::Grafana => Format::Grafana,
            SourceKind::Generic => Format::Generic,
        },
        map: source.map.clone(),
        severities: source.severities.iter().map(|(word, means)| (word.to_lowercase(), *means)).collect(),
        service: source.service.as_deref().map(ServiceId::from),
    }
}

fn proof(config: &Config, source: &Source) -> Proof {
    if let Some(key) = &source.token {
        return token(config, key, source.kind == SourceKind::Google);
    }
    if let Some(basic) = &source.basic {
        return config.vault.get(&basic.password.0).map_or(Proof::Missing, |password| Proof::Basic {
            user: basic.user.clone(),
            password: password.clone(),
        });
    }
    let Some(hmac) = &source.hmac else { return Proof::Missing };
    config.vault.get(&hmac.secret.0).map_or(Proof::Missing, |secret| Proof::Signature {
        secret: secret.clone(),
        header: hmac.header.clone().unwrap_or_else(|| SIGNATURE.to_owned()),
    })
}

fn token(config: &Config, key: &SecretKey, in_address: bool) -> Proof {
    config.vault.get(&key.0).map_or(Proof::Missing, |token| Proof::Token { token: token.clone(), in_address })
}
