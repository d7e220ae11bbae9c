//! The five services' own HTTP endpoints. What they answer depends on the revision that the request meets.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::metadata;
use super::run::model::{Ailment, image};
use super::world::{State as Now, World};

/// A service: its path here, its Cloud Run service if it has one, and where the world outside finds it.
pub(super) struct App {
    pub path: &'static str,
    run: Option<&'static str>,
    pub origins: &'static [&'static str],
}

/// The five.
pub(super) static APPS: [App; 5] = [
    App {
        path: "sagebase",
        run: Some("sagebase-streamlit"),
        origins: &["https://sagebase.example.com", "https://sagebase-streamlit-7kq3m2x5za-an.a.run.app"],
    },
    App {
        path: "bluelamp",
        run: Some("bluelamp"),
        origins: &["https://bluelamp.example.com", "https://bluelamp-235426778039.asia-northeast1.run.app"],
    },
    App {
        path: "api-key-server",
        run: Some("api-key-server"),
        origins: &["https://api-key-server.example.com", "https://api-key-server-u4rw6hbz3q-an.a.run.app"],
    },
    App {
        path: "taisun",
        run: None,
        origins: &["https://taisun.example.com", "https://api.example.com", "https://staging.example.com"],
    },
    App {
        path: "smart-office",
        run: None,
        origins: &[
            "https://smart-office.example.com",
            "https://smart-office-ai.example.com",
            "https://your-domain.com",
        ],
    },
];

/// The routes.
pub(super) fn routes() -> Router<World> {
    Router::new()
        .route("/{app}", get(root))
        .route("/{app}/", get(root))
        .route("/{app}/{*path}", get(endpoint))
}

async fn root(state: State<World>, Path(app): Path<String>, headers: HeaderMap) -> Response {
    endpoint(state, Path((app, String::new())), headers).await
}

async fn endpoint(
    State(world): State<World>,
    Path((app, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(app) = APPS.iter().find(|known| known.path == app) else {
        return super::error::no_such_path();
    };
    match app.run {
        Some(run) => cloud_run(&world, app, run, &path, &headers),
        None => answer(app.path, &path, "1.2.4", None),
    }
}

/// Cloud Run's front end: is the caller let in, and which revision gets the request?
fn cloud_run(world: &World, app: &App, run: &str, path: &str, headers: &HeaderMap) -> Response {
    let admission = world.with(|state, _| {
        let service = state.run.service(run)?;
        let open = service.doc.get("invokerIamDisabled").and_then(Value::as_bool).unwrap_or_default();
        let own = service.doc.get("customAudiences").and_then(Value::as_array).into_iter().flatten();
        let own = own.filter_map(Value::as_str).chain([service.uri()]).chain(app.origins.iter().copied());
        (!open).then(|| own.map(str::to_owned).collect::<Vec<_>>())
    });
    if let Some(audiences) = admission
        && let Some(refusal) = refuse(world, headers, &audiences)
    {
        return refusal;
    }
    let met = world.with(|state, _| meet(state, run));
    match met {
        None => (StatusCode::SERVICE_UNAVAILABLE, Html("<html><title>Service Unavailable</title></html>"))
            .into_response(),
        Some((_, _, Some(Ailment::Upstream))) if path != "version" => {
            (StatusCode::BAD_GATEWAY, Json(json!({ "detail": "Upstream service error" }))).into_response()
        }
        Some((revision, version, _)) => answer(app.path, path, &version, Some(&revision)),
    }
}

/// As Cloud Run refuses: 403 without a token, 401 with one that it does not like.
fn refuse(world: &World, headers: &HeaderMap, audiences: &[String]) -> Option<Response> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(bearer) = bearer.and_then(|value| value.strip_prefix("Bearer ")) else {
        let page = "<html><head><title>403 Forbidden</title></head><body><h1>Error: Forbidden</h1>\
                    <h2>Your client does not have permission to get URL from this server.</h2></body></html>";
        return Some((StatusCode::FORBIDDEN, Html(page)).into_response());
    };
    if metadata::admits(world, bearer.trim(), audiences) {
        return None;
    }
    let page = "<html><head><title>401 Unauthorized</title></head><body><h1>Error: Unauthorized</h1>\
                <h2>Your client does not have permission to the requested URL.</h2></body></html>";
    let mut answer = (StatusCode::UNAUTHORIZED, Html(page)).into_response();
    answer.headers_mut().insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static(
            "Bearer error=\"invalid_token\" error_description=\"The access token could not be verified\"",
        ),
    );
    Some(answer)
}

/// The revision that one request meets, the version of its image, and what ails it.
fn meet(state: &mut Now, run: &str) -> Option<(String, String, Option<Ailment>)> {
    let service = state.run.service(run)?;
    let serving = service.serving();
    let (revision, _) = serving.get(state.dice.weighted(serving.iter().map(|(_, share)| *share)))?;
    let image = image(service.revision(revision)?);
    let version = image
        .rsplit([':', '/'])
        .next()
        .unwrap_or_default()
        .get(..12)
        .unwrap_or_else(|| image.rsplit(':').next().unwrap_or_default());
    Some(((*revision).to_owned(), version.to_owned(), state.run.ailment(service, revision)))
}

/// What a service in good health says.
fn answer(app: &str, path: &str, version: &str, revision: Option<&str>) -> Response {
    let json = match (app, path.trim_end_matches('/')) {
        (_, "health") => json!({ "status": "ok" }),
        (_, "version") => json!({ "version": version, "revision": revision }),
        ("sagebase", "_stcore/health") => return "ok".into_response(),
        ("smart-office", "api/v1/ai/health") => json!({ "status": "healthy", "ollama_reachable": true }),
        ("smart-office", "api/v1/ai/models") => json!({ "models": ["llama3.1:8b", "nomic-embed-text"] }),
        (name, "") => {
            return Html(format!("<!DOCTYPE html><title>{name}</title><h1>{name}</h1>")).into_response();
        }
        _ => return (StatusCode::NOT_FOUND, Json(json!({ "detail": "Not Found" }))).into_response(),
    };
    Json(json).into_response()
}
