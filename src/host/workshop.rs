//! What installing packages needs of the machine: folders that are built aside and moved, links, locks, programs.
//!
//! Invariant: nothing here follows a symbolic link when it removes or lists, and a program gets no input and no
//! shell.

use std::any::Any;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::RealHost;

/// A program with its arguments.
#[derive(Clone, Debug)]
pub struct Program<'p> {
    /// Its name, found in `PATH`.
    pub name: &'p str,
    /// What it is told.
    pub arguments: Vec<String>,
    /// Where it works.
    pub folder: &'p Path,
    /// Variables that it gets besides those of forge.
    pub env: &'p [(&'p str, &'p str)],
    /// Variables of forge that it does not get.
    pub without_env: &'p [&'p str],
}

/// How a program ended.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    /// Its exit code was 0.
    pub success: bool,
    /// What it printed, as text.
    pub stdout: String,
    /// What it printed.
    pub output: Vec<u8>,
    /// What it complained about.
    pub stderr: String,
}

/// What is directly in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path.
    pub path: PathBuf,
    /// What it is.
    pub kind: EntryKind,
}

/// The kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
}

/// Changes folders as a whole and runs programs.
pub trait Workshop {
    /// Makes a folder and those above it.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes an empty folder that is removed when the value is dropped, or when the process is interrupted.
    fn scratch(&self, path: &Path) -> io::Result<Scratch>;
    /// Writes a file with all that a reader gives; makes missing folders.
    fn write_from(&self, path: &Path, reader: &mut dyn Read) -> io::Result<()>;
    /// Gives a file or folder another name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a symbolic link at `at` to `target`.
    fn link(&self, target: &Path, at: &Path) -> io::Result<()>;
    /// What a symbolic link says.
    fn link_target(&self, path: &Path) -> io::Result<PathBuf>;
    /// Copies a file.
    fn copy_file(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Copies a folder with all in it; links become what they lead to.
    fn copy_folder(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// What is directly in a folder, sorted by name.
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>>;
    /// Removes a file, a link or a folder with all in it; what is not there is fine.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Waits until no other process holds the folder, and holds it until the value is dropped.
    fn hold(&self, folder: &Path, waiting: &dyn Fn()) -> io::Result<Box<dyn Any>>;
    /// Runs a program to its end.
    fn run(&self, program: &Program<'_>) -> io::Result<Ended>;
}

/// Folders that are removed when the process is interrupted.
static SCRATCH: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A folder that is removed with the value.
#[derive(Debug)]
pub struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        if let Ok(mut all) = SCRATCH.lock() {
            all.retain(|path| *path != self.path);
        }
    }
}

/// Removes all scratch folders, for a process that ends early.
pub fn remove_scratch() {
    for path in SCRATCH.lock().map(|mut all| std::mem::take(&mut *all)).unwrap_or_default() {
        let _ = fs::remove_dir_all(path);
    }
}

impl Workshop for RealHost {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir_all(path)
    }

    fn scratch(&self, path: &Path) -> io::Result<Scratch> {
        fs::create_dir_all(path)?;
        if let Ok(mut all) = SCRATCH.lock() {
            all.push(path.to_owned());
        }
        Ok(Scratch { path: path.to_owned() })
    }

    fn write_from(&self, path: &Path, reader: &mut dyn Read) -> io::Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        let mut file = fs::File::create(path)?;
        io::copy(reader, &mut file).map(drop)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, target: &Path, at: &Path) -> io::Result<()> {
        #[cfg(unix)]
        return std::os::unix::fs::symlink(target, at);
        #[cfg(windows)]
        return std::os::windows::fs::symlink_dir(target, at);
        #[cfg(not(any(unix, windows)))]
        return Err(io::ErrorKind::Unsupported.into());
    }

    fn link_target(&self, path: &Path) -> io::Result<PathBuf> {
        fs::read_link(path)
    }

    fn copy_file(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::create_dir_all(to.parent().unwrap_or(Path::new(".")))?;
        fs::copy(from, to).map(drop)
    }

    fn copy_folder(&self, from: &Path, to: &Path) -> io::Result<()> {
        for entry in walkdir::WalkDir::new(from).follow_links(true) {
            let entry = entry?;
            let path = entry.path().strip_prefix(from).map_err(io::Error::other)?;
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(to.join(path))?,
                false => drop(fs::copy(entry.path(), to.join(path))?),
            }
        }
        Ok(())
    }

    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let kind = match (kind.is_symlink(), kind.is_dir()) {
                (true, _) => EntryKind::Link,
                (_, true) => EntryKind::Folder,
                _ => EntryKind::File,
            };
            entries.push(Entry { path: entry.path(), kind });
        }
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let removed = match fs::symlink_metadata(path) {
            Ok(data) if data.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path).or_else(|_| fs::remove_dir(path)),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn hold(&self, folder: &Path, waiting: &dyn Fn()) -> io::Result<Box<dyn Any>> {
        // A folder itself can be locked where it can be opened; elsewhere a file in it is.
        let file = match fs::File::open(folder) {
            Ok(file) => file,
            Err(_) => fs::File::create(folder.join(".forge.lock"))?,
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                waiting();
                file.lock()?;
            }
            // Some network file systems know no locks; the work itself is still one rename.
            Err(fs::TryLockError::Error(_)) => {}
        }
        Ok(Box::new(file))
    }

    fn run(&self, program: &Program<'_>) -> io::Result<Ended> {
        let mut command = Command::new(program.name);
        command.args(&program.arguments).current_dir(program.folder).stdin(Stdio::null());
        command.envs(program.env.iter().copied());
        for name in program.without_env {
            command.env_remove(name);
        }
        let output = command.output()?;
        Ok(Ended {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            output: output.stdout,
        })
    }
}
