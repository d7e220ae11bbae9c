//! References to secrets, and the vault of those that were found. A config holds references, never values.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use crate::base::Secret;

/// The longest file that is taken for a secret, in bytes.
const LONGEST: u64 = 64 * 1024;

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretRef {
    /// `env:NAME`: a variable of the environment.
    Env(String),
    /// `file:PATH`: a file's content without the line end; a relative path starts at the working folder.
    File(String),
    /// `gcp:projects/P/secrets/S/versions/V`: Google Secret Manager; fetched by whoever can, after loading.
    Google(String),
}

impl FromStr for SecretRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "a secret is never a value".to_owned();
        match text.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(Self::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.to_owned())),
            Some(("gcp", name)) => {
                let parts: Vec<&str> = name.split('/').collect();
                match parts[..] {
                    ["projects", p, "secrets", s, "versions", v]
                        if ![p, s, v].iter().any(|part| part.is_empty()) =>
                    {
                        Ok(Self::Google(name.to_owned()))
                    }
                    _ => Err("not the name of a secret version".to_owned()),
                }
            }
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{path}"),
            Self::Google(name) => write!(f, "gcp:{name}"),
        }
    }
}

/// Text that may be a reference instead: a number, an address, a URL that may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub enum MaybeSecret {
    /// The text itself.
    Plain(String),
    /// Kept elsewhere.
    Kept(SecretRef),
}

impl FromStr for MaybeSecret {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if ["env:", "file:", "gcp:"].iter().any(|kind| text.starts_with(kind)) {
            text.parse().map(Self::Kept)
        } else {
            Ok(Self::Plain(text.to_owned()))
        }
    }
}

impl fmt::Debug for MaybeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // It may hold a password all the same.
            Self::Plain(_) => f.write_str("Plain(***)"),
            Self::Kept(reference) => write!(f, "Kept({reference})"),
        }
    }
}

/// Resolves references while the config is read, each one once.
pub(super) struct Resolver {
    environment: BTreeMap<String, String>,
    seen: Mutex<BTreeMap<SecretRef, Option<Secret>>>,
}

impl Resolver {
    pub(super) fn new(environment: BTreeMap<String, String>) -> Self {
        Self { environment, seen: Mutex::default() }
    }

    pub(super) fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    /// Looks a reference up.
    ///
    /// # Errors
    /// Why there is nothing, without the value of anything. Google's are left for later.
    pub(super) fn resolve(&self, reference: &SecretRef) -> Result<(), String> {
        let found = match reference {
            SecretRef::Env(name) => match self.environment.get(name) {
                Some(value) if !value.is_empty() => Ok(Some(Secret::new(value.as_str()))),
                Some(_) => Err(format!("the variable {name} is empty")),
                None => Err(format!("there is no variable {name} in the environment")),
            },
            SecretRef::File(path) => read(path).map(Some),
            SecretRef::Google(_) => Ok(None),
        }?;
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(reference.clone(), found);
        Ok(())
    }

    pub(super) fn vault(&self) -> Vault {
        Vault(self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

fn read(path: &str) -> Result<Secret, String> {
    let size = std::fs::metadata(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    if !size.is_file() || size.len() > LONGEST {
        return Err(format!("{path} is not a file of at most 64 KiB"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?;
    match text.trim_end_matches(['\n', '\r']) {
        "" => Err(format!("{path} is empty")),
        value => Ok(Secret::new(value)),
    }
}

/// The secrets that the config refers to.
#[derive(Debug, Clone, Default)]
pub struct Vault(BTreeMap<SecretRef, Option<Secret>>);

impl Vault {
    /// The secret, if it has been found.
    pub fn get(&self, reference: &SecretRef) -> Option<&Secret> {
        self.0.get(reference)?.as_ref()
    }

    /// A text that may be kept as a secret, as a secret either way.
    pub fn text(&self, text: &MaybeSecret) -> Option<Secret> {
        match text {
            MaybeSecret::Plain(plain) => Some(Secret::new(plain.as_str())),
            MaybeSecret::Kept(reference) => self.get(reference).cloned(),
        }
    }

    /// The references that have no value yet: those of Google Secret Manager.
    pub fn unresolved(&self) -> impl Iterator<Item = &SecretRef> {
        self.0.iter().filter(|(_, value)| value.is_none()).map(|(reference, _)| reference)
    }

    /// Puts in what was fetched.
    pub fn supply(&mut self, reference: SecretRef, value: Secret) {
        self.0.insert(reference, Some(value));
    }
}
