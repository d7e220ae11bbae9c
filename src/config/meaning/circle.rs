//! Circles among things that include each other.

use std::collections::{BTreeMap, BTreeSet};

/// Every circle once, each as the names along it. Free of recursion, so that a long chain is no trouble.
pub(in crate::config) fn circles<'a>(graph: &BTreeMap<&'a str, Vec<&'a str>>) -> Vec<Vec<&'a str>> {
    let mut left: BTreeSet<&str> = graph.keys().copied().collect();
    let mut found = Vec::new();
    loop {
        trim(graph, &mut left);
        let Some(start) = left.first().copied() else { return found };
        // Everything that is left leads on to something that is left, so a walk comes back to itself.
        let mut walk = vec![start];
        let mut place = BTreeMap::from([(start, 0)]);
        loop {
            let here = walk[walk.len() - 1];
            let Some(next) = graph[here].iter().copied().find(|next| left.contains(next)) else { break };
            if let Some(begin) = place.get(next) {
                found.push(walk.split_off(*begin));
                break;
            }
            place.insert(next, walk.len());
            walk.push(next);
        }
        match found.last() {
            Some(circle) => left.retain(|name| !circle.contains(name)),
            None => return found,
        }
    }
}

/// Takes away whatever leads to no circle.
fn trim(graph: &BTreeMap<&str, Vec<&str>>, left: &mut BTreeSet<&str>) {
    let mut leads: BTreeMap<&str, usize> = BTreeMap::new();
    let mut back: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in left.iter() {
        let on: Vec<&str> = graph[name].iter().copied().filter(|next| left.contains(next)).collect();
        leads.insert(name, on.len());
        for next in on {
            back.entry(next).or_default().push(name);
        }
    }
    let mut ends: Vec<&str> = leads.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(end) = ends.pop() {
        left.remove(end);
        for before in back.get(end).into_iter().flatten() {
            if let Some(count) = leads.get_mut(before) {
                *count -= 1;
                if *count == 0 {
                    ends.push(before);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_circle_is_found_once_and_chains_are_none() {
        let graph = BTreeMap::from([
            ("a", vec!["b"]),
            ("b", vec!["c", "x"]),
            ("c", vec!["a"]),
            ("d", vec!["a", "d"]),
            ("e", vec!["f"]),
            ("f", vec![]),
        ]);
        assert_eq!(circles(&graph), [vec!["a", "b", "c"], vec!["d"]]);
        assert_eq!(circles(&BTreeMap::from([("a", vec!["b"]), ("b", vec![])])), Vec::<Vec<&str>>::new());
    }
}
