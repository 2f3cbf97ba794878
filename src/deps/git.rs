//! Fetches repositories with the `git` program.
//!
//! Invariant: an address or a revision is never read as an option, runs no program of its own (`ext::`), and git
//! asks nobody for a password.

use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostics::{Diagnostic, codes};
use crate::host::Host;
use crate::host::workshop::{Ended, EntryKind, Program, Workshop};
use crate::http;
use crate::names::did_you_mean;
use crate::project::GitSource;

use super::archive::stays;

/// Quiet, in English, without questions, over these transports only.
const ENV: &[(&str, &str)] = &[
    ("LC_ALL", "C"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh"),
    ("GIT_LFS_SKIP_SMUDGE", "1"),
];

/// Set in hooks of git, where they would mean the wrong repository.
const WITHOUT: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// A checked out revision.
#[derive(Clone, Debug)]
pub(super) struct Checkout {
    /// The folder of the package, `subdirectory` included.
    pub(super) folder: PathBuf,
    /// The commit.
    pub(super) commit: String,
}

/// A repository that is fetched.
pub(super) struct Repository<'g> {
    host: &'g dyn Host,
    workshop: &'g dyn Workshop,
    /// What git is given.
    address: String,
    /// For people.
    shown: String,
    /// The new folder for it.
    folder: &'g Path,
}

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Checks out a revision of a repository into a new folder. Relative paths begin at `root`.
pub(super) fn check_out(
    host: &dyn Host,
    source: &GitSource,
    revision: &str,
    root: &Path,
    folder: &Path,
) -> Result<Checkout> {
    let workshop = host.workshop().map_err(|error| Box::new(unusable(&error)))?;
    refuse(&source.url, "address")?;
    refuse(revision, "revision")?;
    let beside = root.join(&source.url);
    let is_path = !source.url.contains("://") && host.exists(&beside);
    let address = if is_path { beside.display().to_string() } else { source.url.clone() };
    let shown = http::shown(&source.url);
    let repository = Repository { host, workshop, address, shown, folder };
    let commit = repository.fetch(revision)?;
    let package = repository.package(source.subdirectory.as_deref())?;
    Ok(Checkout { folder: package, commit })
}

/// dbt: 40 hexadecimal digits are a commit, everything else is a name.
fn is_commit(revision: &str) -> bool {
    revision.len() == 40
        && revision.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// What git would read as something else.
fn refuse(text: &str, what: &str) -> Result<()> {
    let problem = if text.starts_with('-') {
        "it begins with `-`"
    } else if what == "address" && text.contains("::") && !text.contains("://") {
        "it names a program of git's, not a repository"
    } else if text.contains(|c: char| c.is_control()) {
        "it has control characters"
    } else {
        return Ok(());
    };
    let message = format!("the git {what} `{}` is refused: {problem}", text.escape_debug());
    Err(Box::new(Diagnostic::error(codes::UNSAFE_PACKAGE, message)))
}

impl Repository<'_> {
    /// Fetches a revision and checks it out; returns the commit.
    fn fetch(&self, revision: &str) -> Result<String> {
        self.workshop.make_folder(self.folder).map_err(|error| Box::new(unusable(&error)))?;
        self.done(&["init", "--quiet"])?;
        let wanted = match is_commit(revision) {
            true => revision.to_owned(),
            false => self.reference(revision)?,
        };
        let shallow = ["fetch", "--quiet", "--depth", "1", "--no-tags", "--no-recurse-submodules"];
        let arguments = [&shallow[..], &["--", &self.address, &wanted]].concat();
        let mut target = "FETCH_HEAD";
        if !self.git(&arguments)?.success {
            if !is_commit(revision) {
                self.done(&arguments)?;
            }
            // Some servers give out no single commits.
            let heads = "+refs/heads/*:refs/remotes/origin/*";
            let all = ["fetch", "--quiet", "--tags", "--no-recurse-submodules", "--"];
            self.done(&[&all[..], &[&self.address, heads]].concat())?;
            target = revision;
        }
        let checkout = ["checkout", "--quiet", "--force", "--detach", target, "--"];
        if !self.git(&checkout)?.success {
            return Err(self.no_revision(revision, &[]));
        }
        Ok(self.done(&["rev-parse", "HEAD"])?.stdout.trim().to_owned())
    }

    /// The full name of a tag, else of a branch; dbt prefers tags.
    fn reference(&self, revision: &str) -> Result<String> {
        let listed = self.done(&["ls-remote", "--quiet", "--", &self.address])?.stdout;
        let names: Vec<&str> =
            listed.lines().filter_map(|line| Some(line.split_once('\t')?.1)).collect();
        let candidates = match revision {
            "HEAD" => vec!["HEAD".to_owned()],
            _ => vec![format!("refs/tags/{revision}"), format!("refs/heads/{revision}")],
        };
        let found = candidates.into_iter().find(|name| names.contains(&name.as_str()));
        found.ok_or_else(|| self.no_revision(revision, &names))
    }

    fn no_revision(&self, revision: &str, names: &[&str]) -> Box<Diagnostic> {
        if names.is_empty() && revision == "HEAD" {
            let message = format!("the repository `{}` is empty", self.shown);
            return Box::new(Diagnostic::error(codes::UNKNOWN_PACKAGE, message));
        }
        let message =
            format!("the repository `{}` has no tag, branch or commit `{revision}`", self.shown);
        let short = |name: &&str| {
            let name = name.strip_prefix("refs/tags/").or(name.strip_prefix("refs/heads/"))?;
            (!name.ends_with("^{}")).then(|| name.to_owned())
        };
        let known: Vec<String> = names.iter().filter_map(short).collect();
        let near = did_you_mean(revision, known.iter().map(String::as_str));
        let error = Diagnostic::error(codes::UNKNOWN_PACKAGE, message);
        Box::new(match near {
            Some(_) => error.suggest(near),
            None if known.is_empty() => error,
            None => {
                let some: Vec<_> = known.iter().rev().take(8).map(|n| format!("`{n}`")).collect();
                error.hint(format!("it has {}", some.join(", ")))
            }
        })
    }

    /// The folder of the package: without git's own, without links that leave it.
    fn package(&self, subdirectory: Option<&str>) -> Result<PathBuf> {
        let disk = |error: io::Error| Box::new(unusable(&error));
        self.workshop.remove(&self.folder.join(".git")).map_err(disk)?;
        let package = match subdirectory {
            Some(path) => self.subdirectory(path)?,
            None => self.folder.to_owned(),
        };
        drop_links(self.workshop, &package, &package).map_err(disk)?;
        Ok(package)
    }

    fn subdirectory(&self, path: &str) -> Result<PathBuf> {
        let inner = Path::new(path);
        let is_plain = |part| {
            use std::path::Component::{CurDir, Normal};
            matches!(part, Normal(_) | CurDir)
        };
        let folder = self.folder.join(inner);
        let real = self.host.canonical(&folder);
        let outside = !real.starts_with(self.host.canonical(self.folder));
        if !inner.components().all(is_plain) || outside {
            let message =
                format!("the `subdirectory` `{path}` leaves the repository `{}`", self.shown);
            return Err(Box::new(Diagnostic::error(codes::UNSAFE_PACKAGE, message)));
        }
        if !self.host.is_dir(&folder) {
            let message = format!("the repository `{}` has no folder `{path}`", self.shown);
            return Err(Box::new(Diagnostic::error(codes::UNKNOWN_PACKAGE, message)));
        }
        Ok(real)
    }

    fn git(&self, arguments: &[&str]) -> Result<Ended> {
        let quiet = ["-c", "advice.detachedHead=false", "-c", "protocol.ext.allow=never"];
        let arguments = quiet.iter().chain(arguments).map(ToString::to_string).collect();
        let program =
            Program { name: "git", arguments, folder: self.folder, env: ENV, without_env: WITHOUT };
        self.workshop.run(&program).map_err(|error| Box::new(no_git(&error)))
    }

    /// The same for what has to succeed.
    fn done(&self, arguments: &[&str]) -> Result<Ended> {
        let ended = self.git(arguments)?;
        if ended.success {
            return Ok(ended);
        }
        let message = format!("cannot fetch the repository `{}`", self.shown);
        let mut error = Diagnostic::error(codes::PACKAGE_UNREACHABLE, message);
        for line in ended.stderr.lines().filter(|line| !line.trim().is_empty()).take(6) {
            error = error.note(format!("git: {}", line.replace(&self.address, &self.shown)));
        }
        Err(Box::new(error.hint("is the address right, is there a network, may you read it?")))
    }
}

/// Removes symbolic links that leave a package.
fn drop_links(workshop: &dyn Workshop, package: &Path, folder: &Path) -> io::Result<()> {
    for entry in workshop.entries(folder)? {
        match entry.kind {
            EntryKind::File => {}
            EntryKind::Folder => drop_links(workshop, package, &entry.path)?,
            EntryKind::Link => {
                let target = workshop.link_target(&entry.path)?;
                let at = entry.path.strip_prefix(package).map_err(io::Error::other)?;
                if !stays(&Path::new("package").join(at), &target) {
                    workshop.remove(&entry.path)?;
                }
            }
        }
    }
    Ok(())
}

fn no_git(error: &io::Error) -> Diagnostic {
    let error = match error.kind() {
        io::ErrorKind::NotFound => {
            Diagnostic::error(codes::PACKAGE_UNREACHABLE, "the program `git` is not installed")
        }
        _ => Diagnostic::error(
            codes::PACKAGE_UNREACHABLE,
            format!("the program `git` cannot be run: {error}"),
        ),
    };
    error.hint("git packages need git 2.0 or later in `PATH`")
}

fn unusable(error: &io::Error) -> Diagnostic {
    Diagnostic::error(codes::NOT_WRITTEN, format!("cannot make a folder for a repository: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_helpers_are_refused() {
        for (text, what) in [
            ("--upload-pack=touch /tmp/x", "address"),
            ("ext::sh -c x", "address"),
            ("-b", "revision"),
            ("a\nb", "revision"),
        ] {
            let error = refuse(text, what).unwrap_err();
            assert_eq!(error.code, codes::UNSAFE_PACKAGE, "{text}");
        }
        for (text, what) in [
            ("https://example.com/a.git", "address"),
            ("git@example.com:a/b.git", "address"),
            ("ssh://[::1]/a.git", "address"),
            ("release/1.0", "revision"),
        ] {
            assert!(refuse(text, what).is_ok(), "{text}");
        }
    }

    #[test]
    fn commits_are_forty_digits() {
        assert!(is_commit(&"0123456789abcdef".repeat(3)[..40]));
        assert!(!is_commit("0123456"));
        assert!(!is_commit(&"z".repeat(40)));
    }
}
