//! Who wants which packages: equal wants meet, unequal ones are said.
//!
//! Invariant: the order is that of the first want, as in dbt.

use indexmap::IndexMap;

use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::values;
use crate::project::version::Requirement;
use crate::project::{GitSource, PackageSource, PackageSpec, Version, Versions};
use crate::source::Span;

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

/// Somebody who wants a package.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Want {
    /// Who: `packages.yml`, `the package dates`.
    pub(super) by: String,
    /// What: the version, the revision.
    pub(super) what: String,
    /// Where.
    pub(super) span: Span,
}

/// A package, before it is known which version.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// Where it comes from.
    pub(super) source: Source,
    /// Who wants it, in order.
    pub(super) wants: Vec<Want>,
}

/// Where a wanted package comes from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// A folder.
    Local { path: String },
    /// A repository; `unrendered` is its address as written.
    Git { git: GitSource, unrendered: String, revisions: Vec<String> },
    /// An archive.
    Tarball { url: String, unrendered: String, name: String },
    /// A package of the hub.
    Hub { package: String, versions: Vec<Requirement>, prereleases: bool },
}

impl Wanted {
    /// What a spec wants.
    pub(super) fn new(spec: &PackageSpec, by: &str) -> Result<Self> {
        let unrendered = |key: &str, value: &str| {
            let written = spec.unrendered.get(key).and_then(|written| written.as_str());
            written.filter(|text| !text.is_empty()).unwrap_or(value).to_owned()
        };
        let (source, what) = match &spec.source {
            PackageSource::Local { path } => (Source::Local { path: path.clone() }, String::new()),
            PackageSource::Git(git) => {
                let revisions: Vec<String> = git.revision.iter().map(text).collect();
                let what = revisions.first().cloned().unwrap_or_else(|| "HEAD".to_owned());
                let unrendered = unrendered("git", &git.url);
                (Source::Git { git: git.clone(), unrendered, revisions }, what)
            }
            PackageSource::Tarball { url } => {
                let name = spec.name.clone().unwrap_or_default();
                let unrendered = unrendered("tarball", url);
                (Source::Tarball { url: url.clone(), unrendered, name }, String::new())
            }
            PackageSource::Hub { package, versions, install_prerelease } => {
                let texts = version_texts(versions);
                let parsed = texts.iter().map(|text| requirement(package, text, spec.span));
                let source = Source::Hub {
                    package: package.clone(),
                    versions: parsed.collect::<Result<_>>()?,
                    prereleases: install_prerelease.unwrap_or(false),
                };
                (source, texts.join(", "))
            }
            PackageSource::Private { name, .. } => return Err(private(name, spec.span)),
        };
        let want = Want { by: by.to_owned(), what, span: spec.span };
        Ok(Wanted { source, wants: vec![want] })
    }

    /// Its names, the first one for people: dbt finds a repository with `.git` and without.
    fn names(&self) -> Vec<String> {
        match &self.source {
            Source::Local { path } => vec![path.clone()],
            Source::Tarball { url, .. } => vec![url.clone()],
            Source::Hub { package, .. } => vec![package.clone()],
            Source::Git { git, .. } => {
                let other = match git.url.strip_suffix(".git") {
                    Some(short) => short.to_owned(),
                    None => format!("{}.git", git.url),
                };
                let below = |url: &str| match &git.subdirectory {
                    Some(folder) => format!("{url}/{folder}"),
                    None => url.to_owned(),
                };
                vec![below(&git.url), below(&other)]
            }
        }
    }

    /// Takes another want for the same package.
    fn meet(&mut self, other: Wanted) -> Result<()> {
        match (&mut self.source, other.source) {
            (Source::Local { .. }, Source::Local { .. })
            | (Source::Tarball { .. }, Source::Tarball { .. }) => {}
            (Source::Git { git, revisions, .. }, Source::Git { git: more, revisions: new, .. }) => {
                let quiet = git.warn_unpinned == Some(false) || more.warn_unpinned == Some(false);
                git.warn_unpinned = quiet.then_some(false);
                revisions.extend(new);
            }
            (Source::Hub { versions, .. }, Source::Hub { versions: new, .. }) => {
                versions.extend(new);
            }
            _ => {
                let message =
                    format!("the package `{}` is wanted from two places", self.names()[0]);
                let error = Diagnostic::error(codes::PACKAGE_CONFLICT, message);
                let error = error.at(other.wants[0].span, "here and");
                return Err(Box::new(error.and_at(self.wants[0].span, "here")));
            }
        }
        for want in other.wants {
            if !self.wants.contains(&want) {
                self.wants.push(want);
            }
        }
        Ok(())
    }

    /// An error with everybody who wants it.
    pub(super) fn error(&self, code: crate::diagnostics::Code, message: String) -> Diagnostic {
        let mut error = Diagnostic::error(code, message);
        if let Some(first) = self.wants.first() {
            error = error.at(first.span, "");
        }
        for want in &self.wants {
            let what = if want.what.is_empty() { "it" } else { &want.what };
            error = error.note(format!("{} wants {what}", want.by));
        }
        error
    }
}

/// Packages by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Listing {
    all: IndexMap<String, Wanted>,
}

impl Listing {
    /// The packages of some specs.
    pub(super) fn of(specs: &[PackageSpec], by: &str) -> Result<Self> {
        let mut listing = Listing::default();
        listing.extend(specs, by)?;
        Ok(listing)
    }

    /// Adds packages.
    pub(super) fn extend(&mut self, specs: &[PackageSpec], by: &str) -> Result<()> {
        specs.iter().try_for_each(|spec| self.add(Wanted::new(spec, by)?).map(drop))
    }

    /// Adds one package; returns what is wanted of it now.
    pub(super) fn add(&mut self, wanted: Wanted) -> Result<&Wanted> {
        let mut names = wanted.names();
        let known = names.iter().position(|name| self.all.contains_key(name));
        let name = names.swap_remove(known.unwrap_or(0));
        match self.all.get_mut(&name) {
            Some(known) => known.meet(wanted)?,
            None => drop(self.all.insert(name.clone(), wanted)),
        }
        Ok(&self.all[&name])
    }

    /// All packages.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Wanted> {
        self.all.values()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// A version as dbt prints it.
pub(super) fn text(version: &Version) -> String {
    match version {
        Version::Text(text) => text.clone(),
        Version::Number(number) => values::python_str(&(*number).into()),
    }
}

/// The requirements of a hub package; dbt 1.12 takes no commas within one.
fn version_texts(versions: &Versions) -> Vec<String> {
    match versions {
        Versions::One(version) => vec![text(version)],
        Versions::Many(all) => all.iter().map(text).collect(),
    }
}

fn requirement(package: &str, text: &str, span: Span) -> Result<Requirement> {
    Requirement::parse(text).ok_or_else(|| {
        let message = format!("`{text}` is not a version of the package `{package}`");
        let hint = match text.contains(',') {
            true => "write several requirements as a list: `[\">=1.0.0\", \"<2.0.0\"]`",
            false => "a version has three numbers, as in `1.1.1`, `>=1.0.0` or `1.0.0-rc1`",
        };
        let error = Diagnostic::error(codes::BAD_PACKAGES_FILE, message);
        Box::new(error.at(span, "").hint(hint))
    })
}

fn private(name: &str, span: Span) -> Box<Diagnostic> {
    let message =
        format!("the package `{name}` is `private`, which only dbt's hosted product finds");
    let error = Diagnostic::error(codes::UNSUPPORTED, message).at(span, "");
    Box::new(error.hint("name its repository: `git: https://…` or `git: git@…`"))
}
