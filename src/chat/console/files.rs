//! Downloads of the files that were posted.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Console;
use super::guard::{Visitor, not_that_person};

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(rename = "as")]
    wanted: Option<String>,
}

/// `GET /console/files/{post}`.
pub(super) async fn file(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(post): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(viewer) = visitor.speaks_for(asked.wanted.as_deref(), &console) else {
        return not_that_person();
    };
    let found = console.board.find(&post).filter(|found| found.is_for(viewer));
    let Some(file) = found.and_then(|found| found.file) else {
        return (StatusCode::NOT_FOUND, "that file is not here any more").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
    ];
    (headers, file.text.to_string()).into_response()
}

/// The name in RFC 8187's form, which any character survives.
fn disposition(name: &str) -> String {
    let mut header = "attachment; filename*=UTF-8''".to_owned();
    for part in url::form_urlencoded::byte_serialize(name.as_bytes()) {
        header.push_str(&part.replace('+', "%20").replace('*', "%2A"));
    }
    header
}

#[cfg(test)]
mod tests {
    #[test]
    fn any_name_makes_a_header() {
        let header = super::disposition("ログ \"1\"\r\n.txt");
        assert_eq!(header, "attachment; filename*=UTF-8''%E3%83%AD%E3%82%B0%20%221%22%0D%0A.txt");
    }
}
