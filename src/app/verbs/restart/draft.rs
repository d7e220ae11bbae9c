//! The plan as it is shown before anybody says yes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::verbs::rollback::traffic;
use crate::app::verbs::{health, say};
use crate::base::ids::ComponentId;
use crate::domain::health::Check;
use crate::domain::plan::Draft;
use crate::domain::release::{Revision, Serving, short_image};
use crate::domain::report::Block;
use crate::domain::words::Phrase;

/// What running the plan needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// The part.
    pub component: ComponentId,
    /// The revision that serves and is started again.
    pub from: String,
    /// Whether traffic follows new deployments.
    pub follows: bool,
    /// The backend's version that the plan rests on.
    pub version: String,
}

/// The draft.
pub fn draft(
    place: &str,
    component: &ComponentId,
    serving: &Serving,
    from: &Revision,
    checks: &[Check],
    now: Timestamp,
) -> Draft {
    let detail = Detail {
        component: component.clone(),
        from: from.name.clone(),
        follows: serving.follows_latest,
        version: serving.version.clone(),
    };
    Draft {
        headline: Phrase::new("restart-plan").with("place", place).with("revision", from.name.as_str()),
        preview: preview(serving, from, checks, now),
        basis: basis(serving, from),
        // Strings and flags only: this cannot fail.
        detail: serde_json::to_value(detail).unwrap_or_default(),
    }
}

fn preview(serving: &Serving, from: &Revision, checks: &[Check], now: Timestamp) -> Vec<Block> {
    let shown = Phrase::new("rollback-revision")
        .with("revision", from.name.as_str())
        .with("image", short_image(&from.image))
        .with("age", say::ago(now, from.created))
        .with("created", from.created);
    let fields = vec![
        (Phrase::new("restart-field-serves"), shown),
        (Phrase::new("rollback-field-traffic-before"), traffic(serving)),
        (Phrase::new("rollback-field-health"), health::line(checks)),
    ];
    let mut preview = vec![Block::Fields(fields), Block::Text(Phrase::new("restart-how"))];
    if let Some(newest) = newest(serving).filter(|newest| newest.name != from.name) {
        preview.push(Block::Text(
            Phrase::new("restart-latest-differs")
                .with("latest", newest.name.as_str())
                .with("image", short_image(&newest.image))
                .with("revision", from.name.as_str()),
        ));
    }
    preview.push(Block::Text(Phrase::new(if serving.follows_latest {
        "restart-traffic-follows"
    } else {
        "restart-traffic-pinned"
    })));
    preview
}

/// What was deployed last, ready or not.
fn newest(serving: &Serving) -> Option<&Revision> {
    serving.revisions.iter().max_by_key(|revision| revision.created)
}

/// What the plan rests on. If any of it differs when somebody says yes, the plan is void.
fn basis(serving: &Serving, from: &Revision) -> BTreeMap<String, String> {
    [
        ("serves", from.name.clone()),
        ("follows latest", if serving.follows_latest { "yes" } else { "no" }.to_owned()),
        ("newest revision", newest(serving).map_or_else(String::new, |revision| revision.name.clone())),
        ("version", serving.version.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
