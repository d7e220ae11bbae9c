//! Wiring of what services run on, and of who asks them by itself: backends, watch rules, the pulse.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::desk::Desk;
use crate::app::estate::Estate;
use crate::app::vitals::Vitals;
use crate::app::watch::Watch;
use crate::backends::Systems;
use crate::backends::docker::Engine;
use crate::backends::google::{Account, Google, GoogleSettings};
use crate::backends::http::{Http, HttpProbe, HttpPulse, Origins};
use crate::backends::prometheus::Prometheus;
use crate::base::Clock;
use crate::config::{Config, GoogleIdentity};
use crate::domain::service::{Probe, ProbeAuth};
use crate::ports::{Health, Intake, Pulse};

/// Services and what their backends can do.
///
/// # Errors
/// When a client cannot be built.
pub fn estate(config: &Config, clock: &Clock) -> anyhow::Result<Estate> {
    let systems = systems(config, clock)?;
    Ok(Estate::new(config.services.clone(), |_, component| crate::backends::connect(component, &systems)))
}

/// The systems that services run on.
///
/// # Errors
/// When a client cannot be built.
pub fn systems(config: &Config, clock: &Clock) -> anyhow::Result<Systems> {
    let settings = &config.settings;
    let google = google(config, clock);
    let http = Http::new(Origins::new(&settings.http.origins)?, google.clone(), clock.clone())?;
    let limit = settings.limits.call.0;
    let prometheus = settings.prometheus.url.as_ref();
    Ok(Systems {
        prometheus: prometheus.and_then(|url| Prometheus::new(http.client(), &url.0, limit)),
        docker: Some(Engine::new(&settings.docker.host.0, limit, clock.clone())),
        google,
        http,
    })
}

fn google(config: &Config, clock: &Clock) -> Arc<Google> {
    let settings = &config.settings.google;
    let url = |url: &Option<crate::config::values::Url>| url.as_ref().map(|url| url.0.clone());
    let account = match &settings.credentials.0 {
        GoogleIdentity::Default => Account::Adc,
        GoogleIdentity::File(path) => Account::File(path.clone()),
        GoogleIdentity::Nobody => Account::Anonymous,
    };
    Google::new(
        GoogleSettings {
            account,
            run: url(&settings.endpoints.run),
            logging: url(&settings.endpoints.logging),
            monitoring: url(&settings.endpoints.monitoring),
            metadata: url(&settings.endpoints.metadata),
            limits: crate::backends::google::Limits {
                attempt: config.settings.limits.call.0,
                operation: config.settings.limits.change.0,
                ..crate::backends::google::Limits::default()
            },
        },
        clock.clone(),
    )
}

/// The watch rules at work; alerts go to `intake`.
///
/// # Errors
/// When a client cannot be built.
pub(super) fn watch(
    config: &Config,
    desk: &Desk,
    intake: Arc<dyn Intake>,
    vitals: &Vitals,
) -> anyhow::Result<Watch> {
    let settings = &config.settings.watch;
    let control: Option<Arc<dyn Health>> = match &settings.control {
        Some(url) => {
            let probe = Probe {
                url: url.0.clone(),
                status: 200,
                json: BTreeMap::new(),
                auth: ProbeAuth::None,
                timeout: config.settings.limits.probe.0,
                slow: None,
            };
            Some(Arc::new(HttpProbe::new(probe, &systems(config, &desk.clock)?.http)))
        }
        None => None,
    };
    Ok(Watch {
        estate: desk.estate.clone(),
        rules: config.watch_rules().into(),
        store: desk.store.clone(),
        intake,
        control,
        every: settings.every.0,
        words: desk.words.clone(),
        lang: config.settings.words.lang,
        clock: desk.clock.clone(),
        vitals: vitals.clone(),
    })
}

/// Somebody outside who is told that Toban lives, and how often.
///
/// # Errors
/// When a client cannot be built.
pub(super) fn pulse(
    config: &Config,
    clock: &Clock,
) -> anyhow::Result<Option<(Arc<dyn Pulse>, std::time::Duration)>> {
    let settings = &config.settings.heartbeat_out;
    let Some(url) = settings.url.as_ref().and_then(|url| config.vault.text(&url.0)) else { return Ok(None) };
    let pulse: Arc<dyn Pulse> = Arc::new(HttpPulse::new(url, &systems(config, clock)?.http));
    Ok(Some((pulse, settings.every.0)))
}
