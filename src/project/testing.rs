//! A host in memory, for the tests of this room.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::host::Host;

/// Files and variables; the working directory is `/home/shop`.
#[derive(Debug, Default)]
pub(super) struct MemoryHost {
    files: BTreeMap<PathBuf, Vec<u8>>,
    env: Mutex<BTreeMap<String, String>>,
    cwd: PathBuf,
}

/// Where the files of a test are.
pub(super) const ROOT: &str = "/home/shop";

impl MemoryHost {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        MemoryHost {
            files: (files.iter())
                .map(|(path, text)| (Path::new(ROOT).join(path), text.as_bytes().to_vec()))
                .collect(),
            env: Mutex::default(),
            cwd: PathBuf::from(ROOT),
        }
    }

    pub(super) fn with_env(self, env: &[(&str, &str)]) -> Self {
        for (name, value) in env {
            self.set_env_default(name, value);
        }
        self
    }

    pub(super) fn with_bytes(mut self, path: &str, bytes: &[u8]) -> Self {
        self.files.insert(Path::new(ROOT).join(path), bytes.to_vec());
        self
    }

    pub(super) fn at(mut self, cwd: &str) -> Self {
        self.cwd = Path::new(ROOT).join(cwd);
        self
    }
}

impl Host for MemoryHost {
    fn read(&self, path: &Path) -> io::Result<String> {
        let bytes = self.read_bytes(path)?;
        String::from_utf8(bytes).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e))
    }

    fn read_bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        let missing = || io::Error::from(io::ErrorKind::NotFound);
        self.files.get(path).cloned().ok_or_else(missing)
    }

    fn write_with(&self, _: &Path, _: crate::host::Fill<'_>) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn append(&self, _: &Path, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn walk(&self, dir: &Path) -> Vec<PathBuf> {
        let below = |path: &&PathBuf| path.starts_with(dir);
        self.files.keys().filter(below).cloned().collect()
    }

    fn exists(&self, path: &Path) -> bool {
        self.files.contains_key(path) || self.is_dir(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        path == Path::new(ROOT) || self.files.keys().any(|f| f != path && f.starts_with(path))
    }

    fn remove_file(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_dir_all(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }

    fn cwd(&self) -> PathBuf {
        self.cwd.clone()
    }

    fn home(&self) -> Option<PathBuf> {
        Some(PathBuf::from("/home/user"))
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.lock().unwrap().get(name).cloned()
    }

    fn env_all(&self) -> BTreeMap<String, String> {
        self.env.lock().unwrap().clone()
    }

    fn set_env_default(&self, name: &str, value: &str) {
        let mut env = self.env.lock().unwrap();
        env.entry(name.to_owned()).or_insert(value.to_owned());
    }

    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
    }

    fn now_local(&self) -> jiff::Zoned {
        self.now().to_zoned(jiff::tz::TimeZone::UTC)
    }

    fn uuid(&self) -> String {
        "00000000-0000-4000-8000-000000000000".to_owned()
    }
}
