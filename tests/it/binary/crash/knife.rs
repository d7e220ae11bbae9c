//! A knife for processes: kills one at a chosen outward step, or takes the room on its disk away. The program has no
//! part in it: `knife.c` is compiled here and loaded into the process from outside.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which steps count.
#[derive(Debug, Clone, Copy)]
pub enum Steps {
    /// Writes and flushes of files, and what is written to sockets.
    All,
    /// What is written to sockets: the database of a server, and the providers.
    Sockets,
}

/// Where a process ends.
#[derive(Debug, Clone, Copy)]
pub struct Cut {
    pub steps: Steps,
    /// The step, from 1.
    pub at: u64,
    /// Whether that step is still taken.
    pub after: bool,
}

impl Cut {
    /// Where a process ends that takes `total` steps unharmed: before and after steps of all of them, `most` at most. Which
    /// ones differs from run to run; with `TOBAN_TEST_EVERY_STEP` it is every single one.
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told by the environment how thorough they are to be"
    )]
    pub fn spread(steps: Steps, total: u64, most: u64) -> impl Iterator<Item = Self> {
        let every = std::env::var("TOBAN_TEST_EVERY_STEP").is_ok_and(|every| !every.is_empty());
        let stride = if every { 1 } else { total.div_ceil(most).max(1) };
        let first = 1 + u64::from(uuid::Uuid::new_v4().as_bytes()[0]) % stride;
        let cuts = (first..=total).step_by(usize::try_from(stride).unwrap()).enumerate();
        cuts.map(move |(number, at)| Self { steps, at, after: number % 2 == 1 })
    }

    /// Only counts.
    pub fn nowhere(steps: Steps) -> Self {
        Self { steps, at: 0, after: false }
    }
}

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ended {} step {}", if self.after { "after" } else { "before" }, self.at)
    }
}

/// The places of the numbers in the page that is shared, as in `knife.c`.
const ARMED: u64 = 0;
const TAKEN: u64 = 8;
const AT: u64 = 16;
const AFTER: u64 = 24;
const FAIL: u64 = 32;
const ROOM: u64 = 40;
const SIZE: u64 = 48;

/// `ENOSPC`.
const FULL: u64 = 28;

pub struct Knife {
    library: PathBuf,
    page: PathBuf,
    control: File,
}

impl Knife {
    /// Makes one in `folder`, at rest.
    pub fn forge(folder: &Path, name: &str) -> Self {
        let library = folder.join("knife.so");
        if !library.exists() {
            let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/binary/crash/knife.c");
            let made = Command::new("cc")
                .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
                .arg(&library)
                .args([source, "-ldl"])
                .status();
            assert!(
                made.is_ok_and(|made| made.success()),
                "a C compiler is needed here (apt-get install gcc)"
            );
        }
        let page = folder.join(format!("{name}.knife"));
        let control = File::options().read(true).write(true).create(true).truncate(true).open(&page).unwrap();
        control.set_len(SIZE).unwrap();
        Self { library, page, control }
    }

    /// Loads it into what `command` starts; `reserve` is the file whose room is the disk's last.
    pub fn load(&self, command: &mut Command, reserve: &Path) {
        command.env("LD_PRELOAD", &self.library).env("KNIFE", &self.page).env("KNIFE_RESERVE", reserve);
    }

    fn put(&self, place: u64, number: u64) {
        self.control.write_all_at(&number.to_le_bytes(), place).unwrap();
    }

    /// From now on steps are counted, and the chosen one is the last.
    pub fn arm(&self, cut: Cut) {
        self.put(TAKEN, 0);
        self.put(AT, cut.at);
        self.put(AFTER, u64::from(cut.after));
        self.put(
            ARMED,
            match cut.steps {
                Steps::All => 3,
                Steps::Sockets => 2,
            },
        );
    }

    /// Counts no more; how many steps there were.
    pub fn disarm(&self) -> u64 {
        self.put(ARMED, 0);
        let mut taken = [0; 8];
        self.control.read_exact_at(&mut taken, TAKEN).unwrap();
        u64::from_le_bytes(taken)
    }

    /// The disk is full; with `reserve`, only until the process gives its reserve up.
    pub fn fill_disk(&self, reserve: bool) {
        self.put(ROOM, u64::from(reserve));
        self.put(FAIL, FULL);
    }

    /// There is room on the disk again.
    pub fn free_disk(&self) {
        self.put(FAIL, 0);
    }
}
