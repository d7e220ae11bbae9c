//! Services and their components: what Toban looks after, and where each part lives.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::base::ids::{ComponentId, PersonId, ServiceId};
use crate::domain::person::Door;
use crate::domain::runbook::Entry;
use crate::domain::words::Lang;

/// A service, `sagebase`.
#[derive(Debug, Clone)]
pub struct Service {
    /// The id.
    pub id: ServiceId,
    /// Other names it answers to.
    pub aliases: Vec<String>,
    /// `production`, `staging`, …
    pub environment: String,
    /// Its home channel at each door.
    pub channels: BTreeMap<Door, String>,
    /// People who own it.
    pub owners: Vec<PersonId>,
    /// The language of its answers, where it differs from the channel's.
    pub lang: Option<Lang>,
    /// Its parts, in the order of the config.
    pub components: Vec<Component>,
    /// Known errors and their remedies.
    pub runbook: Vec<Entry>,
}

/// A part of a service, `sagebase.db`.
#[derive(Debug, Clone)]
pub struct Component {
    /// The id, unique in its service.
    pub id: ComponentId,
    /// What it is and where.
    pub place: Backend,
    /// An HTTP check besides the backend's own.
    pub probe: Option<Probe>,
}

/// A kind of backend and the place in it. The fields are those of the config's `place`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "backend", content = "place", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are the config's own names, described in config/default.toml")]
pub enum Backend {
    CloudRun {
        project: String,
        region: String,
        service: String,
    },
    CloudSql {
        project: String,
        instance: String,
        #[serde(default)]
        database: Option<String>,
    },
    SecretManager {
        project: String,
        #[serde(default)]
        secrets: Vec<String>,
    },
    CloudBuild {
        project: String,
        region: String,
        trigger: String,
    },
    Bucket {
        url: String,
    },
    Compose {
        project: String,
        service: String,
    },
    GithubActions {
        repository: String,
        workflow: String,
    },
    Prometheus {
        #[serde(default)]
        queries: BTreeMap<String, String>,
    },
    Loki {
        selector: String,
    },
    Jaeger {
        service: String,
    },
    Systemd {
        unit: String,
        #[serde(default)]
        host: Option<String>,
    },
    Postgres {
        dsn: String,
    },
    Redis {
        #[serde(default)]
        url: Option<String>,
        #[serde(default)]
        database: Option<u32>,
    },
    Package {
        name: String,
    },
    Http {
        url: String,
    },
}

impl Backend {
    /// The kind as it is written in the config.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::CloudRun { .. } => "cloud_run",
            Self::CloudSql { .. } => "cloud_sql",
            Self::SecretManager { .. } => "secret_manager",
            Self::CloudBuild { .. } => "cloud_build",
            Self::Bucket { .. } => "bucket",
            Self::Compose { .. } => "compose",
            Self::GithubActions { .. } => "github_actions",
            Self::Prometheus { .. } => "prometheus",
            Self::Loki { .. } => "loki",
            Self::Jaeger { .. } => "jaeger",
            Self::Systemd { .. } => "systemd",
            Self::Postgres { .. } => "postgres",
            Self::Redis { .. } => "redis",
            Self::Package { .. } => "package",
            Self::Http { .. } => "http",
        }
    }
}

/// An HTTP check.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// What is fetched with GET.
    pub url: String,
    /// The expected status.
    pub status: u16,
    /// Members that the JSON answer must have, with these values.
    pub json: BTreeMap<String, serde_json::Value>,
    /// How the probe proves who it is.
    pub auth: ProbeAuth,
    /// How long an answer may take at most.
    pub timeout: Duration,
    /// Slower than this is degraded.
    pub slow: Option<Duration>,
}

/// How a probe proves who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeAuth {
    /// It does not.
    None,
    /// `Authorization: Bearer` with a Google ID token for this audience.
    GoogleIdToken {
        /// The audience, usually the service's URL.
        audience: String,
    },
}

/// All services, found by id or alias.
#[derive(Debug, Clone, Default)]
pub struct Services {
    all: Vec<std::sync::Arc<Service>>,
    /// Ids and aliases in small letters: finding one does not get slower with their number.
    names: HashMap<String, usize>,
}

impl Services {
    /// Keeps the order given.
    pub fn new(all: impl IntoIterator<Item = Service>) -> Self {
        let all: Vec<_> = all.into_iter().map(std::sync::Arc::new).collect();
        let mut names = HashMap::new();
        for (at, service) in all.iter().enumerate() {
            for name in std::iter::once(service.id.as_str()).chain(service.aliases.iter().map(String::as_str))
            {
                names.entry(name.to_ascii_lowercase()).or_insert(at);
            }
        }
        Self { all, names }
    }

    /// In the order of the config.
    pub fn iter(&self) -> impl Iterator<Item = &std::sync::Arc<Service>> {
        self.all.iter()
    }

    /// By id or alias, in any case of letters.
    pub fn find(&self, name: &str) -> Option<&std::sync::Arc<Service>> {
        let found = self.names.get(name).or_else(|| {
            let upper = name.bytes().any(|c| c.is_ascii_uppercase());
            upper.then(|| self.names.get(&name.to_ascii_lowercase()))?
        });
        found.and_then(|at| self.all.get(*at))
    }

    /// Every name a service answers to.
    pub fn names(&self) -> BTreeSet<&str> {
        self.all
            .iter()
            .flat_map(|service| {
                std::iter::once(service.id.as_str()).chain(service.aliases.iter().map(String::as_str))
            })
            .collect()
    }
}

impl Service {
    /// The component of that id, in any case of letters.
    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.id.as_str().eq_ignore_ascii_case(id))
    }
}
