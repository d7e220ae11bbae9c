//! What people can say: commands and their parameters, read from `commands/*.toml`.
//!
//! A folder is a section of `/help`. The files are embedded; a folder of the config may lie over them, to add
//! a command for a verb that exists or to tighten a command's risk, never to loosen it. Help, the manual, completion
//! and the platforms' registrations are all derived from here.

mod command;
mod complete;
mod file;
mod manual;

pub use command::{Command, Example, Kind, Param};
pub use complete::Suggestion;
pub use file::FileFault;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use include_dir::{Dir, include_dir};

use crate::base::text;
use crate::domain::person::Risk;
use crate::domain::words::Phrase;

static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/commands");

/// All commands, found by name or alias.
#[derive(Debug, Clone)]
pub struct Catalogue {
    all: Vec<Arc<Command>>,
    names: HashMap<String, usize>,
    /// The verbs that exist, and the least risk of each.
    verbs: BTreeMap<String, Risk>,
    /// The on-call schedules that may be named.
    schedules: Vec<String>,
}

/// A folder of commands.
#[derive(Debug, Clone)]
pub struct Section {
    /// The folder's name.
    pub id: String,
    /// What it is called in help.
    pub title: Phrase,
    /// Its commands that help shows, by name.
    pub commands: Vec<Arc<Command>>,
}

/// A command file: where it stands and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path under the folder of commands, `observe/logs.toml`.
    pub path: String,
    /// TOML.
    pub text: String,
}

/// Everything that is wrong with a set of command files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct CatalogueError(pub Vec<FileFault>);

impl Catalogue {
    /// The commands that come with the program.
    ///
    /// # Errors
    /// Only a wrong build has faults in them.
    pub fn embedded() -> Result<Self, CatalogueError> {
        let mut sources = Vec::new();
        gather(&EMBEDDED, &mut sources);
        Self::read(&sources)
    }

    /// Reads a complete set of command files, which say themselves which verbs there are.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn read(sources: &[Source]) -> Result<Self, CatalogueError> {
        let empty =
            Self { all: Vec::new(), names: HashMap::new(), verbs: BTreeMap::new(), schedules: Vec::new() };
        empty.with(sources, false)
    }

    /// Lays the files of the config's folder over these: a command of the same name takes over what it does not
    /// say, a new one binds a verb that exists, and no risk gets less than its verb's own.
    ///
    /// # Errors
    /// All faults of all files.
    pub fn overlay(&self, sources: &[Source]) -> Result<Self, CatalogueError> {
        self.with(sources, true)
    }

    fn with(&self, sources: &[Source], over: bool) -> Result<Self, CatalogueError> {
        let mut faults = Vec::new();
        let mut commands: BTreeMap<(String, String), Arc<Command>> =
            self.all.iter().map(|command| (place(command), command.clone())).collect();
        let mut verbs = self.verbs.clone();
        let mut homes: HashMap<String, String> = HashMap::new();
        for source in sources {
            let Some(read) = file::read(source, |name| self.find(name).cloned(), &mut faults) else {
                continue;
            };
            let file::Read { command, lines } = read;
            let fault = |line, what| FileFault { path: source.path.clone(), line, what };
            match verbs.get(&command.verb) {
                Some(least) if over && command.risk < *least => {
                    let what = format!(
                        "risk `{}` is less than that of verb `{}` (`{}`): an overlay may only tighten it",
                        file::risk(command.risk),
                        command.verb,
                        file::risk(*least)
                    );
                    faults.push(fault(lines.risk, what));
                }
                None if over => {
                    let near = text::nearest(&command.verb, verbs.keys().map(String::as_str));
                    let near = near.map(|near| format!(", did you mean `{near}`?")).unwrap_or_default();
                    faults.push(fault(lines.verb, format!("no verb `{}`{near}", command.verb)));
                }
                _ if !over => {
                    let least = verbs.entry(command.verb.clone()).or_insert(command.risk);
                    *least = (*least).min(command.risk);
                }
                _ => {}
            }
            for name in command.names() {
                let lower = name.to_lowercase();
                let taken = homes.get(&lower).cloned().or_else(|| {
                    let other = self.find(&lower)?;
                    (other.name != command.name).then(|| format!("command `{}`", other.name))
                });
                if let Some(taken) = taken {
                    faults.push(fault(lines.name, format!("`{name}` is a name of {taken} already")));
                }
                homes.insert(lower, source.path.clone());
            }
            commands.retain(|_, other| other.name != command.name);
            commands.insert(place(&command), Arc::new(command));
        }
        if !faults.is_empty() {
            faults.sort_by(|one, two| (&one.path, one.line).cmp(&(&two.path, two.line)));
            return Err(CatalogueError(faults));
        }
        let all: Vec<_> = commands.into_values().collect();
        let names = all
            .iter()
            .enumerate()
            .flat_map(|(at, command)| command.names().map(move |name| (name.to_lowercase(), at)))
            .collect();
        Ok(Self { all, names, verbs, schedules: self.schedules.clone() })
    }

    /// The same, where these schedules may be named.
    #[must_use]
    pub fn with_schedules(self, schedules: impl IntoIterator<Item = String>) -> Self {
        Self { schedules: schedules.into_iter().collect(), ..self }
    }

    /// The schedules that may be named.
    pub fn schedules(&self) -> impl Iterator<Item = &str> {
        self.schedules.iter().map(String::as_str)
    }

    /// By name or alias, in any case of letters.
    pub fn find(&self, name: &str) -> Option<&Arc<Command>> {
        let found = self.names.get(name).or_else(|| self.names.get(&name.to_lowercase()));
        found.and_then(|at| self.all.get(*at))
    }

    /// By section and name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Command>> {
        self.all.iter()
    }

    /// The commands that help shows, folder by folder.
    pub fn sections(&self) -> Vec<Section> {
        let mut sections: Vec<Section> = Vec::new();
        for command in self.all.iter().filter(|command| !command.hidden) {
            match sections.last_mut().filter(|section| section.id == command.section) {
                Some(section) => section.commands.push(command.clone()),
                None => sections.push(Section {
                    id: command.section.clone(),
                    title: Phrase::named(format!("command-section-{}", command.section)),
                    commands: vec![command.clone()],
                }),
            }
        }
        sections
    }

    /// Every verb that some command runs, by name: what the roles of the config may name.
    pub fn verbs(&self) -> impl Iterator<Item = &str> {
        self.verbs.keys().map(String::as_str)
    }
}

fn place(command: &Command) -> (String, String) {
    (command.section.clone(), command.name.clone())
}

fn gather(dir: &Dir<'_>, sources: &mut Vec<Source>) {
    for file in dir.files().filter(|file| file.path().extension().is_some_and(|end| end == "toml")) {
        sources.push(Source {
            path: file.path().display().to_string(),
            text: file.contents_utf8().unwrap_or_default().to_owned(),
        });
    }
    dir.dirs().for_each(|dir| gather(dir, sources));
}
