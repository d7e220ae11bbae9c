//! Accounts that do not work.

use toban::backends::google::run::CloudRun;
use toban::backends::google::{Account, Google};
use toban::base::Clock;
use toban::domain::words::Phrase;
use toban::ports::{Kind, Releases};

use super::server::{Server, ok};

#[tokio::test]
async fn a_key_file_that_is_missing_or_wrong_is_denied_with_a_hint() {
    let server = Server::start(|_, _| ok(serde_json::json!({}))).await;
    let wrong = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(wrong.path(), r#"{"type": "service_account", "private_key": "hunter2"}"#).unwrap();
    for path in ["/nowhere/key.json".into(), wrong.path().to_owned()] {
        let mut settings = server.settings();
        settings.account = Account::File(path);
        let google = Google::new(settings, Clock::system());
        let error = CloudRun::new(google, "p", "r", "s").serving().await.unwrap_err();
        assert_eq!(error.kind, Kind::Denied, "{error}");
        assert_eq!(error.hint, Some(Phrase::new("backend-hint-credentials")));
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert_eq!(server.requests().len(), 0);
    }
}
