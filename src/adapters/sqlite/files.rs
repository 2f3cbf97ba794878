//! The files below a database: folders made, stray files found and removed.
//!
//! The only place of this room that touches the file system other than through SQLite.

use std::io;
use std::path::{Path, PathBuf};

/// Makes the folder that `file` is in.
pub(super) fn create_parent(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => std::fs::create_dir_all(dir),
        _ => Ok(()),
    }
}

/// Makes an empty file, and its folder; one that exists is an error. Only its owner may read it.
pub(super) fn create_new(file: &Path) -> io::Result<()> {
    create_parent(file)?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file).map(drop)
}

/// The `*.db` files of a folder with their stems, by name; none when there is no such folder.
pub(super) fn databases_in(dir: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = dir.read_dir() else {
        return Vec::new();
    };
    let mut found: Vec<(String, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let stem = path.file_name()?.to_str()?.strip_suffix(".db")?.to_owned();
            (!stem.is_empty() && !stem.starts_with('.')).then_some((stem, path))
        })
        .collect();
    found.sort();
    found
}

/// Whether two paths are the same file, also through links.
pub(super) fn same_file(left: &Path, right: &Path) -> bool {
    match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}

/// Removes a database with the logs beside it.
pub(super) fn remove_database(file: &Path) -> io::Result<()> {
    for suffix in ["-wal", "-shm", "-journal", ""] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
