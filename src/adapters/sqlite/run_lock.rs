//! The lock that a run holds on a database file: a small file beside it, locked as long as the process lives.
//!
//! Another file than the database's own, because closing any handle of that one would end SQLite's locks on it.
//! Invariant: whoever holds the lock holds it on the file that has the name, so that removing the file is safe.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::super::session::{RunLock, TryLock};

/// Tries to lock; `holder` is what others are told.
pub(super) fn try_lock(database: &Path, holder: &str) -> TryLock {
    let mut name = database.as_os_str().to_owned();
    name.push("-lock");
    let path = PathBuf::from(name);
    // Two processes may remove each other's file a few times; each round one of them gets further.
    for _ in 0..16 {
        let Ok(file) = open(&path) else {
            // A folder that cannot be written: opening the database says so in better words.
            return TryLock::Held(RunLock::none());
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return TryLock::Taken { holder: first_line(&path) };
            }
            // A file system without locks: the engine's own lock still keeps transactions apart.
            Err(TryLockError::Error(_)) => return TryLock::Held(RunLock::none()),
            Ok(()) => {}
        }
        if let Some(lock) = claim(file, &path, holder) {
            return TryLock::Held(lock);
        }
    }
    TryLock::Taken { holder: first_line(&path) }
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Writes into the locked file who holds it; nothing when the file has lost its name in between.
fn claim(mut file: File, path: &Path, holder: &str) -> Option<RunLock> {
    let token = format!("{holder}\n{}\n", unique());
    file.set_len(0).ok()?;
    file.rewind().ok()?;
    file.write_all(token.as_bytes()).ok()?;
    (std::fs::read_to_string(path).ok()? == token).then_some(())?;
    let path = path.to_owned();
    Some(RunLock::new(move || {
        // Removed while it is still locked, so that nobody else can hold it under this name.
        let _ = std::fs::remove_file(&path);
        drop(file);
    }))
}

fn first_line(path: &Path) -> String {
    let mut text = String::new();
    if let Ok(file) = File::open(path) {
        // The file is small and made by forge, but it is read like any other.
        let _ = file.take(1024).read_to_string(&mut text);
    }
    text.lines().next().filter(|line| !line.is_empty()).unwrap_or("another process").to_owned()
}

/// A word that no other lock has.
fn unique() -> String {
    use std::hash::{BuildHasher, RandomState};
    let id = std::process::id();
    format!("{id}-{:x}", RandomState::new().hash_one(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_and_the_next_is_told_who() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        let TryLock::Held(first) = try_lock(&database, "`forge build`, process 1") else {
            panic!("nobody holds it yet");
        };
        let TryLock::Taken { holder } = try_lock(&database, "me") else {
            panic!("it is held");
        };
        assert_eq!(holder, "`forge build`, process 1");
        drop(first);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
        assert!(matches!(try_lock(&database, "me"), TryLock::Held(_)));
    }

    #[test]
    fn what_a_killed_process_left_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("a.db");
        std::fs::write(folder.path().join("a.db-lock"), "`forge run`, process 2\nx\n").unwrap();
        assert!(matches!(try_lock(&database, "me"), TryLock::Held(_)));
    }

    #[test]
    fn a_folder_that_is_missing_is_somebody_elses_message() {
        assert!(matches!(try_lock(Path::new("/nowhere/at/all.db"), "me"), TryLock::Held(_)));
    }
}
