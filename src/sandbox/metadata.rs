//! The metadata server of a Google Cloud machine: where a probe gets its ID token from.
//!
//! The tokens are signed with a key of this process only, so that the services here can tell them from others.

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::error::{ApiError, Code};
use super::world::World;
use crate::base::Clock;

/// Who the machine is.
const ACCOUNT: &str = "toban@api-key-prod.iam.gserviceaccount.com";
const ISSUER: &str = "https://accounts.google.com";

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    azp: String,
    iat: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
}

/// The routes; a request without the right `Metadata-Flavor` is refused.
pub(super) fn routes() -> Router<World> {
    let account = "/computeMetadata/v1/instance/service-accounts/default";
    Router::new()
        .route(&format!("{account}/identity"), get(identity))
        .route(&format!("{account}/token"), get(token))
        .route(&format!("{account}/email"), get(async || ACCOUNT))
        .route("/computeMetadata/v1/project/project-id", get(async || "api-key-prod"))
        .route("/computeMetadata/v1/universe/universe-domain", get(async || "googleapis.com"))
        .layer(from_fn(flavor))
}

async fn flavor(request: Request, next: Next) -> Response {
    let right = request.headers().get("metadata-flavor").is_some_and(|value| value == "Google");
    let mut answer = if right {
        next.run(request).await
    } else {
        let page = "<title>Error 403 (Forbidden)!!1</title>Missing Metadata-Flavor:Google header.";
        (StatusCode::FORBIDDEN, Html(page)).into_response()
    };
    let headers = answer.headers_mut();
    headers.insert("metadata-flavor", HeaderValue::from_static("Google"));
    headers.insert(header::SERVER, HeaderValue::from_static("Metadata Server for VM"));
    answer
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Wish {
    audience: String,
    format: String,
}

async fn identity(State(world): State<World>, Query(wish): Query<Wish>) -> Response {
    if wish.audience.is_empty() {
        return (StatusCode::BAD_REQUEST, "non-empty audience parameter required\n").into_response();
    }
    // A token's times are real: its bearer and whoever checks it do not live by the sandbox's clock.
    let now = Clock::system().now().as_second();
    let full = wish.format.eq_ignore_ascii_case("full");
    let claims = Claims {
        aud: wish.audience,
        iss: ISSUER.to_owned(),
        sub: "112233445566778899001".to_owned(),
        azp: "112233445566778899001".to_owned(),
        iat: now,
        exp: now + 3_600,
        email: full.then(|| ACCOUNT.to_owned()),
        email_verified: full.then_some(true),
    };
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("sandbox".to_owned());
    match jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&key(&world))) {
        Ok(token) => token.into_response(),
        Err(_) => ApiError::new(Code::Internal, "could not make a token").into_response(),
    }
}

async fn token(State(world): State<World>) -> axum::Json<serde_json::Value> {
    let secret = world.with(|state, _| state.dice.hex(64));
    let token = ["ya29", ".sandbox-", &secret].concat();
    axum::Json(json!({ "access_token": token, "expires_in": 3599, "token_type": "Bearer" }))
}

/// Whether `token` is one of ours, not expired, for one of `audiences`.
pub(super) fn admits(world: &World, token: &str, audiences: &[String]) -> bool {
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(audiences);
    rules.set_issuer(&[ISSUER]);
    jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&key(world)), &rules).is_ok()
}

fn key(world: &World) -> [u8; 32] {
    use sha2::Digest;
    sha2::Sha256::digest(format!("sandbox {}", world.options().seed)).into()
}
