//! What a test needs and this machine lacks: the test is left out, loudly, and never in CI. `./test` installs all of it.

/// Says that a test is left out.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment whether this is CI")]
#[expect(clippy::print_stderr, reason = "what is left out must be seen")]
pub fn leave_out(what: &str) {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "{what} is missing, and in CI nothing is left out: run ./test");
    eprintln!("LEFT OUT: {what} is missing; ./test installs it");
}
