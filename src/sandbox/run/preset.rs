//! The example company's three Cloud Run services as the sandbox finds them at its start.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::model::{Ailment, Service, State, uid};
use super::operation::never_listened;
use super::platform::Platform;

const REGION: &str = "asia-northeast1";

/// A variable: a plain value, or the secret's name and version.
enum Var {
    Plain(&'static str),
    Secret(&'static str, &'static str),
}
use Var::{Plain, Secret};

/// One revision of the past.
struct Past {
    suffix: &'static str,
    age: Duration,
    image: &'static str,
    vars: &'static [(&'static str, Var)],
    ready: bool,
}

struct Recipe {
    project: &'static str,
    id: &'static str,
    host: &'static str,
    origin: &'static str,
    /// The number of the first revision that is still kept.
    first: u32,
    open: bool,
    cpu: &'static str,
    memory: &'static str,
    timeout: &'static str,
    scale: (u32, u32),
    account: &'static str,
    /// Oldest first.
    past: &'static [Past],
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}
const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

/// The image of api-key-server's newest revision, whose key the service upstream refuses.
const BAD_KEY: &str = "gcr.io/api-key-prod/api-key-server:v1.8.0";
/// An image that listens on the wrong port.
const DEAF: &str = "gcr.io/api-key-prod/api-key-server:v1.7.3";

static RECIPES: [Recipe; 3] = [
    Recipe {
        project: "sagebase-prod",
        id: "sagebase-streamlit",
        host: "sagebase-streamlit-7kq3m2x5za-an.a.run.app",
        origin: "https://sagebase.example.com",
        first: 114,
        open: true,
        cpu: "2",
        memory: "2Gi",
        timeout: "300s",
        scale: (1, 10),
        account: "sagebase-run@sagebase-prod.iam.gserviceaccount.com",
        past: &[
            Past {
                suffix: "fol",
                age: days(23),
                image: "asia-northeast1-docker.pkg.dev/sagebase-prod/sagebase/streamlit:2025.12.17",
                vars: SAGEBASE_OLD,
                ready: true,
            },
            Past {
                suffix: "kuz",
                age: days(12),
                image: "asia-northeast1-docker.pkg.dev/sagebase-prod/sagebase/streamlit@sha256:4b1f0e6f0a9c5a0c1d0e54f8be0f1a2f6cb6b3a1f0a59d1b7cbb3e6a4d2e9f10",
                vars: SAGEBASE_OLD,
                ready: true,
            },
            Past {
                suffix: "tiw",
                age: days(5),
                image: "asia-northeast1-docker.pkg.dev/sagebase-prod/sagebase/streamlit:2026.01.04",
                vars: SAGEBASE,
                ready: true,
            },
            Past {
                suffix: "gax",
                age: days(2),
                image: "asia-northeast1-docker.pkg.dev/sagebase-prod/sagebase/streamlit:2026.01.07",
                vars: SAGEBASE,
                ready: true,
            },
        ],
    },
    Recipe {
        project: "bluelamp-prod",
        id: "bluelamp",
        host: "bluelamp-235426778039.asia-northeast1.run.app",
        origin: "https://bluelamp.example.com",
        first: 20,
        open: true,
        cpu: "1",
        memory: "512Mi",
        timeout: "60s",
        scale: (0, 5),
        account: "bluelamp-portal@bluelamp-prod.iam.gserviceaccount.com",
        past: &[
            Past {
                suffix: "hiv",
                age: days(41),
                image: "gcr.io/bluelamp-prod/portal:1.0.0",
                vars: BLUELAMP_OLD,
                ready: true,
            },
            Past {
                suffix: "zop",
                age: days(16),
                image: "gcr.io/bluelamp-prod/portal:1.0.1",
                vars: BLUELAMP_OLD,
                ready: true,
            },
            Past {
                suffix: "lem",
                age: days(3),
                image: "gcr.io/bluelamp-prod/portal@sha256:9a5c8b2f4e6d1c0b7a3f5e8d2c4b6a1f0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b",
                vars: BLUELAMP,
                ready: true,
            },
        ],
    },
    Recipe {
        project: "api-key-prod",
        id: "api-key-server",
        host: "api-key-server-u4rw6hbz3q-an.a.run.app",
        origin: "https://api-key-server.example.com",
        first: 39,
        open: false,
        cpu: "1",
        memory: "1Gi",
        timeout: "300s",
        scale: (1, 8),
        account: "api-key-server@api-key-prod.iam.gserviceaccount.com",
        past: &[
            Past {
                suffix: "bet",
                age: days(21),
                image: "gcr.io/api-key-prod/api-key-server:v1.7.0",
                vars: API_KEY_OLD,
                ready: true,
            },
            Past {
                suffix: "siq",
                age: days(9),
                image: "gcr.io/api-key-prod/api-key-server:v1.7.1",
                vars: API_KEY_OLD,
                ready: true,
            },
            Past {
                suffix: "wud",
                age: days(3),
                image: "gcr.io/api-key-prod/api-key-server:v1.7.2",
                vars: API_KEY,
                ready: true,
            },
            Past { suffix: "pog", age: days(1), image: DEAF, vars: API_KEY, ready: false },
            Past { suffix: "nam", age: minutes(40), image: BAD_KEY, vars: API_KEY_BAD, ready: true },
        ],
    },
];

static SAGEBASE_OLD: &[(&str, Var)] = &[
    ("ENVIRONMENT", Plain("production")),
    ("LOG_LEVEL", Plain("INFO")),
    ("GEMINI_MODEL", Plain("gemini-1.5-pro")),
    ("CLOUD_SQL_CONNECTION_NAME", Plain("sagebase-prod:asia-northeast1:sagebase-db")),
    ("DB_NAME", Plain("sagebase_db")),
    ("DB_PASSWORD", Secret("database-password", "latest")),
];
static SAGEBASE: &[(&str, Var)] = &[
    ("ENVIRONMENT", Plain("production")),
    ("LOG_LEVEL", Plain("INFO")),
    ("GEMINI_MODEL", Plain("gemini-2.0-flash")),
    ("CLOUD_SQL_CONNECTION_NAME", Plain("sagebase-prod:asia-northeast1:sagebase-db")),
    ("DB_NAME", Plain("sagebase_db")),
    ("DB_POOL_SIZE", Plain("20")),
    ("DB_PASSWORD", Secret("database-password", "latest")),
];
static BLUELAMP_OLD: &[(&str, Var)] = &[
    ("NODE_ENV", Plain("production")),
    ("API_HOST", Plain("bluelamp-235426778039.asia-northeast1.run.app")),
    ("CORS_ORIGIN", Plain("https://geniemon.vercel.app")),
    ("MONGODB_URI", Secret("mongodb-uri", "3")),
    ("JWT_SECRET", Secret("jwt-secret", "1")),
];
static BLUELAMP: &[(&str, Var)] = &[
    ("NODE_ENV", Plain("production")),
    ("API_HOST", Plain("bluelamp-235426778039.asia-northeast1.run.app")),
    ("CORS_ORIGIN", Plain("https://geniemon.vercel.app")),
    ("MONGODB_URI", Secret("mongodb-uri", "4")),
    ("JWT_SECRET", Secret("jwt-secret", "2")),
    ("RATE_LIMIT_PER_MINUTE", Plain("120")),
];
static API_KEY_OLD: &[(&str, Var)] = &[
    ("USE_SECRET_MANAGER", Plain("true")),
    ("API_KEY_SERVER_GCP_PROJECT_ID", Plain("api-key-prod")),
    ("API_KEY_SERVER_MAX_TOKENS", Plain("4096")),
    ("API_KEY_SERVER_REQUEST_TIMEOUT_SECONDS", Plain("240")),
    ("OPENAI_API_KEYS", Secret("openai-api-keys", "6")),
];
static API_KEY: &[(&str, Var)] = &[
    ("USE_SECRET_MANAGER", Plain("true")),
    ("API_KEY_SERVER_GCP_PROJECT_ID", Plain("api-key-prod")),
    ("API_KEY_SERVER_MAX_TOKENS", Plain("8192")),
    ("API_KEY_SERVER_REQUEST_TIMEOUT_SECONDS", Plain("240")),
    ("OPENAI_API_KEYS", Secret("openai-api-keys", "7")),
];
static API_KEY_BAD: &[(&str, Var)] = &[
    ("USE_SECRET_MANAGER", Plain("true")),
    ("API_KEY_SERVER_GCP_PROJECT_ID", Plain("api-key-prod")),
    ("API_KEY_SERVER_MAX_TOKENS", Plain("8192")),
    ("API_KEY_SERVER_REQUEST_TIMEOUT_SECONDS", Plain("30")),
    ("API_KEY_SERVER_RETRY_UPSTREAM", Plain("false")),
    ("OPENAI_API_KEYS", Secret("openai-api-keys", "8")),
];

/// Fills the platform, as of `now`.
pub(in crate::sandbox) fn fill(platform: &mut Platform, now: Timestamp) {
    platform.ailments.insert(BAD_KEY.to_owned(), Ailment::Upstream);
    platform.ailments.insert(DEAF.to_owned(), Ailment::NeverListens);
    for recipe in &RECIPES {
        let service = cook(recipe, now);
        platform.services.insert(service.name(), service);
    }
}

fn cook(recipe: &Recipe, now: Timestamp) -> Service {
    let parent = format!("projects/{}/locations/{REGION}", recipe.project);
    let born = now - days(90);
    let owner = format!("deploy@{}.iam.gserviceaccount.com", recipe.project);
    let uri = format!("https://{}", recipe.host);
    let traffic = json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }]);
    let doc = json!({
        "name": format!("{parent}/services/{}", recipe.id),
        "uid": uid(recipe.id),
        "generation": (recipe.first + u32::try_from(recipe.past.len()).unwrap_or_default() - 1).to_string(),
        "labels": { "managed-by": "cloud-build" },
        "createTime": born.to_string(),
        "creator": owner,
        "lastModifier": owner,
        "client": "gcloud",
        "clientVersion": "504.0.1",
        "ingress": "INGRESS_TRAFFIC_ALL",
        "launchStage": "GA",
        "invokerIamDisabled": recipe.open,
        "customAudiences": [recipe.origin],
        "traffic": traffic,
        "trafficStatuses": traffic,
        "uri": uri,
        "urls": [uri],
    });
    let Value::Object(doc) = doc else { return empty(parent, recipe.id) };
    let mut service = Service { doc, counter: recipe.first - 1, ..empty(parent, recipe.id) };
    for past in recipe.past {
        let at = now - past.age;
        service.doc.insert("template".to_owned(), template(recipe, past));
        service.doc.insert("updateTime".to_owned(), json!(at.to_string()));
        let short = service.make_revision(past.suffix, None, at);
        let trouble = (!past.ready).then(|| never_listened(&short));
        service.judge_revision(&short, trouble.as_deref(), at + Duration::from_secs(21));
        service.conditions(State::Succeeded, at + Duration::from_secs(24), "");
    }
    // gcloud leaves the last revision's name in the template.
    let last = service.revisions.first().map(|revision| json!(super::model::short_name(revision)));
    if let (Some(last), Some(Value::Object(template))) = (last, service.doc.get_mut("template")) {
        template.insert("revision".to_owned(), last);
    }
    service.touch();
    service
}

fn empty(parent: String, id: &str) -> Service {
    Service { parent, id: id.to_owned(), doc: Map::new(), revisions: Vec::new(), counter: 0 }
}

fn template(recipe: &Recipe, past: &Past) -> Value {
    let vars: Vec<Value> = past
        .vars
        .iter()
        .map(|(name, var)| match var {
            Plain(value) => json!({ "name": name, "value": value }),
            Secret(secret, version) => json!({
                "name": name,
                "valueSource": { "secretKeyRef": {
                    "secret": format!("projects/{}/secrets/{secret}", recipe.project),
                    "version": version,
                } },
            }),
        })
        .collect();
    json!({
        "labels": { "managed-by": "cloud-build" },
        "scaling": { "minInstanceCount": recipe.scale.0, "maxInstanceCount": recipe.scale.1 },
        "timeout": recipe.timeout,
        "serviceAccount": recipe.account,
        "maxInstanceRequestConcurrency": 80,
        "containers": [{
            "name": format!("{}-1", recipe.id),
            "image": past.image,
            "env": vars,
            "resources": {
                "limits": { "cpu": recipe.cpu, "memory": recipe.memory },
                "cpuIdle": true,
                "startupCpuBoost": true,
            },
            "ports": [{ "name": "http1", "containerPort": 8080 }],
            "startupProbe": {
                "timeoutSeconds": 240,
                "periodSeconds": 240,
                "failureThreshold": 1,
                "tcpSocket": { "port": 8080 },
            },
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::random::Dice;

    fn platform() -> Platform {
        let mut platform = Platform::new(Duration::from_secs(4), Dice::new(1));
        fill(&mut platform, "2026-01-09T03:00:00Z".parse().unwrap());
        platform
    }

    #[test]
    fn the_newest_revision_of_api_key_server_is_bad_and_one_never_became_ready() {
        let platform = platform();
        let service = platform.service("api-key-server").unwrap();
        assert_eq!(service.serving(), [("api-key-server-00043-nam", 100)]);
        assert_eq!(platform.ailment(service, "api-key-server-00043-nam"), Some(Ailment::Upstream));
        assert_eq!(platform.ailment(service, "api-key-server-00041-wud"), None);
        let earlier = "2026-01-09T02:00:00Z".parse().unwrap();
        assert_eq!(service.ready_at(earlier), Some("api-key-server-00041-wud"));
        let ready: Vec<bool> = service.revisions.iter().map(super::super::model::is_ready).collect();
        assert_eq!(ready, [true, false, true, true, true]);
    }

    #[test]
    fn the_same_start_gives_the_same_world() {
        let (one, two) = (platform(), platform());
        let etag = |platform: &Platform| platform.service("bluelamp").unwrap().text("etag").to_owned();
        assert_eq!(etag(&one), etag(&two));
    }
}
