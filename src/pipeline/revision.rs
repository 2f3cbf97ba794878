//! The project as it was at a git revision: read into memory, parsed, and published as texts to compare with.
//!
//! Nothing is checked out and no file is written. What git does not keep (installed packages, `profiles.yml`, `.env`)
//! is taken from the working tree.
//! Invariant: a revision is never read as an option of git.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{Timestamp, Zoned};

use super::prepare::prepare;
use super::{Prepared, World};
use crate::artifacts::manifest::write_manifest;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Silent;
use crate::host::workshop::{Ended, Program};
use crate::host::{Fill, Host};
use crate::manifest::Quoting;
use crate::names::did_you_mean;
use crate::source::SourceMap;
use crate::state::{Texts, vars_text};

/// The most that a project may have in files at a revision, in bytes.
const MOST_BYTES: u64 = 1 << 30;

/// Quiet and in English.
const ENV: &[(&str, &str)] = &[("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0")];

/// Set in hooks of git, where they could mean another repository.
const WITHOUT: &[&str] = &["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_NAMESPACE"];

/// The project as it was at a revision.
///
/// # Errors
/// There is no git or no repository, no such revision, or the project could not be parsed then (`bad-state`).
pub(super) fn project(
    world: &World,
    prepared: &Prepared,
    revision: &str,
) -> Result<Prepared, Box<Diagnostic>> {
    let root = prepared.project.root().root.clone();
    let git = Git { world, folder: &root, revision };
    let host = Arc::new(AtRevision {
        files: git.files(&git.commit()?)?,
        packages: root.join(&prepared.project.root().config.packages_install_path),
        root: root.clone(),
        now: world.host.clone(),
    });
    let then = World {
        host,
        sources: Arc::new(SourceMap::new()),
        sink: Arc::new(Silent),
        stop: Arc::default(),
    };
    let mut flags = (*prepared.project.flags.given).clone();
    flags.project_dir = Some(root.display().to_string());
    // What was only a warning then must not stand in the way now.
    (flags.strict, flags.warn_error) = (Some(false), Some(false));
    prepare(&then, &flags).map_err(|mistakes| {
        let first = mistakes.into_sorted().into_iter().next();
        let reason = first.map_or_else(String::new, |first| format!(": {}", first.message));
        bad(format!("the project cannot be read as it was at `{revision}`{reason}"))
    })
}

/// The manifest of the project as it was at a revision.
///
/// # Errors
/// Those of [`project`].
pub(super) fn texts(
    world: &World,
    prepared: &Prepared,
    revision: &str,
) -> Result<Texts, Box<Diagnostic>> {
    let earlier = project(world, prepared, revision)?;
    let mut manifest = Vec::new();
    let written = write_manifest(&earlier.manifest, Quoting::default(), &|_| None, &mut manifest);
    written.map_err(|error| bad(error.to_string()))?;
    let vars = vars_text(&earlier.manifest);
    // The process ends with the verb: taking the manifest apart would only cost time.
    std::mem::forget(earlier);
    Ok(Texts {
        manifest: String::from_utf8(manifest).expect("invariant: JSON is UTF-8"),
        vars: Some(vars),
    })
}

fn bad(message: String) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::BAD_STATE, message))
}

struct Git<'g> {
    world: &'g World,
    folder: &'g Path,
    revision: &'g str,
}

impl Git<'_> {
    fn run(&self, arguments: &[&str]) -> Result<Ended, Box<Diagnostic>> {
        let program = Program {
            name: "git",
            arguments: arguments.iter().map(|one| (*one).to_owned()).collect(),
            folder: self.folder,
            env: ENV,
            without_env: WITHOUT,
        };
        let ended = self.world.host.workshop().and_then(|workshop| workshop.run(&program));
        ended.map_err(|error| {
            let message = format!("`git:{}` needs the program git: {error}", self.revision);
            Box::new(bad(message).hint("install git, or compare with `--state DIR`"))
        })
    }

    /// The id of the revision's commit.
    fn commit(&self) -> Result<String, Box<Diagnostic>> {
        if !self.run(&["rev-parse", "--git-dir"])?.success {
            let message = format!(
                "`git:{}` needs a git repository, and the project is in none",
                self.revision
            );
            return Err(Box::new(bad(message).hint("compare with `--state DIR` instead")));
        }
        let wanted = format!("{}^{{commit}}", self.revision);
        let found = self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
        let id = found.stdout.trim();
        if found.success && !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(id.to_owned());
        }
        let known = self.run(&["for-each-ref", "--format=%(refname:short)"])?;
        let message = format!("git knows no revision `{}`", self.revision);
        Err(Box::new(bad(message).suggest(did_you_mean(self.revision, known.stdout.lines()))))
    }

    /// The files of the project's folder at a commit.
    fn files(&self, commit: &str) -> Result<BTreeMap<PathBuf, Vec<u8>>, Box<Diagnostic>> {
        let archive = self.run(&["archive", "--format=tar", commit])?;
        if !archive.success {
            let message = format!(
                "git cannot give the project as it was at `{}`: {}",
                self.revision,
                archive.stderr.lines().next().unwrap_or_default()
            );
            return Err(bad(message));
        }
        let files = unpacked(&archive.output, self.folder)
            .map_err(|error| bad(format!("git's archive cannot be read: {error}")))?;
        if !files.contains_key(&self.folder.join("dbt_project.yml")) {
            return Err(bad(format!("there was no project here at `{}`", self.revision)));
        }
        Ok(files)
    }
}

fn unpacked(archive: &[u8], folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut left = MOST_BYTES;
    for entry in tar::Archive::new(archive).entries()? {
        let entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = folder.join(entry.path()?);
        let mut bytes = Vec::new();
        entry.take(left + 1).read_to_end(&mut bytes)?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| io::Error::other("the project has more than a gigabyte of files"))?;
        files.insert(path, bytes);
    }
    Ok(files)
}

/// A machine whose project folder is that of a revision. Nothing can be written.
struct AtRevision {
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// The folder of installed packages.
    packages: PathBuf,
    root: PathBuf,
    now: Arc<dyn Host>,
}

impl AtRevision {
    /// Whether a path is looked at as it is now.
    fn is_of_now(&self, path: &Path) -> bool {
        let is_loose = ["profiles.yml", ".env"].iter().any(|name| path == self.root.join(name));
        !path.starts_with(&self.root)
            || !self.files.contains_key(path) && (is_loose || path.starts_with(&self.packages))
    }

    fn has_folder(&self, path: &Path) -> bool {
        let below = self.files.range(path.to_owned()..).next();
        below.is_some_and(|(file, _)| file.starts_with(path) && file != path)
    }
}

impl Host for AtRevision {
    fn read(&self, path: &Path) -> io::Result<String> {
        if self.is_of_now(path) {
            return self.now.read(path);
        }
        let text = String::from_utf8(self.read_bytes(path)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
    }

    fn read_bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        if self.is_of_now(path) {
            return self.now.read_bytes(path);
        }
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write_with(&self, _path: &Path, _fill: Fill<'_>) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn append(&self, _path: &Path, _text: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn walk(&self, dir: &Path) -> Vec<PathBuf> {
        if self.is_of_now(dir) {
            return self.now.walk(dir);
        }
        let mut found: BTreeSet<PathBuf> =
            self.files.keys().filter(|path| path.starts_with(dir)).cloned().collect();
        if self.packages.starts_with(dir) {
            found.extend(self.now.walk(&self.packages));
        }
        found.into_iter().collect()
    }

    fn exists(&self, path: &Path) -> bool {
        match self.is_of_now(path) {
            true => self.now.exists(path),
            false => self.files.contains_key(path) || self.has_folder(path),
        }
    }

    fn is_dir(&self, path: &Path) -> bool {
        match self.is_of_now(path) {
            true => self.now.is_dir(path),
            false => self.has_folder(path),
        }
    }

    fn remove_file(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn remove_dir_all(&self, _path: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn canonical(&self, path: &Path) -> PathBuf {
        self.now.canonical(path)
    }

    fn cwd(&self) -> PathBuf {
        self.now.cwd()
    }

    fn home(&self) -> Option<PathBuf> {
        self.now.home()
    }

    fn env(&self, name: &str) -> Option<String> {
        self.now.env(name)
    }

    fn env_all(&self) -> BTreeMap<String, String> {
        self.now.env_all()
    }

    fn set_env_default(&self, _name: &str, _value: &str) {}

    fn now(&self) -> Timestamp {
        self.now.now()
    }

    fn now_local(&self) -> Zoned {
        self.now.now_local()
    }

    fn uuid(&self) -> String {
        self.now.uuid()
    }
}
