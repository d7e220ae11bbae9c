//! `docs/coverage.md`: what the tests of this folder prove, row by row. It is read from the tests themselves: the id that
//! a test's name begins with, the rest of the name, and the commands that it types.
//!
//! `TOBAN_DOCS=update cargo test --test it coverage::doc` writes it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// The operations of the guides that have to be proved: id, what the guide's reader types (`…`: and something more).
const ROWS: [(&str, &[&str]); 26] = [
    ("BL-02", &["health bluelamp.portal"]),
    ("BL-05", &["logs bluelamp 50"]),
    ("BL-06", &["logs bluelamp follow 5m"]),
    ("BL-07", &["logs bluelamp errors 1h"]),
    ("BL-11", &["restart bluelamp"]),
    ("BL-13", &["runbook bluelamp …"]),
    ("BL-16", &["restart bluelamp.portal"]),
    ("BL-17", &["oncall bluelamp"]),
    ("AK-01", &["health api-key-server"]),
    ("AK-14", &["logs api-key-server errors 1h"]),
    ("AK-16", &["logs …", "runbook api-key-server 502"]),
    ("AK-17", &["rollback api-key-server previous"]),
    ("SB-01", &["health sagebase"]),
    ("SB-03", &["logs sagebase errors 24h"]),
    ("SB-04", &["metrics sagebase 24h"]),
    ("SB-06", &[]),
    ("SB-07", &["logs sagebase …"]),
    ("SB-17", &["releases sagebase", "rollback sagebase previous"]),
    ("SB-23", &["logs sagebase requests 1h"]),
    ("SB-26", &["ack …"]),
    ("TS-22", &["postmortem …", "note …"]),
    ("TS-23", &[]),
    ("TS-24", &["oncall taisun"]),
    ("SO-04", &["metrics smart-office"]),
    ("SO-06", &[]),
    ("TS-08", &[]),
];

const HEAD: &str = "\
# What is proved of the operation guides

Made from the tests in `tests/it/coverage`; do not edit. `TOBAN_DOCS=update cargo test --test it coverage::doc` makes it
anew, and the tests fail while it is old.

Each command goes, word for word, through Slack's HTTP door of a whole Toban that runs with the example company: signed
requests of a stand-in that refuses what Slack refuses, a SQLite file as store. The backends are the sandbox's servers,
which speak the real protocols: Cloud Run Admin v2 (REST), Cloud Logging v2 (REST, and gRPC for the tail), the metadata
server, and the services' own endpoints. Each test looks at what a person reads and at the requests that the backends
recorded; after a refusal they recorded no change. One test asks everything and finds no value of a secret in chat,
log, audit or store.
";

/// What a test proves.
struct Proof {
    id: String,
    /// The test's name as a sentence.
    sentence: String,
    /// Whether it is about a refusal or a failure.
    refused: bool,
}

#[derive(Default)]
struct Proofs {
    proofs: Vec<Proof>,
    /// Id and command.
    typed: Vec<(String, String)>,
}

fn read() -> Proofs {
    static ITEM: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?ms)^(?:async fn|const) ((?i:bl|ak|sb|so|ts)_\d\d)_(\w+).*?^(?:\}|\];)$").unwrap()
    });
    static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#""((?:ack|health|logs|metrics|note|oncall|postmortem|releases|restart|rollback|runbook) (?:[^"\\{]|\\.)+)""#)
            .unwrap()
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/coverage");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "rs"));
    files.sort();
    let mut all = Proofs::default();
    for file in files {
        let source = std::fs::read_to_string(file).unwrap();
        for item in ITEM.captures_iter(&source) {
            let id = item[1].to_uppercase().replace('_', "-");
            let commands = COMMAND.captures_iter(&item[0]);
            all.typed.extend(commands.map(|command| (id.clone(), command[1].replace("\\\"", "\""))));
            if item[0].starts_with("const") {
                continue;
            }
            let words = item[2].replace('_', " ");
            let (refused, words) =
                words.strip_prefix("refused ").map_or((false, words.as_str()), |words| (true, words));
            all.proofs.push(Proof { id, refused, sentence: capital(words) });
        }
    }
    all
}

/// The name as a sentence; names of functions know no capitals.
fn capital(words: &str) -> String {
    let names = [
        ("cloud run", "Cloud Run"),
        ("english", "English"),
        ("japanese", "Japanese"),
        ("slack e mail", "Slack, e-mail"),
        ("pagerduty", "PagerDuty"),
    ];
    let words = names.iter().fold(words.to_owned(), |words, (small, right)| words.replace(small, right));
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Several things in one cell.
fn cell(items: impl IntoIterator<Item = String>) -> String {
    let mut seen = BTreeSet::new();
    let items: Vec<String> = items.into_iter().filter(|item| seen.insert(item.clone())).collect();
    items.join("<br>").replace('|', "\\|")
}

fn page(all: &Proofs) -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| Row | Typed | Proved | When it is refused or fails |\n| --- | --- | --- | --- |\n");
    for (id, _) in ROWS {
        let of = |refused| {
            let proofs = all.proofs.iter().filter(move |proof| proof.id == id && proof.refused == refused);
            cell(proofs.map(|proof| proof.sentence.clone()))
        };
        let typed = all.typed.iter().filter(|(of, _)| of == id).map(|(_, command)| format!("`{command}`"));
        let _ = writeln!(page, "| {id} | {} | {} | {} |", cell(typed), of(false), of(true));
    }
    page
}

#[test]
fn every_row_is_typed_word_for_word_proved_and_refused() {
    let all = read();
    for (id, commands) in ROWS {
        for command in commands {
            let fits = |typed: &str| match command.strip_suffix('…') {
                Some(start) => typed.starts_with(start),
                None => typed == *command,
            };
            assert!(
                all.typed.iter().any(|(of, typed)| of == id && fits(typed)),
                "{id}: nobody types {command}"
            );
        }
        for refused in [false, true] {
            let proved = all.proofs.iter().any(|proof| proof.id == id && proof.refused == refused);
            assert!(proved, "{id} has no test with refused = {refused}");
        }
    }
    for proof in &all.proofs {
        assert!(ROWS.iter().any(|(id, _)| *id == proof.id), "{} is no row: add it", proof.id);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the page is written anew only when asked")]
fn the_page_says_what_the_tests_prove() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/coverage.md");
    let page = page(&read());
    if std::env::var("TOBAN_DOCS").is_ok_and(|wish| wish == "update") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "docs/coverage.md is old: run this with TOBAN_DOCS=update");
}
