//! The only door to the outside: files, environment, clock and random ids.
//!
//! Everything else in the crate asks a [`Host`]. Tests and the language server hand in another one.
//! Invariant: no other module names `std::fs`, `std::env` or a clock (`adapters/` opens databases itself).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::{Timestamp, Zoned};

mod log_file;
pub mod secrets;
pub mod workshop;

use workshop::Workshop;

/// Writes the text of a file.
pub type Fill<'a> = &'a mut dyn FnMut(Out<'_>) -> io::Result<()>;

/// Where the text goes.
pub type Out<'a> = &'a mut (dyn io::Write + Send);

/// The outside world as forge sees it.
pub trait Host: Send + Sync {
    /// Reads a file as UTF-8 text (a leading byte order mark is dropped).
    fn read(&self, path: &Path) -> io::Result<String>;
    /// Reads a file as bytes.
    fn read_bytes(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Writes a file as one step: readers see the old text or the new one. Makes missing folders.
    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        self.write_with(path, &mut |out| out.write_all(text.as_bytes()))
    }
    /// The same for a text that is made while it is written.
    fn write_with(&self, path: &Path, fill: Fill<'_>) -> io::Result<()>;
    /// Writes a file that every run makes again; one that has the text already is left alone, and readers may see
    /// a part of it. Makes missing folders.
    fn write_output(&self, path: &Path, text: &str) -> io::Result<()> {
        self.write(path, text)
    }
    /// Appends to a file and makes it when it is missing.
    fn append(&self, path: &Path, text: &str) -> io::Result<()>;
    /// Opens a log at its end; at `most` bytes it is put aside for a new one, at 0 never. A host in memory has none.
    fn open_log(&self, path: &Path, most: u64) -> io::Result<Box<dyn io::Write + Send>> {
        let _ = (path, most);
        Err(io::ErrorKind::Unsupported.into())
    }
    /// All files below `dir`, sorted by path, symbolic links followed, hidden folders included.
    fn walk(&self, dir: &Path) -> Vec<PathBuf>;
    /// The folders directly below `dir`, sorted by name.
    fn folders(&self, dir: &Path) -> Vec<PathBuf> {
        let files = self.walk(dir);
        let names = files.iter().filter_map(|file| {
            let mut parts = file.strip_prefix(dir).ok()?.components();
            let first = parts.next()?;
            parts.next().map(|_| dir.join(first))
        });
        names.collect::<BTreeSet<_>>().into_iter().collect()
    }
    /// Whether a file or folder is there.
    fn exists(&self, path: &Path) -> bool;
    /// Whether a folder is there.
    fn is_dir(&self, path: &Path) -> bool;
    /// Removes a file; a missing one is fine.
    fn remove_file(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder with all in it; a missing folder is fine.
    fn remove_dir_all(&self, path: &Path) -> io::Result<()>;
    /// The absolute path with links resolved; the path itself when that fails.
    fn canonical(&self, path: &Path) -> PathBuf;
    /// The working directory.
    fn cwd(&self) -> PathBuf;
    /// The user's home folder.
    fn home(&self) -> Option<PathBuf>;
    /// An environment variable (`.env` entries count when the process has no such variable).
    fn env(&self, name: &str) -> Option<String>;
    /// All environment variables.
    fn env_all(&self) -> BTreeMap<String, String>;
    /// Adds a variable unless the process has it already; for `.env` files.
    fn set_env_default(&self, name: &str, value: &str);
    /// Now. `FORGE_NOW` (RFC 3339) freezes it.
    fn now(&self) -> Timestamp;
    /// Now in the local time zone; a frozen clock is in UTC.
    fn now_local(&self) -> Zoned;
    /// A random (version 4) UUID; with a frozen clock, a repeatable one.
    fn uuid(&self) -> String;
    /// What installing needs; a host in memory has none of it.
    fn workshop(&self) -> io::Result<&dyn Workshop> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The variable that freezes the clock.
pub const CLOCK: &str = "FORGE_NOW";

/// The machine's time, for engines whose clock nobody froze.
pub fn machine_now() -> Timestamp {
    Timestamp::now()
}

/// The machine that forge runs on.
#[derive(Debug, Default)]
pub struct RealHost {
    dotenv: Mutex<BTreeMap<String, String>>,
    /// What the clock is frozen at, once somebody has asked.
    frozen: Mutex<Option<Option<Timestamp>>>,
    uuids: Mutex<u64>,
}

impl RealHost {
    /// A host with an empty `.env`.
    pub fn new() -> Self {
        Self::default()
    }

    fn frozen(&self) -> Option<Timestamp> {
        let mut frozen = self.frozen.lock().expect("invariant: no panic under lock");
        *frozen.get_or_insert_with(|| self.env(CLOCK)?.trim().parse().ok())
    }
}

impl Host for RealHost {
    fn read(&self, path: &Path) -> io::Result<String> {
        let text = std::fs::read_to_string(path)?;
        Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
    }

    fn read_bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    // Putting a file in place of another makes a journaling file system flush it: most artifacts of a small project are
    // as they were.
    fn write(&self, path: &Path, text: &str) -> io::Result<()> {
        if text.len() <= SMALL && has_text(path, text).unwrap_or(false) {
            return Ok(());
        }
        self.write_with(path, &mut |out| out.write_all(text.as_bytes()))
    }

    fn write_with(&self, path: &Path, fill: Fill<'_>) -> io::Result<()> {
        let dir = path.parent().unwrap_or(Path::new("."));
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("file");
        let temporary = dir.join(format!(".{name}.{}.tmp", std::process::id()));
        let mut file = match std::fs::File::create(&temporary) {
            Ok(file) => file,
            Err(_) => {
                std::fs::create_dir_all(dir)?;
                std::fs::File::create(&temporary)?
            }
        };
        let mut out = io::BufWriter::with_capacity(BUFFER, &mut file);
        let written = fill(&mut out).and_then(|()| io::Write::flush(&mut out));
        drop(out);
        drop(file);
        let done = written.and_then(|()| std::fs::rename(&temporary, path));
        if done.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        done
    }

    // Thousands of small files: replacing one makes a journaling file system flush it, so the same text is not
    // written again.
    fn write_output(&self, path: &Path, text: &str) -> io::Result<()> {
        match has_text(path, text) {
            Ok(true) => Ok(()),
            Ok(false) => std::fs::write(path, text),
            Err(_) => match std::fs::write(path, text) {
                Ok(()) => Ok(()),
                Err(_) => {
                    std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
                    std::fs::write(path, text)
                }
            },
        }
    }

    fn append(&self, path: &Path, text: &str) -> io::Result<()> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
        io::Write::write_all(&mut file, text.as_bytes())
    }

    fn open_log(&self, path: &Path, most: u64) -> io::Result<Box<dyn io::Write + Send>> {
        Ok(Box::new(log_file::Rotating::open(path, most)?))
    }

    fn walk(&self, dir: &Path) -> Vec<PathBuf> {
        walkdir::WalkDir::new(dir)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .map(walkdir::DirEntry::into_path)
            .collect()
    }

    fn folders(&self, dir: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
        let mut folders: Vec<_> =
            entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    }

    fn exists(&self, path: &Path) -> bool {
        path.exists()
    }

    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn remove_dir_all(&self, path: &Path) -> io::Result<()> {
        match std::fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
    }

    fn cwd(&self) -> PathBuf {
        std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."))
    }

    fn home(&self) -> Option<PathBuf> {
        std::env::home_dir()
    }

    fn env(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().or_else(|| {
            self.dotenv.lock().expect("invariant: no panic under lock").get(name).cloned()
        })
    }

    fn env_all(&self) -> BTreeMap<String, String> {
        let mut all = self.dotenv.lock().expect("invariant: no panic under lock").clone();
        let process = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        all.extend(process);
        all
    }

    fn set_env_default(&self, name: &str, value: &str) {
        let mut dotenv = self.dotenv.lock().expect("invariant: no panic under lock");
        dotenv.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        drop(dotenv);
        *self.frozen.lock().expect("invariant: no panic under lock") = None;
    }

    fn now(&self) -> Timestamp {
        self.frozen().unwrap_or_else(Timestamp::now)
    }

    fn now_local(&self) -> Zoned {
        match self.frozen() {
            Some(now) => now.to_zoned(jiff::tz::TimeZone::UTC),
            None => Zoned::now(),
        }
    }

    fn uuid(&self) -> String {
        let mut count = self.uuids.lock().expect("invariant: no panic under lock");
        *count += 1;
        let seed = match self.frozen() {
            Some(now) => {
                (u128::from(now.as_nanosecond().unsigned_abs() as u64) << 32) ^ u128::from(*count)
            }
            None => random_u128(),
        };
        let bits = (seed & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    fn workshop(&self) -> io::Result<&dyn Workshop> {
        Ok(self)
    }
}

/// The arguments of the process, its own name included.
pub fn arguments() -> Vec<std::ffi::OsString> {
    std::env::args_os().collect()
}

/// Whether a file has this text; of a longer one, no more is read than tells so.
fn has_text(path: &Path, text: &str) -> io::Result<bool> {
    let mut found = Vec::with_capacity(text.len() + 1);
    let most = text.len() as u64 + 1;
    let mut file = io::Read::take(std::fs::File::open(path)?, most);
    io::Read::read_to_end(&mut file, &mut found)?;
    Ok(found == text.as_bytes())
}

/// Bytes of a file that it is worth to compare with what would be written.
const SMALL: usize = 64 * 1024;
/// Bytes that are written at a time.
const BUFFER: usize = 128 * 1024;

/// Random bits from the seeds that the standard library draws for its hash maps.
fn random_u128() -> u128 {
    use std::hash::{BuildHasher, RandomState};
    let draw = || RandomState::new().hash_one(std::process::id());
    (u128::from(draw()) << 64) | u128::from(draw())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_are_version_4_and_differ() {
        let host = RealHost::new();
        let (a, b) = (host.uuid(), host.uuid());
        assert_ne!(a, b);
        assert_eq!(a.len(), 36);
        assert_eq!(&a[14..15], "4");
        assert!("89ab".contains(&a[19..20]));
    }

    #[test]
    fn outputs_are_replaced_whether_the_old_text_is_longer_or_shorter() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("compiled/a.sql");
        for text in ["select 1", "select 1", "select 10", "select", "", "välue"] {
            RealHost::new().write_output(&path, text).unwrap();
            assert!(has_text(&path, text).unwrap());
            assert!(!has_text(&path, "select 1 ").unwrap());
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
