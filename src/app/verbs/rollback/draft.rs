//! The plan as it is shown before anybody says yes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::choose::{Chosen, traffic};
use crate::app::verbs::{health, say};
use crate::base::ids::ComponentId;
use crate::domain::health::Check;
use crate::domain::plan::Draft;
use crate::domain::release::{Revision, Serving, Variables, short_image, variables};
use crate::domain::report::Block;
use crate::domain::words::Phrase;

/// What running the plan needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// The part.
    pub component: ComponentId,
    /// The revision that will serve.
    pub to: String,
    /// Whether traffic follows new deployments from then on.
    pub follow: bool,
    /// The revision that served before, if it was one alone.
    pub from: Option<String>,
    /// Whether traffic followed new deployments before.
    pub followed: bool,
    /// The backend's version that the plan rests on.
    pub version: String,
}

/// What the plan is made from.
pub struct World<'a> {
    /// `sagebase.web`.
    pub place: &'a str,
    /// The part.
    pub component: &'a ComponentId,
    /// Revisions and traffic.
    pub serving: &'a Serving,
    /// The target.
    pub choice: &'a Chosen<'a>,
    /// Its health now.
    pub checks: &'a [Check],
    /// When.
    pub now: Timestamp,
}

/// The draft.
pub fn draft(world: &World<'_>) -> Draft {
    let World { place, serving, choice, .. } = *world;
    let to = choice.revision;
    let from = serving.main();
    let headline = Phrase::new(if choice.follow { "rollback-plan-latest" } else { "rollback-plan" })
        .with("place", place)
        .with("revision", to.name.as_str());
    let alone = from.filter(|revision| revision.traffic == 100);
    let detail = Detail {
        component: world.component.clone(),
        to: to.name.clone(),
        follow: choice.follow,
        from: alone.map(|revision| revision.name.clone()),
        followed: serving.follows_latest,
        version: serving.version.clone(),
    };
    Draft {
        headline,
        preview: preview(world, from),
        basis: basis(serving, to),
        // Strings and flags only: this cannot fail.
        detail: serde_json::to_value(detail).unwrap_or_default(),
    }
}

fn preview(world: &World<'_>, from: Option<&Revision>) -> Vec<Block> {
    let World { place, serving, choice, now, .. } = *world;
    let to = choice.revision;
    let mut fields = Vec::with_capacity(6);
    if let Some(from) = from {
        fields.push((Phrase::new("rollback-field-from"), revision(from, now)));
    }
    fields.push((Phrase::new("rollback-field-to"), revision(to, now)));
    fields.push((Phrase::new("rollback-field-traffic-before"), traffic(serving)));
    let after = Phrase::new(if choice.follow { "rollback-share-latest" } else { "rollback-share" })
        .with("revision", to.name.as_str())
        .with("share", "100 %");
    fields.push((Phrase::new("rollback-field-traffic-after"), after));
    if let Some(from) = from {
        fields.push((Phrase::new("rollback-field-variables"), differing(&variables(from, to))));
    }
    fields.push((Phrase::new("rollback-field-health"), health::line(world.checks)));
    let mut preview = vec![Block::Fields(fields), Block::Text(choice.rule.clone())];
    preview.push(Block::Text(if choice.follow {
        Phrase::new("rollback-will-follow")
    } else {
        Phrase::new("rollback-will-pin").with("command", format!("rollback {place} latest"))
    }));
    preview
}

fn revision(revision: &Revision, now: Timestamp) -> Phrase {
    Phrase::new("rollback-revision")
        .with("revision", revision.name.as_str())
        .with("image", short_image(&revision.image))
        .with("age", say::ago(now, revision.created))
        .with("created", revision.created)
}

/// Names only, never values.
fn differing(variables: &Variables<'_>) -> Phrase {
    if variables.alike() {
        return Phrase::new("rollback-variables-alike");
    }
    let part = |id: &'static str, names: &[&str]| {
        let names = say::list(names.iter().map(|name| Phrase::raw(*name)));
        Phrase::new(id).with("names", names)
    };
    say::list(
        [
            ("rollback-variables-added", &variables.added),
            ("rollback-variables-removed", &variables.removed),
            ("rollback-variables-changed", &variables.changed),
        ]
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(id, names)| part(id, names)),
    )
}

/// What the plan rests on. If any of it differs when somebody says yes, the plan is void.
fn basis(serving: &Serving, to: &Revision) -> BTreeMap<String, String> {
    let shares: Vec<String> =
        serving.served().iter().map(|revision| format!("{} {} %", revision.name, revision.traffic)).collect();
    let ready = match to.ready {
        Some(true) => "yes",
        Some(false) => "no",
        None => "unknown",
    };
    let newest = serving.revisions.iter().max_by_key(|revision| revision.created);
    [
        ("traffic", shares.join(", ")),
        ("follows latest", if serving.follows_latest { "yes" } else { "no" }.to_owned()),
        ("newest revision", newest.map_or_else(String::new, |revision| revision.name.clone())),
        ("target", to.name.clone()),
        ("target ready", ready.to_owned()),
        ("version", serving.version.clone()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
