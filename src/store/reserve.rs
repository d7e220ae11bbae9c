//! A reserve beside a SQLite file: room on the disk that is taken while there is enough of it, and given up when there is
//! none left, so that pages still go out and acknowledgements are saved. New alerts are refused until there is room
//! again: their sources keep them and try again.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Store;
use super::records::StoreError;

/// Bytes: some hundred acknowledgements and pages between two checkpoints, which make their room usable again.
const SIZE: usize = 8 << 20;
/// Bytes that are written at once.
const BLOCK: usize = 64 << 10;
/// The reserve is taken back only when there is as much room besides.
const BESIDES: usize = SIZE;

/// The reserve of a store; one without a file (a server, a short errand) has nothing to give.
#[derive(Debug, Default)]
pub(super) struct Reserve {
    path: Option<PathBuf>,
    given: AtomicBool,
}

impl Reserve {
    /// Beside that SQLite file. A disk without room for it is said so; the store is opened all the same.
    pub fn beside(store: &Path) -> Self {
        let mut path = store.as_os_str().to_owned();
        path.push(".reserve");
        let path = PathBuf::from(path);
        let kept = std::fs::metadata(&path).is_ok_and(|kept| kept.len() == SIZE as u64);
        let given = !kept && take(&path, 0).is_err();
        if given {
            tracing::error!(store.reserve = %path.display(), "there is no room left on the store's disk: new alerts are refused");
        }
        Self { path: Some(path), given: AtomicBool::new(given) }
    }

    /// Gives it up; whether there was any.
    pub fn give(&self) -> bool {
        let Some(path) = &self.path else { return false };
        if self.given.swap(true, Ordering::Relaxed) {
            return false;
        }
        let freed = File::options().write(true).open(path).and_then(|file| file.set_len(0));
        tracing::error!(store.reserve = %path.display(), store.freed = freed.is_ok(),
            "the store's disk is full: its reserve goes to pages and acknowledgements, new alerts are refused");
        freed.is_ok()
    }

    /// Whether it was given up.
    pub fn is_given(&self) -> bool {
        self.given.load(Ordering::Relaxed)
    }

    /// Takes it back where there is room for it and as much again.
    fn take_back(&self) {
        let Some(path) = &self.path else { return };
        if take(path, BESIDES).is_ok() && self.given.swap(false, Ordering::Relaxed) {
            tracing::warn!("there is room on the store's disk again: new alerts are taken");
        }
    }
}

/// Writes the file, and so much more for a moment. What it holds cannot be packed, or it would keep no room.
fn take(path: &Path, besides: usize) -> std::io::Result<()> {
    let taken = write(path, besides);
    if taken.is_err() {
        // Half a reserve is room that is needed elsewhere.
        let _ = File::options().write(true).open(path).and_then(|file| file.set_len(0));
    }
    taken
}

fn write(path: &Path, besides: usize) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = Vec::with_capacity(BLOCK);
    while block.len() < BLOCK {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        block.extend_from_slice(&state.to_le_bytes());
    }
    for number in 0..(SIZE + besides) / BLOCK {
        block[..8].copy_from_slice(&number.to_le_bytes());
        file.write_all(&block)?;
    }
    if besides > 0 {
        // Only what has reached the disk is known to have room there.
        file.sync_data()?;
        file.set_len(SIZE as u64)?;
    }
    Ok(())
}

/// Whether the database says that its disk is full.
pub(super) fn is_full(error: &StoreError) -> bool {
    // SQLITE_FULL, as sqlx puts it.
    matches!(error, StoreError::Database(why) if why.contains("(code: 13)"))
}

impl Store {
    /// Takes the reserve back if it was given up and there is room again. To be asked every few seconds.
    pub async fn refill(&self) {
        if !self.0.reserve.is_given() {
            return;
        }
        let reserve = self.0.reserve.clone();
        // It waits for the disk; what comes of it is told there.
        let _ = tokio::task::spawn_blocking(move || reserve.take_back()).await;
    }

    /// Why no new alerts are taken now, if that is so.
    pub(super) fn refuses_alerts(&self) -> Result<(), StoreError> {
        if self.0.reserve.is_given() {
            return Err(StoreError::Away("its disk is full".into()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_given_once_and_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("toban.db");
        let size = || std::fs::metadata(folder.path().join("toban.db.reserve")).unwrap().len();
        let reserve = Reserve::beside(&store);
        assert_eq!((size(), reserve.is_given()), (SIZE as u64, false));
        assert!(reserve.give() && !reserve.give());
        assert_eq!((size(), reserve.is_given()), (0, true));
        reserve.take_back();
        assert_eq!((size(), reserve.is_given()), (SIZE as u64, false));
    }

    #[test]
    fn without_a_file_there_is_nothing_to_give() {
        assert!(!Reserve::default().give());
    }
}
