//! A long answer is read page by page or as a file, from what was read once.

use crate::rig::app::{Plan, Rig};
use crate::rig::talk::over_both_doors;
use toban::sandbox::Options;

over_both_doors!(a_long_log_has_more_pages_and_a_file_without_being_read_again);

/// A secret as somebody might log one, in pieces so that no scanner takes it for one.
fn secret(number: usize) -> String {
    ["Sb", "!", &format!("x9Kq{number:03}TrVw")].concat()
}

/// `count` different lines, each with a secret.
async fn chatty(mode: &'static str, count: usize) -> Rig {
    let rig = Rig::with(Plan { mode, sandbox: Options::quiet(), ..Plan::default() }).await;
    for number in 0..count {
        let word = ["import", "search", "upload", "login"][number % 4];
        let line = format!("{word} step {} password={}", letters(number), secret(number));
        assert!(rig.sandbox.world().say("sagebase-streamlit", 200, &line));
    }
    rig
}

/// A number in letters: lines that differ in digits alone are folded.
fn letters(mut number: usize) -> String {
    let mut word = String::new();
    for _ in 0..3 {
        word.insert(0, char::from(b'a' + u8::try_from(number % 26).unwrap()));
        number /= 26;
    }
    word
}

async fn a_long_log_has_more_pages_and_a_file_without_being_read_again(mode: &'static str) {
    let rig = chatty(mode, 120).await;
    let first = rig.ask("logs sagebase 500 1h").await;
    first.says(&format!("step {}", letters(119))).never_says(&format!("step {}", letters(0)));
    let reads = rig.asked("POST", "entries:list");

    let second = rig.push("U0SATO", &first, "More").await;
    second
        .says("Page 2")
        .says(&format!("step {}", letters(89)))
        .never_says(&format!("step {}", letters(119)));
    assert_eq!(second.thread, first.thread);
    let before = rig.said();
    rig.press(&first, "As a file").await;
    rig.answer_after(before).await.says("[file sagebase-logs-");
    let file = rig.slack.state().messages.iter().flat_map(|said| said.files.clone()).next().unwrap().1;
    for number in 0..120 {
        assert!(file.contains(&format!("step {}", letters(number))), "{number} is not in\n{file}");
        assert!(!file.contains(&secret(number)), "{number}");
    }
    for page in [&first, &second] {
        page.never_says("x9Kq");
    }
    assert_eq!(rig.asked("POST", "entries:list"), reads, "pages come from what was read once");

    let last = rig.push("U0SATO", &second, "More").await;
    let last = rig.push("U0SATO", &last, "More").await;
    last.says(&format!("step {}", letters(0))).never_says("[More");
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_a_log_may_not_turn_its_pages_either() {
    let config = r#"
[[role]]
id = "bluelamp-reader"
allow = [{ verbs = ["*"], risk = ["read"], services = ["bluelamp"] }]
[[person]]
id = "noda"
name = "Noda"
slack = "U0NODA"
roles = ["bluelamp-reader"]
"#;
    let rig = Rig::with(Plan { config: config.to_owned(), ..Plan::default() }).await;
    let first = rig.ask("logs sagebase 500 3h").await;
    for label in ["More", "As a file"] {
        let refused = rig.push("U0NODA", &first, label).await;
        refused.says("You may not run “logs” on sagebase here");
        assert_eq!(refused.only.as_deref(), Some("U0NODA"));
    }
    assert!(rig.slack.state().messages.iter().all(|said| said.files.is_empty()));
    rig.stop().await;
}
