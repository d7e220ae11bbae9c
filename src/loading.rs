//! From the folder that the command line names to a config and its commands; what is wrong with them is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use crate::cli::ConfigDir;
use crate::config::{Config, Fault, environment_with};
use crate::domain::catalogue::Catalogue;
use crate::domain::words::Reader;
use crate::terminal::{CONFIG, complain};
use crate::wire;

/// A config without faults, and the commands under it.
pub struct Loaded {
    /// The config.
    pub config: Config,
    /// The commands.
    pub catalogue: Arc<Catalogue>,
}

impl Loaded {
    /// The workspace as a reader: its language and zone.
    pub fn reader(&self) -> Reader {
        let words = &self.config.settings.words;
        Reader { lang: words.lang, zone: words.tz.0.clone() }
    }
}

/// The environment of whoever tries things by hand: a `.env` file of the working folder lies beneath it.
pub fn with_dotenv() -> anyhow::Result<BTreeMap<String, String>> {
    environment_with(Path::new(".env")).context(".env cannot be read")
}

/// Loads the config; its faults are told and become the exit code.
pub fn load(dir: &ConfigDir, environment: BTreeMap<String, String>) -> anyhow::Result<Result<Loaded, u8>> {
    match read(dir.dir.as_deref(), environment) {
        Ok(config) => {
            for warning in &config.warnings {
                complain(format_args!("warning: {warning}"));
            }
            let catalogue = Arc::new(wire::catalogue(&config.settings, dir.dir.as_deref())?);
            Ok(Ok(Loaded { config, catalogue }))
        }
        Err(faults) => {
            for fault in &faults {
                complain(format_args!("{fault}"));
            }
            Ok(Err(CONFIG))
        }
    }
}

fn read(dir: Option<&Path>, environment: BTreeMap<String, String>) -> Result<Config, Vec<Fault>> {
    let embedded = Catalogue::embedded().ok();
    let verbs: Vec<&str> = embedded.iter().flat_map(Catalogue::verbs).collect();
    Config::load(dir, environment, &verbs)
}

/// The config again, if every secret that it refers to can be fetched; otherwise those that cannot are told.
pub fn connected(loaded: Loaded) -> Result<Loaded, u8> {
    let away = out_of_reach(&loaded.config);
    away.iter().for_each(|line| complain(format_args!("{line}")));
    if away.is_empty() { Ok(loaded) } else { Err(CONFIG) }
}

/// The secrets that nobody can fetch yet, a line each.
pub fn out_of_reach(config: &Config) -> Vec<String> {
    let line = |reference| {
        format!("{reference}: Google Secret Manager is not connected yet: use env:NAME or file:PATH")
    };
    config.vault.unresolved().map(line).collect()
}
