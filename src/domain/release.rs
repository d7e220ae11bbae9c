//! Revisions and traffic, and the rule that says which one `previous` is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One revision of a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Revision {
    /// The short name, `api-key-server-00042-abc`.
    pub name: String,
    /// When it was made.
    pub created: Timestamp,
    /// The container image with tag or digest.
    pub image: String,
    /// Whether it became ready; `None` while that is not known yet.
    pub ready: Option<bool>,
    /// Why it is not ready, in the backend's words.
    pub trouble: Option<String>,
    /// Share of traffic in per cent.
    pub traffic: u32,
    /// Variables: name → a digest of the value or its reference, never the value itself.
    pub variables: BTreeMap<String, String>,
}

/// What serves at the moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Serving {
    /// Revisions, newest first.
    pub revisions: Vec<Revision>,
    /// Whether traffic follows new deployments (LATEST) or is pinned to named revisions.
    pub follows_latest: bool,
    /// The backend's version of the whole (etag or generation): changes when anything does.
    pub version: String,
}

impl Serving {
    /// Revisions that get traffic, the largest share first.
    pub fn served(&self) -> Vec<&Revision> {
        let mut served: Vec<&Revision> =
            self.revisions.iter().filter(|revision| revision.traffic > 0).collect();
        served.sort_by_key(|revision| std::cmp::Reverse(revision.traffic));
        served
    }

    /// The one with most traffic; of equals, the newest.
    pub fn main(&self) -> Option<&Revision> {
        self.served().into_iter().next()
    }

    /// The newest revision that became ready: where LATEST points.
    pub fn latest_ready(&self) -> Option<&Revision> {
        self.revisions
            .iter()
            .filter(|revision| revision.ready == Some(true))
            .max_by_key(|revision| revision.created)
    }

    /// The revision of exactly that name.
    pub fn revision(&self, name: &str) -> Option<&Revision> {
        self.revisions.iter().find(|revision| revision.name == name)
    }
}

/// Which one `previous` is.
#[derive(Debug, Clone, PartialEq)]
pub enum Previous<'a> {
    /// This one.
    One {
        /// The choice.
        revision: &'a Revision,
        /// Those passed over on the way, newest first.
        skipped: Vec<Skipped<'a>>,
    },
    /// Several revisions get traffic: a person has to say which one is meant.
    Split {
        /// Those that get traffic, the largest share first.
        serving: Vec<&'a Revision>,
        /// What the rule would give, seen from the one with most traffic.
        rule: Option<&'a Revision>,
    },
    /// Nothing gets traffic, so nothing is before it.
    NothingServes,
    /// No older revision is fit.
    NoneOlder {
        /// Those passed over, newest first.
        skipped: Vec<Skipped<'a>>,
    },
}

/// A revision that the rule passed over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Skipped<'a> {
    /// The revision.
    pub revision: &'a Revision,
    /// Why.
    pub why: Skip,
}

/// Why the rule passes a revision over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It never became ready.
    NeverReady,
    /// Toban rolled back from it in the last [`REMEMBERED_DAYS`] days.
    RolledBackFrom,
}

/// For how many days a revision that was rolled back from is not `previous`.
pub const REMEMBERED_DAYS: i64 = 7;

/// The rule of `previous`: the newest ready revision created before the one with most traffic, without those that
/// never became ready or that Toban rolled back from lately (`rolled_back_from`: their names).
pub fn previous<'a>(serving: &'a Serving, rolled_back_from: &[String]) -> Previous<'a> {
    let served = serving.served();
    let Some(main) = served.first() else { return Previous::NothingServes };
    let mut older: Vec<&Revision> =
        serving.revisions.iter().filter(|revision| revision.created < main.created).collect();
    older.sort_by_key(|revision| std::cmp::Reverse(revision.created));
    let mut skipped = Vec::new();
    let mut choice = None;
    for revision in older {
        let why = if revision.ready != Some(true) {
            Skip::NeverReady
        } else if rolled_back_from.contains(&revision.name) {
            Skip::RolledBackFrom
        } else {
            choice = Some(revision);
            break;
        };
        skipped.push(Skipped { revision, why });
    }
    match choice {
        rule if served.len() > 1 => Previous::Split { serving: served, rule },
        Some(revision) => Previous::One { revision, skipped },
        None => Previous::NoneOlder { skipped },
    }
}

/// What a name as typed points at.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'a> {
    /// Exactly one.
    One(&'a Revision),
    /// Several begin like that, newest first.
    Several(Vec<&'a Revision>),
    /// None; perhaps this one was meant.
    None {
        /// The nearest name.
        nearest: Option<&'a str>,
    },
}

/// Finds a revision by its name, the beginning of its name (`api-key-server-0004`), the beginning of a later part
/// (`00042-abc`, `00042`) or its number (`42`). A full name always wins.
pub fn find<'a>(serving: &'a Serving, typed: &str) -> Found<'a> {
    let typed = typed.trim().to_lowercase();
    if let Some(exact) = serving.revisions.iter().find(|revision| revision.name.eq_ignore_ascii_case(&typed))
    {
        return Found::One(exact);
    }
    let number = typed.trim_start_matches('0');
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let pick = |fits: &dyn Fn(&str) -> bool| -> Vec<&'a Revision> {
        serving.revisions.iter().filter(|revision| fits(&revision.name.to_lowercase())).collect()
    };
    let numbered =
        || pick(&|name| is_number && name.split('-').any(|part| part.trim_start_matches('0') == number));
    let begun = || pick(&|name| !typed.is_empty() && name.starts_with(&typed));
    let parted = || {
        pick(&|name| {
            !typed.is_empty() && name.match_indices('-').any(|(at, _)| name[at + 1..].starts_with(&typed))
        })
    };
    for candidates in [begun(), numbered(), parted()] {
        match candidates.as_slice() {
            [] => {}
            [one] => return Found::One(one),
            _ => return Found::Several(candidates),
        }
    }
    let names = serving.revisions.iter().map(|revision| revision.name.as_str());
    Found::None { nearest: crate::base::text::nearest(&typed, names) }
}

/// Variables that differ between two revisions, by name only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variables<'a> {
    /// Only the new one has them.
    pub added: Vec<&'a str>,
    /// Only the old one has them.
    pub removed: Vec<&'a str>,
    /// Both have them, with different values.
    pub changed: Vec<&'a str>,
}

impl Variables<'_> {
    /// Whether all are alike.
    pub fn alike(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// What going `from` → `to` does to the variables.
pub fn variables<'a>(from: &'a Revision, to: &'a Revision) -> Variables<'a> {
    let only = |mine: &'a Revision, other: &Revision| -> Vec<&'a str> {
        mine.variables
            .keys()
            .filter(|name| !other.variables.contains_key(*name))
            .map(String::as_str)
            .collect()
    };
    Variables {
        added: only(to, from),
        removed: only(from, to),
        changed: to
            .variables
            .iter()
            .filter(|(name, value)| from.variables.get(*name).is_some_and(|old| old != *value))
            .map(|(name, _)| name.as_str())
            .collect(),
    }
}

/// An image as people tell it: the last part of its name with the tag, or with the first 12 digits of its digest.
pub fn short_image(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    match last.split_once("@sha256:") {
        Some((name, digest)) => {
            let digest: String = digest.chars().take(12).collect();
            format!("{name}@{digest}")
        }
        None => last.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(number: i64, ready: Option<bool>, traffic: u32) -> Revision {
        Revision {
            name: format!(
                "api-key-server-{number:05}-{}",
                ["abc", "abd", "xyz"][usize::try_from(number % 3).unwrap()]
            ),
            created: Timestamp::from_second(number * 3_600).unwrap(),
            image: String::new(),
            ready,
            trouble: None,
            traffic,
            variables: BTreeMap::new(),
        }
    }

    fn serving(revisions: Vec<Revision>) -> Serving {
        Serving { revisions, follows_latest: false, version: "1".into() }
    }

    #[test]
    fn previous_is_the_newest_ready_one_before_the_one_that_serves() {
        let world = serving(vec![
            revision(44, Some(true), 0),
            revision(43, Some(true), 100),
            revision(42, Some(true), 0),
            revision(41, Some(true), 0),
        ]);
        let Previous::One { revision, skipped } = previous(&world, &[]) else { panic!() };
        assert!(revision.name.contains("00042"));
        assert!(skipped.is_empty());
    }

    #[test]
    fn previous_passes_over_what_never_got_ready_and_what_was_rolled_back_from() {
        let world = serving(vec![
            revision(44, Some(true), 100),
            revision(43, Some(false), 0),
            revision(42, None, 0),
            revision(41, Some(true), 0),
            revision(40, Some(true), 0),
        ]);
        let bad = world.revisions[3].name.clone();
        let Previous::One { revision, skipped } = previous(&world, &[bad]) else { panic!() };
        assert!(revision.name.contains("00040"));
        assert_eq!(
            skipped.iter().map(|skipped| skipped.why).collect::<Vec<_>>(),
            [Skip::NeverReady, Skip::NeverReady, Skip::RolledBackFrom]
        );
    }

    #[test]
    fn a_split_has_to_be_settled_by_a_person() {
        let world = serving(vec![
            revision(44, Some(true), 10),
            revision(43, Some(true), 90),
            revision(42, Some(true), 0),
        ]);
        let Previous::Split { serving, rule } = previous(&world, &[]) else { panic!() };
        assert!(serving[0].name.contains("00043"));
        assert!(rule.unwrap().name.contains("00042"));
    }

    #[test]
    fn the_first_revision_has_no_previous_and_a_silent_service_has_none_either() {
        assert_eq!(
            previous(&serving(vec![revision(1, Some(true), 100)]), &[]),
            Previous::NoneOlder { skipped: vec![] }
        );
        assert_eq!(previous(&serving(vec![revision(1, Some(true), 0)]), &[]), Previous::NothingServes);
    }

    #[test]
    fn a_revision_is_found_by_name_beginning_part_and_number() {
        let world =
            serving(vec![revision(142, Some(true), 0), revision(42, Some(true), 0), revision(43, None, 0)]);
        for typed in
            ["api-key-server-00042-abc", "API-KEY-SERVER-00042", "00042-abc", "00042", "42", "00042-a"]
        {
            let Found::One(found) = find(&world, typed) else { panic!("{typed}") };
            assert!(found.name.contains("-00042-"), "{typed} found {}", found.name);
        }
        assert!(matches!(find(&world, "0004"), Found::Several(both) if both.len() == 2));
        assert!(matches!(find(&world, "api-key-server-00044-abc"), Found::None { nearest: Some(_) }));
        assert!(matches!(find(&world, "tomato"), Found::None { nearest: None }));
        assert!(matches!(find(&world, ""), Found::None { .. }));
    }

    #[test]
    fn variables_are_compared_by_name_and_digest() {
        let with = |pairs: &[(&str, &str)]| Revision {
            variables: pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..revision(1, None, 0)
        };
        let (from, to) =
            (with(&[("A", "1"), ("B", "2"), ("C", "3")]), with(&[("A", "1"), ("B", "9"), ("D", "4")]));
        let seen = variables(&from, &to);
        assert_eq!((seen.added, seen.removed, seen.changed), (vec!["D"], vec!["C"], vec!["B"]));
        assert!(variables(&from, &from).alike());
    }

    #[test]
    fn images_are_told_short() {
        assert_eq!(short_image("asia-docker.pkg.dev/p/r/api:v1.4.2"), "api:v1.4.2");
        assert_eq!(short_image("gcr.io/p/api@sha256:0123456789abcdef0123"), "api@0123456789ab");
        assert_eq!(short_image("localhost:5000/api"), "api");
    }
}
