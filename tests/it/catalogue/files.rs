//! The command files: their examples are commands, their phrases exist, an overlay only tightens.

use std::collections::BTreeSet;

use toban::domain::catalogue::{Catalogue, Kind, Source};
use toban::domain::words::{Lang, Phrase, Reader, Words};

use super::{read, services};

fn source(path: &str, text: &str) -> Source {
    Source { path: path.into(), text: text.into() }
}

fn faults(sources: &[Source]) -> Vec<String> {
    let overlaid = Catalogue::embedded().unwrap().overlay(sources);
    overlaid.err().map(|error| error.0.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

#[test]
fn every_example_is_understood_as_its_own_command() {
    for command in Catalogue::embedded().unwrap().iter() {
        assert!(!command.examples.is_empty(), "{} has no example", command.name);
        for example in &command.examples {
            let invocation = read(&example.say).unwrap_or_else(|fault| panic!("{}: {fault:?}", example.say));
            assert_eq!(invocation.command, command.name, "{}", example.say);
        }
    }
}

#[test]
fn every_phrase_that_the_catalogue_uses_is_in_both_languages() {
    let keys = |lang: &str| -> BTreeSet<String> {
        let folder = format!("{}/locales/{lang}", env!("CARGO_MANIFEST_DIR"));
        let files = std::fs::read_dir(folder).unwrap();
        let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let key = |line: &str| line.split_once(" =").map(|(key, _)| key.to_owned());
        let keys = |text: String| -> Vec<String> {
            text.lines().filter(|line| !line.starts_with(['#', ' '])).filter_map(key).collect()
        };
        texts.flat_map(keys).collect()
    };
    let (en, ja) = (keys("en"), keys("ja"));
    assert_eq!(en, ja);
    let known = |phrase: &Phrase| match phrase {
        Phrase::Message { id, .. } => assert!(en.contains(id.as_ref()), "no phrase {id}"),
        other => panic!("{other:?} is in one language only"),
    };
    let catalogue = Catalogue::embedded().unwrap();
    catalogue.sections().iter().for_each(|section| known(&section.title));
    for command in catalogue.iter() {
        known(&command.summary);
        command.examples.iter().for_each(|example| known(&example.means));
        for param in &command.params {
            known(&param.phrase());
            known(&param.kind.phrase());
        }
    }
    // Every kind that a later file may use is named too.
    for kind in [Kind::Environment, Kind::Span, Kind::Moment, Kind::Range, Kind::Pair, Kind::Action] {
        known(&kind.phrase());
    }
    for kind in [Kind::Person, Kind::Word] {
        known(&kind.phrase());
    }
}

#[test]
fn help_shows_what_people_type_and_not_what_buttons_type() {
    let catalogue = Catalogue::embedded().unwrap();
    let shown: Vec<_> = catalogue
        .sections()
        .into_iter()
        .map(|section| {
            (section.id, section.commands.iter().map(|it| it.name.clone()).collect::<Vec<_>>().join(" "))
        })
        .collect();
    let section = |id: &str, names: &str| (id.to_owned(), names.to_owned());
    assert_eq!(
        shown,
        [
            section("basics", "help whoami"),
            section("change", "restart rollback"),
            section("incidents", "ack assign drill escalate incident note postmortem resolve snooze"),
            section("observe", "health logs metrics releases runbook status"),
            section("oncall", "oncall override swap"),
            section("silences", "silence silences unsilence"),
        ]
    );
    let usage = catalogue.find("ログ").unwrap().usage();
    assert_eq!(
        usage,
        "logs SERVICE[.COMPONENT] [errors|…] [1h|10:00..11:00] [/regex/] [\"text\" …] [N] \
         [requests] [follow]"
    );
}

#[test]
fn the_manual_reads_as_a_page() {
    let (catalogue, words) = (Catalogue::embedded().unwrap(), Words::load().unwrap());
    let manual = catalogue.manual(&words, &Reader::default());
    assert!(manual.starts_with("# Commands\n"), "{manual}");
    assert!(manual.contains("### `rollback SERVICE[.COMPONENT] previous|REVISION`"), "{manual}");
    assert!(manual.contains("- `logs bluelamp errors 1h`: errors of the last hour"), "{manual}");
    assert!(!manual.contains("command-") && !manual.contains("param-"), "{manual}");
    let manual = catalogue.manual(&words, &Reader { lang: Lang::Ja, ..Reader::default() });
    assert!(manual.contains("直近 1 時間のエラー"), "{manual}");
}

#[test]
fn completion_offers_what_fits_next() {
    let (catalogue, services) = (Catalogue::embedded().unwrap(), services());
    let next = |text: &str| -> Vec<String> {
        catalogue.complete(text, &services).into_iter().map(|suggestion| suggestion.insert).collect()
    };
    assert_eq!(next("/he"), ["help", "health"]);
    assert_eq!(next("logs s"), ["sagebase", "smart-office"]);
    assert_eq!(next("health sagebase."), ["sagebase.web", "sagebase.db", "sagebase.files"]);
    assert_eq!(next("logs sagebase err"), ["errors"]);
    assert_eq!(next("logs sagebase errors f"), ["follow"]);
    assert_eq!(next("rollback sagebase "), ["previous"]);
    assert_eq!(next("help lo"), ["logs"]);
    assert_eq!(next("ログ bl"), ["bluelamp"]);
    assert!(next("zzz").is_empty());
}

#[test]
fn faults_are_told_all_at_once_with_file_and_line() {
    let bad = "name = \"Bad Name\"\nverbb = \"logs\"\nrisk = \"raed\"\n\n[[param]]\nkind = \"servce\"\n\n\
               [[example]]\nsay = \"x\"\n";
    assert_eq!(
        faults(&[source("observe/bad.toml", bad), source("observe/worse.toml", "name = ")]),
        [
            "observe/bad.toml:1: `Bad Name` is no name: small letters, digits and `-`",
            "observe/bad.toml:1: `verb` is missing",
            "observe/bad.toml:2: unknown key `verbb`, did you mean `verb`?",
            "observe/bad.toml:3: no risk `raed`, did you mean `read`?",
            "observe/bad.toml:6: no kind `servce`, did you mean `service`?",
            "observe/bad.toml:8: an example needs `say` and `means`",
            "observe/worse.toml:1: string values must be quoted, expected literal string",
        ]
    );
}

#[test]
fn an_overlay_tightens_a_risk_and_never_loosens_it() {
    let catalogue = Catalogue::embedded().unwrap();
    let tight = [source("change/rollback.toml", "name = \"rollback\"\nrisk = \"danger\"\n")];
    let overlaid = catalogue.overlay(&tight).unwrap();
    let (before, after) = (catalogue.find("rollback").unwrap(), overlaid.find("rollback").unwrap());
    assert_eq!(after.risk, toban::domain::person::Risk::Danger);
    assert_eq!((&after.params, &after.summary), (&before.params, &before.summary));

    let loose = "name = \"rollback\"\n\nrisk = \"read\"\n";
    assert_eq!(
        faults(&[source("change/rollback.toml", loose)]),
        [
            "change/rollback.toml:3: risk `read` is less than that of verb `rollback` (`change`): an overlay may only \
          tighten it"
        ]
    );
    let other = "name = \"tail\"\nverb = \"rollback\"\nrisk = \"read\"\n";
    assert_eq!(faults(&[source("x/tail.toml", other)]).len(), 1);
}

#[test]
fn an_overlay_adds_commands_for_verbs_that_exist() {
    let tail = "name = \"tail\"\naliases = [\"末尾\"]\nverb = \"logs\"\nrisk = \"read\"\nsummary = \"Follows.\"\n\
                [[param]]\nkind = \"service\"\n";
    let overlaid = Catalogue::embedded().unwrap().overlay(&[source("ours/tail.toml", tail)]).unwrap();
    assert_eq!(overlaid.find("末尾").unwrap().section, "ours");
    assert_eq!(
        faults(&[
            source("ours/a.toml", "name = \"a\"\nverb = \"lgos\"\nrisk = \"read\"\n"),
            source("ours/b.toml", "name = \"b\"\naliases = [\"ログ\"]\nverb = \"logs\"\nrisk = \"read\"\n"),
        ]),
        [
            "ours/a.toml:2: no verb `lgos`, did you mean `logs`?",
            "ours/b.toml:1: `ログ` is a name of command `logs` already",
        ]
    );
}
