//! Faults that can be switched on: what the demo and the tests break on purpose.

use serde::{Deserialize, Serialize};

/// Which system misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Cloud Run Admin.
    Run,
    /// Cloud Logging, the tail stream included.
    Logging,
    /// Cloud Monitoring.
    Monitoring,
    /// The Docker Engine.
    Docker,
    /// The metadata server.
    Metadata,
    /// sagebase's own endpoints.
    Sagebase,
    /// bluelamp's own endpoints.
    Bluelamp,
    /// api-key-server's own endpoints.
    ApiKeyServer,
    /// taisun's own endpoints.
    Taisun,
    /// smart-office's own endpoints.
    SmartOffice,
}

impl System {
    /// The system that a path of the listener belongs to.
    pub fn of(path: &str) -> Option<Self> {
        let mut parts = path.split('/').skip(1);
        Some(match (parts.next()?, parts.next()) {
            ("v2", Some("projects")) => Self::Run,
            ("v2", _) | ("google.logging.v2.LoggingServiceV2", _) => Self::Logging,
            ("v3", Some("projects")) => Self::Monitoring,
            ("containers" | "v1.41", _) => Self::Docker,
            ("computeMetadata", _) => Self::Metadata,
            ("sagebase", _) => Self::Sagebase,
            ("bluelamp", _) => Self::Bluelamp,
            ("api-key-server", _) => Self::ApiKeyServer,
            ("taisun", _) => Self::Taisun,
            ("smart-office", _) => Self::SmartOffice,
            _ => return None,
        })
    }
}

/// How it misbehaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Kind {
    /// Answers come so much later (real milliseconds).
    Slow {
        /// How much later.
        ms: u64,
    },
    /// 503 UNAVAILABLE.
    Unavailable,
    /// 403 PERMISSION_DENIED.
    PermissionDenied,
    /// 404 NOT_FOUND.
    NotFound,
    /// 409 ABORTED.
    Conflict,
    /// 429 RESOURCE_EXHAUSTED.
    Exhausted,
    /// A page of HTML with status 200 in the place of JSON.
    Garbage,
    /// The connection stays open and nothing comes.
    Hang,
    /// The request is carried out and the connection is cut before the answer.
    DropAfter,
    /// Revisions made from now on never become ready (Cloud Run).
    NeverReady,
    /// Operations begun from now on never end (Cloud Run).
    EndlessOperation,
    /// Operations begun from now on end with an error (Cloud Run).
    FailingOperation,
}

impl Kind {
    /// Whether the fault lies in the simulated system itself rather than on the way to it.
    fn is_inside(&self) -> bool {
        matches!(self, Self::NeverReady | Self::EndlessOperation | Self::FailingOperation)
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Where.
    pub system: System,
    /// What happens.
    #[serde(flatten)]
    pub kind: Kind,
    /// Only paths that contain this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only requests of this method, `PATCH`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// So many times, then it is over; until it is cleared if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl Fault {
    /// A fault of the whole system until it is cleared.
    pub fn new(system: System, kind: Kind) -> Self {
        Self { system, kind, path: None, method: None, times: None }
    }

    /// Only for paths that contain `path`.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only for requests of that method.
    #[must_use]
    pub fn on(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

/// The faults that are on.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Switches one on.
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// All off.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Those that are on.
    pub(super) fn list(&self) -> &[Fault] {
        &self.0
    }

    /// The faults on the way of this request; each counts as having happened.
    pub(super) fn strike(&mut self, system: System, method: &str, path: &str) -> Vec<Kind> {
        self.take(|fault| {
            fault.system == system
                && !fault.kind.is_inside()
                && fault.path.as_deref().is_none_or(|part| path.contains(part))
                && fault.method.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(method))
        })
    }

    /// Whether the simulated system itself has this fault; it then counts as having happened.
    pub(super) fn inside(&mut self, kind: &Kind, path: &str) -> bool {
        !self
            .take(|fault| fault.kind == *kind && fault.path.as_deref().is_none_or(|part| path.contains(part)))
            .is_empty()
    }

    fn take(&mut self, hit: impl Fn(&Fault) -> bool) -> Vec<Kind> {
        let mut struck = Vec::new();
        for fault in self.0.iter_mut().filter(|fault| hit(fault)) {
            if let Some(times) = &mut fault.times {
                if *times == 0 {
                    continue;
                }
                *times -= 1;
            }
            struck.push(fault.kind.clone());
        }
        self.0.retain(|fault| fault.times != Some(0));
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_its_own_path_so_many_times() {
        let mut faults = Faults::default();
        faults.add(Fault::new(System::Run, Kind::Unavailable).at("/revisions").times(1));
        assert!(faults.strike(System::Run, "GET", "/v2/projects/p/locations/l/services").is_empty());
        assert!(faults.strike(System::Logging, "GET", "/revisions").is_empty());
        assert_eq!(faults.strike(System::Run, "GET", "/revisions"), [Kind::Unavailable]);
        assert!(faults.strike(System::Run, "GET", "/revisions").is_empty());
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_fault_reads_well_as_json() {
        let fault: Fault =
            serde_json::from_str(r#"{"system":"api-key-server","kind":"slow","ms":2000}"#).unwrap();
        assert_eq!(fault, Fault::new(System::ApiKeyServer, Kind::Slow { ms: 2000 }));
        assert_eq!(System::of("/v2/entries:list"), Some(System::Logging));
        assert_eq!(System::of("/v2/projects/p/locations/l/services/s"), Some(System::Run));
        assert_eq!(System::of("/sandbox/faults"), None);
    }
}
