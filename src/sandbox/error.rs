//! Google's errors on the wire: `google.rpc.Status` as JSON, with the HTTP code that belongs to it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The canonical codes that the sandbox has use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of google.rpc.Code")]
pub enum Code {
    InvalidArgument,
    NotFound,
    AlreadyExists,
    PermissionDenied,
    ResourceExhausted,
    FailedPrecondition,
    Aborted,
    Internal,
    Unavailable,
}

impl Code {
    /// google.rpc.Code's number, name and HTTP status (google/rpc/code.proto).
    fn row(self) -> (i32, &'static str, StatusCode) {
        match self {
            Self::InvalidArgument => (3, "INVALID_ARGUMENT", StatusCode::BAD_REQUEST),
            Self::NotFound => (5, "NOT_FOUND", StatusCode::NOT_FOUND),
            Self::AlreadyExists => (6, "ALREADY_EXISTS", StatusCode::CONFLICT),
            Self::PermissionDenied => (7, "PERMISSION_DENIED", StatusCode::FORBIDDEN),
            Self::ResourceExhausted => (8, "RESOURCE_EXHAUSTED", StatusCode::TOO_MANY_REQUESTS),
            Self::FailedPrecondition => (9, "FAILED_PRECONDITION", StatusCode::BAD_REQUEST),
            Self::Aborted => (10, "ABORTED", StatusCode::CONFLICT),
            Self::Internal => (13, "INTERNAL", StatusCode::INTERNAL_SERVER_ERROR),
            Self::Unavailable => (14, "UNAVAILABLE", StatusCode::SERVICE_UNAVAILABLE),
        }
    }

    /// google.rpc.Code's number, as it stands in an operation's `error`.
    pub fn number(self) -> i32 {
        self.row().0
    }
}

/// An error as Google's APIs answer it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// Which kind.
    pub code: Code,
    /// Google's words.
    pub message: String,
    /// `google.rpc.ErrorInfo` and its like.
    pub details: Vec<Value>,
}

impl ApiError {
    /// An error without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Vec::new() }
    }

    /// A request that does not say what it must.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// The same as Google answers to a JSON member that the message does not have.
    pub fn unknown_field(name: &str, at: &str) -> Self {
        let place = if at.is_empty() { String::new() } else { format!(" at '{at}'") };
        Self::invalid(format!(
            "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
        ))
    }

    /// `google.rpc.Status`, as an operation carries it.
    pub fn status(&self) -> Value {
        json!({ "code": self.code.number(), "message": self.message, "details": self.details })
    }

    /// The same for a gRPC call.
    pub fn grpc(&self) -> tonic::Status {
        tonic::Status::new(tonic::Code::from(self.code.number()), self.message.clone())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (_, name, http) = self.code.row();
        let mut error = json!({ "code": http.as_u16(), "message": self.message, "status": name });
        if !self.details.is_empty() {
            error["details"] = Value::Array(self.details);
        }
        (http, Json(json!({ "error": error }))).into_response()
    }
}

/// What Google's front end says to a path that no API has.
pub(super) fn no_such_path() -> Response {
    let page = "<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n\
                <p><b>404.</b> <ins>That’s an error.</ins>\n";
    (StatusCode::NOT_FOUND, axum::response::Html(page)).into_response()
}
