//! Who Toban is at Google: the key of `google.credentials`, and what the official crate makes of it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use google_cloud_auth::credentials::idtoken::{self, IDTokenCredentials};
use google_cloud_auth::credentials::{Builder, Credentials, anonymous, service_account, user_account};
use serde_json::Value;

/// An account at Google.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Account {
    /// Application default credentials: the environment, gcloud's file, then the metadata server.
    #[default]
    Adc,
    /// A key file (service account or authorised user).
    File(PathBuf),
    /// Nobody: for proxies that sign requests themselves, and for the sandbox.
    Anonymous,
}

/// Why an account cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Not `adc`, `file:PATH` or `none`.
    #[error("google.credentials is `adc`, `file:PATH` or `none`, not `{0}`")]
    Unknown(String),
    /// The key file cannot be read.
    #[error("{path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The key file is not a key.
    #[error("{path}: not a key file of Google")]
    NotAKey {
        /// The file.
        path: String,
    },
    /// The official crate does not take it.
    #[error("{0}")]
    Refused(String),
    /// Nobody has no ID token.
    #[error("google.credentials is `none`, and google.metadata names no server that gives out ID tokens")]
    Nobody,
}

impl FromStr for Account {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        match text {
            "adc" => Ok(Self::Adc),
            "none" => Ok(Self::Anonymous),
            _ => match text.strip_prefix("file:") {
                Some(path) if !path.is_empty() => Ok(Self::File(path.into())),
                _ => Err(AccountError::Unknown(text.to_owned())),
            },
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Adc => f.write_str("adc"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Anonymous => f.write_str("none"),
        }
    }
}

impl Account {
    /// For calls of the APIs.
    pub(super) async fn credentials(&self) -> Result<Credentials, AccountError> {
        let refused =
            |error: google_cloud_auth::build_errors::Error| AccountError::Refused(error.to_string());
        match self {
            Self::Adc => Builder::default().build().map_err(refused),
            Self::Anonymous => Ok(anonymous::Builder::new().build()),
            Self::File(path) => {
                let key = key(path).await?;
                if is_user(&key) {
                    user_account::Builder::new(key).build().map_err(refused)
                } else {
                    service_account::Builder::new(key).build().map_err(refused)
                }
            }
        }
    }

    /// For ID tokens of one audience.
    pub(in crate::backends) async fn id_tokens(
        &self,
        audience: &str,
    ) -> Result<IDTokenCredentials, AccountError> {
        let refused =
            |error: google_cloud_auth::build_errors::Error| AccountError::Refused(error.to_string());
        match self {
            Self::Adc => idtoken::Builder::new(audience).build().map_err(refused),
            Self::Anonymous => Err(AccountError::Nobody),
            Self::File(path) => {
                let key = key(path).await?;
                if is_user(&key) {
                    // Google gives a user's ID token no audience of our choice; the service sees gcloud's.
                    idtoken::user_account::Builder::new(key).build().map_err(refused)
                } else {
                    idtoken::service_account::Builder::new(audience, key).build().map_err(refused)
                }
            }
        }
    }
}

fn is_user(key: &Value) -> bool {
    key.get("type").and_then(Value::as_str) == Some("authorized_user")
}

async fn key(path: &Path) -> Result<Value, AccountError> {
    let shown = || path.display().to_string();
    let text =
        tokio::fs::read(path).await.map_err(|cause| AccountError::Unreadable { path: shown(), cause })?;
    serde_json::from_slice(&text).map_err(|_| AccountError::NotAKey { path: shown() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_written_in_three_ways() {
        assert_eq!("adc".parse::<Account>().unwrap(), Account::Adc);
        assert_eq!("none".parse::<Account>().unwrap(), Account::Anonymous);
        assert_eq!("file:/etc/key.json".parse::<Account>().unwrap(), Account::File("/etc/key.json".into()));
        for wrong in ["", "file:", "ADC", "/etc/key.json"] {
            assert!(matches!(wrong.parse::<Account>(), Err(AccountError::Unknown(_))), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_key_file_that_is_none_is_told_without_its_content() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "private stuff").unwrap();
        let error = Account::File(file.path().into()).credentials().await.unwrap_err();
        assert!(!error.to_string().contains("private"), "{error}");
    }
}
