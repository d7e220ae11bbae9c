//! Wordings that several verbs share: lists, spans, places, kinds of backend.

use std::time::Duration;

use jiff::Timestamp;

use crate::base::ids::{ComponentId, ServiceId};
use crate::domain::service::Backend;
use crate::domain::words::Phrase;

/// `sagebase.web`, as it is typed.
pub fn place(service: &ServiceId, component: &ComponentId) -> String {
    format!("{service}.{component}")
}

/// `one, two, three` with the reader's own comma; nothing, for nothing.
pub fn list(parts: impl IntoIterator<Item = Phrase>) -> Phrase {
    parts
        .into_iter()
        .reduce(|head, tail| Phrase::new("verb-list").with("head", head).with("tail", tail))
        .unwrap_or_else(|| Phrase::raw(""))
}

/// A span by its largest unit and the next, `1h 30m` or `1時間30分`; nobody wants the seconds of a day.
pub fn span(span: Duration) -> Phrase {
    if span < Duration::from_secs(1) {
        return Phrase::new("verb-span-ms").with("n", u64::try_from(span.as_millis()).unwrap_or_default());
    }
    let mut rest = span.as_secs();
    // People say "the last 24 h", not "the last day".
    let days = rest >= 2 * 86_400;
    let mut parts = Vec::with_capacity(4);
    for (unit, seconds) in
        [("verb-span-d", 86_400), ("verb-span-h", 3_600), ("verb-span-m", 60), ("verb-span-s", 1)]
    {
        if seconds == 86_400 && !days {
            continue;
        }
        parts.push((rest / seconds, unit));
        rest %= seconds;
    }
    parts
        .into_iter()
        .skip_while(|(n, _)| *n == 0)
        .take(2)
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| Phrase::new(unit).with("n", n))
        .reduce(|one, two| Phrase::new("verb-span-two").with("one", one).with("two", two))
        .unwrap_or_else(|| Phrase::raw(""))
}

/// A latency, to the millisecond below ten seconds.
pub fn latency(latency: Duration) -> Phrase {
    if latency < Duration::from_secs(10) {
        Phrase::new("verb-span-ms").with("n", u64::try_from(latency.as_millis()).unwrap_or_default())
    } else {
        span(latency)
    }
}

/// How long ago `at` was.
pub fn ago(now: Timestamp, at: Timestamp) -> Phrase {
    let seconds = u64::try_from(now.duration_since(at).as_secs()).unwrap_or_default().max(1);
    Phrase::new("verb-ago").with("span", span(Duration::from_secs(seconds)))
}

/// The kind of a backend, `Cloud SQL`.
pub fn kind(backend: &Backend) -> Phrase {
    Phrase::new(match backend {
        Backend::CloudRun { .. } => "verb-backend-cloud-run",
        Backend::CloudSql { .. } => "verb-backend-cloud-sql",
        Backend::SecretManager { .. } => "verb-backend-secret-manager",
        Backend::CloudBuild { .. } => "verb-backend-cloud-build",
        Backend::Bucket { .. } => "verb-backend-bucket",
        Backend::Compose { .. } => "verb-backend-compose",
        Backend::GithubActions { .. } => "verb-backend-github-actions",
        Backend::Prometheus { .. } => "verb-backend-prometheus",
        Backend::Loki { .. } => "verb-backend-loki",
        Backend::Jaeger { .. } => "verb-backend-jaeger",
        Backend::Systemd { .. } => "verb-backend-systemd",
        Backend::Postgres { .. } => "verb-backend-postgres",
        Backend::Redis { .. } => "verb-backend-redis",
        Backend::Package { .. } => "verb-backend-package",
        Backend::Http { .. } => "verb-backend-http",
    })
}

/// Where a backend lives, as far as that can be told to people: never a DSN or URL that may carry a password.
pub fn whereabouts(backend: &Backend) -> String {
    match backend {
        Backend::CloudRun { project, region, service } => format!("{service} · {project} · {region}"),
        Backend::CloudSql { project, instance, .. } => format!("{instance} · {project}"),
        Backend::SecretManager { project, .. } => project.clone(),
        Backend::CloudBuild { project, region, trigger } => format!("{trigger} · {project} · {region}"),
        Backend::Compose { project, service } => format!("{project} · {service}"),
        Backend::GithubActions { repository, workflow } => format!("{repository} · {workflow}"),
        Backend::Loki { selector } => selector.clone(),
        Backend::Jaeger { service } => service.clone(),
        Backend::Systemd { unit, host } => {
            host.as_ref().map_or_else(|| unit.clone(), |host| format!("{unit} · {host}"))
        }
        Backend::Package { name } => name.clone(),
        Backend::Bucket { .. }
        | Backend::Prometheus { .. }
        | Backend::Postgres { .. }
        | Backend::Redis { .. }
        | Backend::Http { .. } => String::new(),
    }
}
