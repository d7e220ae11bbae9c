//! `toban check --online`: tries every token and every place that the config names, and changes nothing.

use std::sync::Arc;

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::app::contacts::Contacts;
use crate::base::Clock;
use crate::base::clock::within;
use crate::chat::slack::api::Api;
use crate::chat::slack::socket::check_app_token;
use crate::config::{Config, SlackEntry};
use crate::domain::contact::Means;
use crate::domain::health::Verdict;
use crate::domain::log::LogQuery;
use crate::domain::metric::Range;
use crate::domain::words::{Reader, Words};
use crate::ports::Pager;
use crate::wire;

const MINUTE: std::time::Duration = std::time::Duration::from_mins(1);

/// Tries everything at once and tells what was found, a line each.
///
/// # Errors
/// When the clients cannot be built at all.
pub async fn check(config: &Config) -> anyhow::Result<Tried> {
    let clock = Clock::system();
    let estate = Arc::new(wire::estate(config, &clock)?);
    let words = Words::load()?;
    let mut tried = Tried::default();
    slack(config, &mut tried).await?;
    pagers(config, &clock, &mut tried).await?;
    let components: Vec<_> = config
        .services
        .iter()
        .flat_map(|service| service.components.iter().map(move |component| (service, component)))
        .collect();
    let looks = components.iter().map(|(service, component)| {
        let can = estate.capabilities(&service.id, &component.id);
        let (place, now, words) = (format!("{}.{}", service.id, component.id), clock.now(), &words);
        async move {
            let mut lines = Vec::new();
            for health in &can.health {
                for check in health.check().await {
                    let good = !matches!(check.verdict, Verdict::Unknown | Verdict::Unhealthy);
                    let seen = words.say(&Reader::default(), &check.seen);
                    lines.push((good, format!("{place} {}: {seen}", check.name)));
                }
            }
            if let Some(releases) = &can.releases {
                let found =
                    releases.serving().await.map(|serving| format!("{} revisions", serving.revisions.len()));
                lines.push(line(&place, "releases", found));
            }
            if let Some(logs) = &can.logs {
                let found = logs.read(&newest(now)).await.map(|_| "can be read".to_owned());
                lines.push(line(&place, "logs", found));
            }
            if let Some(metrics) = &can.metrics
                && let Some(name) = metrics.names().first()
            {
                let found = metrics.read(name, Range::last(MINUTE * 15, now), MINUTE).await;
                lines.push(line(&place, "metrics", found.map(|_| format!("{name} can be read"))));
            }
            lines
        }
    });
    tried.lines.extend(join_all(looks).await.into_iter().flatten());
    Ok(tried)
}

/// What was tried: whether it worked, and what to print.
#[derive(Debug, Default)]
pub struct Tried {
    /// In the order of the config.
    pub lines: Vec<(bool, String)>,
}

fn line(place: &str, what: &str, found: Result<String, crate::ports::BackendError>) -> (bool, String) {
    match found {
        Ok(found) => (true, format!("{place} {what}: {found}")),
        Err(error) => (false, format!("{place} {what}: {error}")),
    }
}

fn newest(now: Timestamp) -> LogQuery {
    LogQuery {
        since: now - std::time::Duration::from_hours(1),
        until: None,
        at_least: None,
        exactly: None,
        words: Vec::new(),
        pattern: None,
        requests: false,
        limit: 1,
    }
}

/// Every way by which somebody is paged, without paging anybody.
async fn pagers(config: &Config, clock: &Clock, tried: &mut Tried) -> anyhow::Result<()> {
    let contacts = Contacts::new(config);
    // Slack is tried by its token.
    let used = |pager: &Arc<dyn Pager>| pager.means().iter().any(|means| contacts.uses(*means));
    let pagers: Vec<_> = wire::pagers::pagers(config, None, clock)?.into_iter().filter(used).collect();
    let looks = pagers.iter().map(|pager| async move {
        let means = pager.means();
        let name = means.iter().map(|means| means.as_str()).collect::<Vec<_>>().join(", ");
        match (means, within(config.settings.limits.call.0, pager.check()).await) {
            ([Means::Webhook], _) => (true, format!("pager {name}: only a page itself would try it")),
            ([Means::Pagerduty], Ok(Ok(()))) => {
                (true, format!("pager {name}: answers; only an event would try the keys"))
            }
            (_, Ok(Ok(()))) => (true, format!("pager {name}: accepted")),
            (_, Ok(Err(error))) => (false, format!("pager {name}: {error}")),
            (_, Err(late)) => (false, format!("pager {name}: {late}")),
        }
    });
    tried.lines.extend(join_all(looks).await);
    Ok(())
}

async fn slack(config: &Config, tried: &mut Tried) -> anyhow::Result<()> {
    let Some(access) = config.slack() else { return Ok(()) };
    let api = Api::new(&config.settings.slack.api_url.0, &access.bot_token)?;
    tried.lines.push(match api.identity().await {
        Ok(_) => (true, "slack.bot_token: accepted".to_owned()),
        Err(error) => (false, format!("slack.bot_token: {error}")),
    });
    if let SlackEntry::Socket(token) = &access.entry {
        tried.lines.push(match check_app_token(&api, token).await {
            Ok(()) => (true, "slack.app_token: accepted".to_owned()),
            Err(error) => (false, format!("slack.app_token: {error}")),
        });
    }
    Ok(())
}
