//! `toban demo`: up at once, with an address and three things to try, and gone without a trace.

use super::process::Process;
use super::site::program;

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_says_where_it_is_and_what_to_try_answers_and_leaves_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let mut command = program(&["demo", "--listen", "127.0.0.1:0"]);
    let demo = Process::spawn(command.env("TMPDIR", temporary.path()).current_dir(temporary.path()));
    let url = demo.says("Toban is on duty at ").await;
    demo.says("Ctrl-C ends it").await;
    let tries: Vec<String> = demo
        .said()
        .lines()
        .filter(|line| line.starts_with("    /"))
        .map(|line| line.trim().to_owned())
        .collect();
    assert_eq!(
        tries,
        ["/health api-key-server", "/logs api-key-server errors 1h", "/rollback api-key-server previous"]
    );
    let http = reqwest::Client::builder().build().unwrap();
    let page = http.get(&url).send().await.unwrap();
    assert_eq!(page.status().as_u16(), 200);
    assert!(page.text().await.unwrap().contains("<title>"));
    let ready = http.get(format!("{url}/readyz")).send().await.unwrap();
    assert_eq!(ready.status().as_u16(), 200);
    drop(http);
    demo.stop().await;
    let left: Vec<_> =
        std::fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_is_for_this_machine_only() {
    let (status, said) = Process::spawn(&mut program(&["demo", "--listen", "0.0.0.0:0"])).ended().await;
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("loopback"), "{said}");
}
