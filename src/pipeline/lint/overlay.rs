//! The machine with some files changed, so that a change can be judged before it is made. Nothing can be written.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{Timestamp, Zoned};

use crate::check::lint::Edited;
use crate::host::workshop::Workshop;
use crate::host::{Fill, Host};

/// A host whose files are those of another, some aside.
#[derive(Clone)]
pub(super) struct Overlay {
    changed: HashMap<PathBuf, String>,
    below: Arc<dyn Host>,
}

impl Overlay {
    /// Nothing is changed yet.
    pub(super) fn new(below: Arc<dyn Host>) -> Self {
        Overlay { changed: HashMap::new(), below }
    }

    /// With these files changed, too.
    pub(super) fn with(mut self, edited: &[Edited]) -> Self {
        let changes = edited.iter().map(|one| (one.file.absolute.clone(), one.text.clone()));
        self.changed.extend(changes);
        self
    }
}

impl Host for Overlay {
    fn read(&self, path: &Path) -> io::Result<String> {
        self.changed.get(path).map_or_else(|| self.below.read(path), |text| Ok(text.clone()))
    }

    fn read_bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.changed.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.below.read_bytes(path),
        }
    }

    fn write_with(&self, _: &Path, _: Fill<'_>) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn append(&self, _: &Path, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn walk(&self, dir: &Path) -> Vec<PathBuf> {
        self.below.walk(dir)
    }

    fn folders(&self, dir: &Path) -> Vec<PathBuf> {
        self.below.folders(dir)
    }

    fn exists(&self, path: &Path) -> bool {
        self.below.exists(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.below.is_dir(path)
    }

    fn remove_file(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove_dir_all(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        self.below.canonical(path)
    }

    fn cwd(&self) -> PathBuf {
        self.below.cwd()
    }

    fn home(&self) -> Option<PathBuf> {
        self.below.home()
    }

    fn env(&self, name: &str) -> Option<String> {
        self.below.env(name)
    }

    fn env_all(&self) -> BTreeMap<String, String> {
        self.below.env_all()
    }

    fn set_env_default(&self, name: &str, value: &str) {
        self.below.set_env_default(name, value);
    }

    fn now(&self) -> Timestamp {
        self.below.now()
    }

    fn now_local(&self) -> Zoned {
        self.below.now_local()
    }

    fn uuid(&self) -> String {
        self.below.uuid()
    }

    fn workshop(&self) -> io::Result<&dyn Workshop> {
        self.below.workshop()
    }
}
