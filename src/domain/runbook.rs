//! Runbook entries: known symptoms with cause and remedy, found by words and matched inside logs.

use regex::Regex;

use crate::base::text::plain;
use crate::domain::log::Request;

/// One entry of a service's troubleshooting guide.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Short and stable, `upstream-error`.
    pub id: String,
    /// What people see, one line.
    pub symptom: String,
    /// Why it happens.
    pub cause: String,
    /// What to do about it.
    pub remedy: String,
    /// The HTTP status that goes with it, where one does.
    pub status: Option<u16>,
    /// Found in log lines, where the guide names a text.
    pub matches: Option<Regex>,
    /// More words to be found by, in either language.
    pub words: Vec<String>,
    /// Commands that help to diagnose it, shown as buttons (reads) or as text.
    pub commands: Vec<String>,
}

/// A known error that occurs in log lines.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// What is known about it.
    pub entry: &'a Entry,
    /// How many lines it explains.
    pub count: u64,
}

/// The entries that explain some of these lines, most frequent first. A line is explained by an entry's pattern,
/// or, if it is of an access log, by the status.
pub fn known<'a, 'l>(
    entries: &'a [Entry],
    lines: impl IntoIterator<Item = (&'l str, u64)>,
    requests: bool,
) -> Vec<Known<'a>> {
    let mut counts = vec![0_u64; entries.len()];
    for (text, times) in lines {
        let status = if requests { Request::read(text).map(|request| request.status) } else { None };
        for (entry, count) in entries.iter().zip(&mut counts) {
            let by_text = entry.matches.as_ref().is_some_and(|pattern| pattern.is_match(text));
            if by_text || (status.is_some() && entry.status == status) {
                *count += times;
            }
        }
    }
    let mut known: Vec<Known<'_>> = entries
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(entry, count)| Known { entry, count })
        .collect();
    known.sort_by_key(|known| std::cmp::Reverse(known.count));
    known
}

/// The entries that fit the words best, best first, at most `most`; none that fits much worse than the best. Words are found in either language, whole or in
/// part; a number is looked for among the HTTP statuses.
pub fn find<'a>(entries: &'a [Entry], words: &str, most: usize) -> Vec<&'a Entry> {
    let words = plain(words).to_lowercase();
    let terms: Vec<&str> = words
        .split(|c: char| c.is_whitespace() || "、。,".contains(c))
        .filter(|term| !term.is_empty())
        .collect();
    let mut scored: Vec<(u32, &Entry)> =
        entries.iter().map(|entry| (score(entry, &terms), entry)).filter(|(score, _)| *score > 0).collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    // What fits less than half as well shares a word by chance.
    let best = scored.first().map_or(0, |(score, _)| *score);
    scored.retain(|(score, _)| *score * 2 > best);
    scored.into_iter().take(most).map(|(_, entry)| entry).collect()
}

fn score(entry: &Entry, terms: &[&str]) -> u32 {
    let low = |text: &str| plain(text).to_lowercase();
    let (id, symptom) = (low(&entry.id), low(&entry.symptom));
    let rest = low(&format!("{}\n{}", entry.cause, entry.remedy));
    let words: Vec<String> = entry.words.iter().map(|word| low(word)).collect();
    terms
        .iter()
        .map(|term| {
            let status = entry.status.is_some_and(|status| *term == status.to_string());
            match term {
                _ if status => 60,
                term if **term == id => 50,
                term if words.iter().any(|word| word == *term) => 20,
                term if holds(&symptom, term) => 12,
                term if words
                    .iter()
                    .any(|word| holds(word, term) || (word.chars().count() > 1 && holds(term, word))) =>
                {
                    10
                }
                term if holds(&id, term) => 8,
                term if holds(&rest, term) => 4,
                term => alike(&format!("{symptom}\n{}\n{rest}", words.join("\n")), term),
            }
        })
        .sum()
}

/// A part of a text; single letters and digits say nothing, single kanji do.
fn holds(text: &str, term: &str) -> bool {
    (term.len() > 1) && text.contains(term)
}

/// Japanese is written without spaces: pairs of characters stand in for words.
fn alike(text: &str, term: &str) -> u32 {
    let letters: Vec<char> = term.chars().collect();
    if term.is_ascii() || letters.len() < 3 {
        return 0;
    }
    let pairs = letters.windows(2).filter(|pair| pair.iter().any(|c| !('ぁ'..='ん').contains(c)));
    let (mut all, mut shared) = (0, 0);
    for pair in pairs {
        all += 1;
        shared += u32::from(text.contains(&pair.iter().collect::<String>()));
    }
    if shared * 2 >= all { shared.min(6) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |id: &str, symptom: &str, cause: &str, remedy: &str, status, words: &[&str]| Entry {
            id: id.into(),
            symptom: symptom.into(),
            cause: cause.into(),
            remedy: remedy.into(),
            status,
            matches: Some(Regex::new(&regex::escape(symptom)).unwrap()),
            words: words.iter().map(|word| (*word).into()).collect(),
            commands: vec![],
        };
        vec![
            entry(
                "upstream-error",
                "Upstream service error",
                "上流APIエラー、APIキー無効",
                "Secret Managerのキーを確認",
                Some(502),
                &["上流"],
            ),
            entry(
                "unauthorized",
                "Unauthorized",
                "JWT/HMAC認証失敗",
                "トークン有効期限、署名形式確認",
                Some(401),
                &["認証"],
            ),
            entry("model", "Model not supported", "モデル名不一致", "modelsリスト確認", Some(400), &[]),
            entry(
                "streaming",
                "Streaming not supported",
                "ストリーミング要求",
                "`stream: false`に変更",
                Some(400),
                &[],
            ),
        ]
    }

    fn ids(words: &str) -> Vec<String> {
        find(&entries(), words, 5).iter().map(|entry| entry.id.clone()).collect()
    }

    #[test]
    fn entries_are_found_by_status_by_words_and_in_japanese() {
        assert_eq!(ids("502"), ["upstream-error"]);
        assert_eq!(ids("400"), ["model", "streaming"]);
        assert_eq!(ids("streaming"), ["streaming"]);
        assert_eq!(ids("認証"), ["unauthorized"]);
        assert_eq!(ids("認証に失敗しました"), ["unauthorized"]);
        assert_eq!(ids("モデル名が一致しない"), ["model"]);
        assert_eq!(ids("ＵＰＳＴＲＥＡＭ")[0], "upstream-error");
    }

    #[test]
    fn strangers_find_nothing() {
        assert!(ids("tomato").is_empty());
        assert!(ids("503").is_empty());
        assert!(ids("").is_empty());
        assert!(ids("a").is_empty());
    }

    #[test]
    fn ak_16_known_errors_are_counted_in_lines() {
        let entries = entries();
        let seen = known(
            &entries,
            [("x Unauthorized y", 2), ("Upstream service error: key", 5), ("other", 9)],
            false,
        );
        let seen: Vec<_> = seen.iter().map(|known| (known.entry.id.as_str(), known.count)).collect();
        assert_eq!(seen, [("upstream-error", 5), ("unauthorized", 2)]);
        let seen = known(&entries, [("POST /v1/chat 502 10ms", 1)], true);
        assert_eq!(seen[0].entry.id, "upstream-error");
        assert!(known(&entries, [("POST /v1/chat 502 10ms", 1)], false).is_empty());
    }
}
