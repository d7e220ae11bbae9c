//! Whatever is written, reading it ends with an answer.

use proptest::prelude::*;
use toban::config::Config;

use super::VERBS;

/// Pieces that a config is made of, so that random texts get past the syntax.
const PIECES: &[&str] = &[
    "[web]\n",
    "[slack]\n",
    "[[person]]\n",
    "[[role]]\n",
    "[[service]]\n",
    "[[service.component]]\n",
    "[[policy]]\n",
    "[[group]]\n",
    "[[schedule]]\n",
    "[[source]]\n",
    "[[runbook]]\n",
    "[service]\n",
    "[person]\n",
    "[limits]\n",
    "id = \"a\"\n",
    "id = \"b\"\n",
    "id = 1\n",
    "roles = [\"a\", 1]\n",
    "includes = [\"a\"]\n",
    "groups = [\"a\"]\n",
    "people = [\"*\", {}]\n",
    "allow = [{ verbs = [\"x\"], risk = [\"read\"] }, 3]\n",
    "backend = \"cloud_run\"\n",
    "backend = \"loki\"\n",
    "place = {}\n",
    "place = { url = [] }\n",
    "probe = { url = \"x\" }\n",
    "mode = \"http\"\n",
    "bot_token = \"x\"\n",
    "listen = \"\"\n",
    "step = [{ after = \"1m\", notify = [\"person:a\", \":\"] }]\n",
    "step = 5\n",
    "tz = \"Mars/Base\"\n",
    "rotation = [{ people = [], every = \"0h\", from = 1979-05-27 }]\n",
    "matches = '('\n",
    "text = 99999999999999999999999\n",
    "call = nan\n",
    "= \"\"\n",
    "\"\" = 1\n",
    "a.b.c = 1\n",
    "a.b = 2\n",
    "'~/1' = []\n",
    "service = \"a\"\n",
    "symptom = \"\"\n",
    "cause = \"\"\n",
    "remedy = \"\"\n",
    "token = \"env:\"\n",
    "kind = \"google\"\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_never_panics(text in any::<String>()) {
        let _ = Config::example(&text, [], VERBS);
    }

    #[test]
    fn random_pieces_never_panic(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14),
        variable in "[A-Z_]{0,12}",
        value in any::<String>(),
    ) {
        // A key twice is a syntax error: each table gets its keys once.
        let mut seen = std::collections::BTreeSet::new();
        let mut text = String::new();
        for piece in pieces {
            if piece.starts_with('[') {
                seen.clear();
            }
            if seen.insert(piece.split(' ').next()) {
                text += piece;
            }
        }
        let environment = [(format!("TOBAN__{variable}"), value)];
        if let Err(faults) = Config::example(&text, environment, VERBS) {
            prop_assert!(!faults.is_empty());
        }
    }
}
