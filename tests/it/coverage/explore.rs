use super::desk::Desk;
#[tokio::test(flavor = "multi_thread")]
async fn explore() {
    use std::fmt::Write as _;
    let desk = Desk::open().await;
    let mut out = String::new();
    let list = std::fs::read_to_string("/tmp/explore-list").unwrap();
    for line in list.lines().filter(|line| !line.is_empty()) {
        let (user, rest) = line.split_once(' ').unwrap();
        let (channel, command) = rest.split_once(' ').unwrap();
        let answer = desk.types_as(user, channel, command).await;
        writeln!(out, "=== {line} {}\n{}\n--- asked", if answer.private {"(private)"} else {""}, answer.text()).unwrap();
        for asked in &answer.asked {
            writeln!(out, "{} {}?{} {:?} {}", asked.method, asked.path, asked.query, asked.headers.get("authorization").map(|a| &a[..12]), String::from_utf8_lossy(&asked.body)).unwrap();
        }
        writeln!(out).unwrap();
    }
    std::fs::write("/tmp/explore-out", out).unwrap();
    desk.close().await;
}
