//! What the adapters say has words in both languages.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

fn read(path: &Path, all: &mut String) {
    for file in std::fs::read_dir(path).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            read(&path, all);
        } else {
            all.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

fn ids(pattern: &str, text: &str) -> BTreeSet<String> {
    Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_phrase_is_in_both_dictionaries_with_the_same_places() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut source = String::new();
    read(&root.join("src/backends"), &mut source);
    let said = ids(r#""(backend-[a-z-]+)""#, &source);
    let words =
        |lang: &str| std::fs::read_to_string(root.join(format!("locales/{lang}/backends.ftl"))).unwrap();
    let (en, ja) = (words("en"), words("ja"));
    assert_eq!(ids(r"(?m)^(backend-[a-z-]+) =", &en), said);
    for id in &said {
        let places = |text: &str| {
            let line = text.lines().find(|line| line.starts_with(&format!("{id} =")));
            ids(r"\{ \$([a-z]+) \}", line.unwrap_or_else(|| panic!("{id} is missing")))
        };
        assert_eq!(places(&en), places(&ja), "{id}");
    }
}
