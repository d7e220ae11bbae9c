//! The page's own files, embedded. They change only with the binary, so they are asked for by their tag.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

struct Asset {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

const PAGE: Asset =
    Asset { name: "index.html", kind: "text/html; charset=utf-8", text: include_str!("static/index.html") };

const ASSETS: [Asset; 10] = [
    Asset { name: "icon.svg", kind: "image/svg+xml", text: include_str!("static/icon.svg") },
    Asset { name: "shell.css", kind: STYLE, text: include_str!("static/shell.css") },
    Asset { name: "posts.css", kind: STYLE, text: include_str!("static/posts.css") },
    Asset { name: "controls.css", kind: STYLE, text: include_str!("static/controls.css") },
    Asset { name: "app.js", kind: SCRIPT, text: include_str!("static/app.js") },
    Asset { name: "dom.js", kind: SCRIPT, text: include_str!("static/dom.js") },
    Asset { name: "report.js", kind: SCRIPT, text: include_str!("static/report.js") },
    Asset { name: "feed.js", kind: SCRIPT, text: include_str!("static/feed.js") },
    Asset { name: "composer.js", kind: SCRIPT, text: include_str!("static/composer.js") },
    Asset { name: "stream.js", kind: SCRIPT, text: include_str!("static/stream.js") },
];

/// One tag for all: they belong together.
static TAG: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS.iter().chain([&PAGE]) {
        hash.update(asset.text);
    }
    format!("\"{}\"", &hex::encode(hash.finalize())[..16])
});

/// `GET /`.
pub(super) async fn page(headers: HeaderMap) -> Response {
    served(&PAGE, &headers)
}

/// `GET /console/assets/{name}`.
pub(super) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match ASSETS.iter().find(|asset| asset.name == name) {
        Some(asset) => served(asset, &headers),
        None => (StatusCode::NOT_FOUND, "there is no such file").into_response(),
    }
}

fn served(asset: &Asset, headers: &HeaderMap) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == TAG.as_bytes());
    let about = [(header::ETAG, TAG.as_str()), (header::CACHE_CONTROL, "no-cache")];
    if known {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, [(header::CONTENT_TYPE, asset.kind)], asset.text).into_response()
}
