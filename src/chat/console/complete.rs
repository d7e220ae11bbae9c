//! Completion of a line as it is typed.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};

use super::Console;
use super::guard::Visitor;

/// Completes a line: best first.
pub type Completer = Arc<dyn Fn(&str) -> Vec<Suggestion> + Send + Sync>;

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The whole line once it is taken, `logs bluelamp `.
    pub text: String,
    /// What is shown, `bluelamp`.
    pub label: String,
    /// What it is, in a few words; may be empty.
    pub hint: String,
}

/// Longer lines are nobody's typing.
const LONGEST_LINE: usize = 2_000;
/// More than this cannot be chosen from at a glance.
const MOST: usize = 8;

#[derive(Deserialize)]
pub(super) struct Typed {
    text: String,
}

/// `GET /console/complete?text=…`.
pub(super) async fn complete(
    State(console): State<Arc<Console>>,
    Extension(_): Extension<Visitor>,
    Query(typed): Query<Typed>,
) -> Json<Vec<Suggestion>> {
    if typed.text.len() > LONGEST_LINE {
        return Json(Vec::new());
    }
    let text = typed.text.trim_start().trim_start_matches(['/', '／']);
    let mut suggestions = (console.setup.completer)(text);
    suggestions.truncate(MOST);
    Json(suggestions)
}
