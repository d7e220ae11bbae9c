//! The programs under test, as they are set up for commands.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::program::{self, Program};
use crate::world::World;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Toban,
    Bare,
}

/// The signing secret that both sides know.
pub const SECRET: &str = "bench-signing-secret";
/// As many people as this share the load.
pub const PEOPLE: usize = 1_000;

/// A fresh program, and the folder that it works in.
pub async fn start(kind: Kind, world: &World) -> (Program, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let port = program::free_port();
    let here = format!("http://127.0.0.1:{}", world.port());
    let program = match kind {
        Kind::Bare => {
            let (probe, posts) = (format!("{here}/health"), format!("{here}/api/chat.postMessage"));
            Program::bare(&[&probe, &posts], port).await
        }
        Kind::Toban => {
            fs::write(folder.path().join("bench.toml"), config(folder.path(), &here, port)).unwrap();
            let secrets = [("BENCH_SECRET", SECRET), ("BENCH_TOKEN", "xoxb-bench")];
            Program::toban(folder.path(), port, &secrets).await
        }
    };
    (program, folder)
}

fn config(folder: &Path, here: &str, port: u16) -> String {
    let mut text = format!(
        r#"
[web]
listen = "127.0.0.1:{port}"
[store]
url = "sqlite://{store}"
[slack]
mode = "http"
api_url = "{here}/api"
bot_token = "env:BENCH_TOKEN"
signing_secret = "env:BENCH_SECRET"
[[service]]
id = "sagebase"
environment = "production"
  [[service.component]]
  id = "web"
  backend = "http"
  place = {{ url = "{here}/health" }}
"#,
        store = folder.join("toban.db").display()
    );
    for number in 0..PEOPLE {
        text.push_str(&format!(
            "[[person]]\nid = \"p{number}\"\nname = \"P{number}\"\nslack = \"U{number}\"\nroles = [\"operator\"]\n"
        ));
    }
    text
}
