//! Fetches packages into a scratch folder, each of them once.
//!
//! Invariant: what a pin leads to does not change during a run.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::host::workshop::Workshop;
use crate::project::version::{self, Range, Requirement};
use crate::project::{GitSource, PackageFacts, PackagesRoot};
use crate::source::Span;

use super::archive::{self, ArchiveError};
use super::git::{self, Checkout};
use super::hub::Hub;
use super::listing::{Source, Wanted};
use crate::http::{self, Http, HttpError};

/// The biggest archive.
const MOST: u64 = 256 << 20;

/// A package of one version.
#[derive(Clone, Debug)]
pub(super) enum Pin {
    /// A folder.
    Local { path: String },
    /// A revision of a repository.
    Git { git: GitSource, unrendered: String, revision: String },
    /// An archive.
    Tarball { url: String, unrendered: String, name: String },
    /// A version of a package of the hub, and the newest one that could be installed.
    Hub { package: String, version: String, latest: String },
}

impl Pin {
    /// What people call it, as dbt prints it.
    pub(super) fn title(&self) -> String {
        match self {
            Pin::Local { path } => path.clone(),
            Pin::Git { git, .. } => match &git.subdirectory {
                Some(folder) => format!("{}/{folder}", http::shown(&git.url)),
                None => http::shown(&git.url),
            },
            Pin::Tarball { name, .. } => name.clone(),
            Pin::Hub { package, .. } => package.clone(),
        }
    }

    /// What tells it from all others.
    pub(super) fn key(&self) -> String {
        match self {
            Pin::Local { path } => format!("local {path}"),
            Pin::Git { git, revision, .. } => {
                format!("git {} {revision} {:?}", git.url, git.subdirectory)
            }
            Pin::Tarball { url, .. } => format!("tarball {url}"),
            Pin::Hub { package, version, .. } => format!("hub {package} {version}"),
        }
    }
}

/// Where packages are fetched from and to.
pub(super) struct Store<'s> {
    host: &'s dyn Host,
    workshop: &'s dyn Workshop,
    root: &'s PackagesRoot,
    http: &'s Http,
    hub: Hub<'s>,
    scratch: PathBuf,
    checkouts: RefCell<HashMap<String, Checkout>>,
    archives: RefCell<HashMap<String, PathBuf>>,
}

type Result<T> = std::result::Result<T, Diagnostics>;

impl<'s> Store<'s> {
    /// A store that works below a scratch folder.
    pub(super) fn new(
        host: &'s dyn Host,
        workshop: &'s dyn Workshop,
        root: &'s PackagesRoot,
        http: &'s Http,
        scratch: PathBuf,
    ) -> Self {
        Store {
            host,
            workshop,
            root,
            http,
            hub: Hub::new(http, host),
            scratch,
            checkouts: RefCell::default(),
            archives: RefCell::default(),
        }
    }

    /// The one version that everybody who wants the package can have.
    pub(super) fn pin(&self, wanted: &Wanted) -> Result<Pin> {
        match &wanted.source {
            Source::Local { path } => Ok(Pin::Local { path: path.clone() }),
            Source::Tarball { url, unrendered, name } => Ok(Pin::Tarball {
                url: url.clone(),
                unrendered: unrendered.clone(),
                name: name.clone(),
            }),
            Source::Git { git, unrendered, revisions } => {
                let revision = revisions.first().map_or("HEAD", String::as_str);
                if revisions.iter().any(|other| other != revision) {
                    let message = format!(
                        "the repository `{}` is wanted in several revisions",
                        http::shown(&git.url)
                    );
                    return Err(wanted.error(codes::PACKAGE_CONFLICT, message).into());
                }
                let (git, unrendered) = (git.clone(), unrendered.clone());
                Ok(Pin::Git { git, unrendered, revision: revision.to_owned() })
            }
            Source::Hub { package, versions, prereleases } => {
                self.pin_hub(wanted, package, versions, *prereleases)
            }
        }
    }

    fn pin_hub(
        &self,
        wanted: &Wanted,
        package: &str,
        versions: &[Requirement],
        prereleases: bool,
    ) -> Result<Pin> {
        let Some(range) = Range::of(versions) else {
            let message = format!("no version of the package `{package}` suits everybody");
            let hint = "change one of them; a list of requirements is wider than one version";
            return Err(wanted.error(codes::PACKAGE_CONFLICT, message).hint(hint).into());
        };
        let check = self.root.flags.version_check;
        let compatible =
            self.hub.versions(package, check).map_err(|error| placed(*error, wanted))?;
        let prereleases = prereleases || versions.iter().any(Requirement::is_prerelease);
        let installable = version::installable(compatible.iter().map(String::as_str), prereleases);
        match (version::newest(&range, &installable), installable.last()) {
            (Some(version), Some(latest)) => Ok(Pin::Hub {
                package: package.to_owned(),
                version: version.clone(),
                latest: latest.clone(),
            }),
            _ => Err(no_version(wanted, package, &range, &installable, check).into()),
        }
    }

    /// What a package says of itself.
    pub(super) fn facts(&self, pin: &Pin, span: Span) -> Result<PackageFacts> {
        let subject = format!("the package `{}`", pin.title());
        let facts = match pin {
            Pin::Hub { package, version, .. } => {
                let release = self.hub.release(package, version, span)?;
                PackageFacts { name: release.name, span: None, specs: release.packages }
            }
            _ => self.root.facts(self.host, &self.folder(pin, span)?, &subject)?,
        };
        let name = match pin {
            Pin::Tarball { name, .. } => name.clone(),
            _ => facts.name,
        };
        match is_folder_name(&name) {
            true => Ok(PackageFacts { name, ..facts }),
            false => {
                let message =
                    format!("{subject} has the name `{}`, which is no name", name.escape_debug());
                let hint = "letters, digits and underscores";
                Err(Diagnostic::error(codes::UNSAFE_PACKAGE, message)
                    .at(span, "")
                    .hint(hint)
                    .into())
            }
        }
    }

    /// The commit of a repository's revision; the revision itself of everything else.
    pub(super) fn commit(&self, pin: &Pin) -> Option<String> {
        Some(self.checkouts.borrow().get(&pin.key())?.commit.clone())
    }

    /// The folder with the files of a package.
    pub(super) fn folder(&self, pin: &Pin, span: Span) -> Result<PathBuf> {
        match pin {
            Pin::Local { path } => self.local(path, span),
            Pin::Git { git, revision, .. } => {
                if let Some(known) = self.checkouts.borrow().get(&pin.key()) {
                    return Ok(known.folder.clone());
                }
                let folder = self.new_folder("repository", self.checkouts.borrow().len());
                let checkout = git::check_out(self.host, git, revision, &self.root.root, &folder)
                    .map_err(|error| error.at(span, ""))?;
                let folder = checkout.folder.clone();
                self.checkouts.borrow_mut().insert(pin.key(), checkout);
                Ok(folder)
            }
            Pin::Tarball { url, name, .. } => self.archive(url, name, span),
            Pin::Hub { package, version, .. } => {
                let release = self.hub.release(package, version, span)?;
                self.archive(&release.tarball, package, span)
            }
        }
    }

    fn local(&self, path: &str, span: Span) -> Result<PathBuf> {
        let folder = self.host.canonical(&self.root.root.join(path));
        let error = |code: Code, message: String| Diagnostic::error(code, message).at(span, "");
        if !self.host.is_dir(&folder) {
            let message = format!("there is no folder `{path}`");
            let hint = "paths of local packages begin at the root project's folder, also those in packages";
            return Err(error(codes::UNKNOWN_PACKAGE, message).hint(hint).into());
        }
        let install = self.host.canonical(&self.root.install_path());
        if folder.starts_with(&install) {
            let message = format!(
                "the package `{path}` lies in the folder of installed packages, which is replaced"
            );
            let hint = "move it to another folder of the project";
            return Err(error(codes::UNSAFE_PACKAGE, message).hint(hint).into());
        }
        Ok(folder)
    }

    fn archive(&self, url: &str, name: &str, span: Span) -> Result<PathBuf> {
        if let Some(known) = self.archives.borrow().get(url) {
            return Ok(known.clone());
        }
        let error = |code: Code, message: String| Diagnostic::error(code, message).at(span, "");
        let bytes = self.bytes(url).map_err(|reason| match reason {
            HttpError::NotFound(_) | HttpError::BadAddress(_) => error(
                codes::UNKNOWN_PACKAGE,
                format!("the package `{name}` cannot be fetched: {reason}"),
            ),
            _ => error(
                codes::PACKAGE_UNREACHABLE,
                format!("the package `{name}` cannot be fetched: {reason}"),
            )
            .hint("behind a proxy set `HTTPS_PROXY`, for certificates of your own `SSL_CERT_FILE`"),
        })?;
        let into = self.new_folder("archive", self.archives.borrow().len());
        let unpacked = (self.workshop.make_folder(&into).map_err(ArchiveError::Io))
            .and_then(|()| archive::unpack(self.workshop, &bytes, &into, archive::LIMITS));
        let folder = unpacked.map_err(|reason| {
            let code = match reason {
                ArchiveError::Unsafe(_) => codes::UNSAFE_PACKAGE,
                ArchiveError::Malformed(_) => codes::BAD_PACKAGE,
                ArchiveError::Io(_) => codes::NOT_WRITTEN,
            };
            error(code, format!("the archive of `{name}` is refused: {reason}"))
        })?;
        self.archives.borrow_mut().insert(url.to_owned(), folder.clone());
        Ok(folder)
    }

    fn bytes(&self, url: &str) -> std::result::Result<Vec<u8>, HttpError> {
        let Some(path) = url.strip_prefix("file://") else {
            let is_web = url.starts_with("http://") || url.starts_with("https://");
            return match is_web {
                true => self.http.get(url, MOST),
                false => Err(HttpError::BadAddress(http::shown(url))),
            };
        };
        let bytes = self.host.read_bytes(Path::new(path));
        let bytes = bytes.map_err(|_| HttpError::NotFound(http::shown(url)))?;
        match bytes.len() as u64 > MOST {
            true => Err(HttpError::TooBig(http::shown(url), MOST >> 20)),
            false => Ok(bytes),
        }
    }

    fn new_folder(&self, kind: &str, number: usize) -> PathBuf {
        self.scratch.join(format!("{kind}-{number}"))
    }
}

/// A name that is one folder and not hidden from the search for packages.
fn is_folder_name(name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    !name.is_empty() && !name.starts_with("__") && name.chars().all(is_word)
}

fn placed(error: Diagnostic, wanted: &Wanted) -> Diagnostic {
    match wanted.wants.first() {
        Some(want) => error.at(want.span, format!("{} wants it", want.by)),
        None => error,
    }
}

fn no_version(
    wanted: &Wanted,
    package: &str,
    range: &Range,
    installable: &[String],
    check: bool,
) -> Diagnostic {
    let message = format!("the package `{package}` has no version `{range}`");
    let newest: Vec<_> = installable.iter().rev().take(8).map(|v| format!("`{v}`")).collect();
    let error = wanted.error(codes::UNKNOWN_PACKAGE, message);
    let error = match newest.is_empty() {
        true => error.note("it has no version that can be installed"),
        false => error.note(format!("there are {}", newest.join(", "))),
    };
    match check {
        true => {
            error.hint("versions for another dbt are not shown; `--no-version-check` takes them")
        }
        false => error,
    }
}
