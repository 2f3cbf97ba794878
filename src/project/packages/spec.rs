//! The entries of `packages:`, of `packages.yml`, `dependencies.yml` and `package-lock.yml`, checked as dbt 1.12 does.
//!
//! Invariant: a spec has exactly one source, and no key that dbt does not know.

use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::names::did_you_mean;
use crate::source::Span;
use crate::source::yaml::{Mapping, Node, Yaml};

/// One wanted package.
#[derive(Clone, Debug, PartialEq)]
pub struct PackageSpec {
    /// Where it comes from.
    pub source: PackageSource,
    /// `name`: of a tarball the name of the package, elsewhere what a lock file says about it.
    pub name: Option<String>,
    /// The entry as written, before Jinja: what dbt hashes and what a lock file may show.
    pub unrendered: Json,
    /// Its place.
    pub span: Span,
}

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum PackageSource {
    /// `local`: a folder, from the root project's.
    Local {
        /// The folder as written.
        path: String,
    },
    /// `git`: a repository.
    Git(GitSource),
    /// `tarball`: an archive.
    Tarball {
        /// Its address.
        url: String,
    },
    /// `package`: one of the hub.
    Hub {
        /// `namespace/name`
        package: String,
        /// `version`
        versions: Versions,
        /// `install_prerelease`; dbt's default is false.
        install_prerelease: Option<bool>,
    },
    /// `private`: resolved by dbt's hosted product only.
    Private {
        /// `organisation/repository`
        name: String,
        /// `provider`
        provider: Option<String>,
        /// What it shares with `git`.
        git: GitSource,
    },
}

/// What `git` packages say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GitSource {
    /// The repository.
    pub url: String,
    /// `revision`: a tag, a branch or a commit.
    pub revision: Option<Version>,
    /// `warn-unpinned`
    pub warn_unpinned: Option<bool>,
    /// `subdirectory`
    pub subdirectory: Option<String>,
}

/// A version as YAML types it; dbt makes text of whole numbers, not of others.
#[derive(Clone, Debug, PartialEq)]
pub enum Version {
    /// Text or a whole number.
    Text(String),
    /// Any other number.
    Number(f64),
}

/// `version` of a hub package.
#[derive(Clone, Debug, PartialEq)]
pub enum Versions {
    /// One requirement.
    One(Version),
    /// All of these.
    Many(Vec<Version>),
}

impl PackageSpec {
    /// What it is called before its name is known: the path, the address, the name on the hub.
    pub fn address(&self) -> &str {
        match &self.source {
            PackageSource::Local { path } => path,
            PackageSource::Git(git) => &git.url,
            PackageSource::Tarball { url } => url,
            PackageSource::Hub { package, .. } => package,
            PackageSource::Private { name, .. } => name,
        }
    }
}

/// The keys that say where a package comes from, and what may stand beside them.
const SOURCES: &[(&str, &[&str])] = &[
    ("package", &["version", "install_prerelease", "name"]),
    ("git", &["revision", "warn-unpinned", "subdirectory", "name"]),
    ("local", &["name"]),
    ("tarball", &["name"]),
    ("private", &["provider", "revision", "warn-unpinned", "subdirectory", "name"]),
];

/// Checks a list of packages; `raw` is the list before rendering.
pub(super) fn entries(list: &Yaml, raw: &Yaml, diagnostics: &mut Diagnostics) -> Vec<PackageSpec> {
    let Some(items) = list.as_seq() else {
        let message = "`packages` must be a list";
        diagnostics.push(
            Diagnostic::error(codes::BAD_PACKAGES_FILE, message)
                .at(list.span, format!("this is {}", list.kind())),
        );
        return Vec::new();
    };
    let raw = raw.as_seq().unwrap_or_default();
    let mut specs = Vec::new();
    for (item, raw) in items.iter().zip(raw) {
        match entry(item, raw) {
            Ok(spec) => specs.push(spec),
            Err(error) => diagnostics.push(*error.0),
        }
    }
    specs
}

type Checked<T> = Result<T, Wrong>;

/// What is wrong with an entry.
struct Wrong(Box<Diagnostic>);

impl From<Diagnostic> for Wrong {
    fn from(diagnostic: Diagnostic) -> Self {
        Wrong(Box::new(diagnostic))
    }
}

fn entry(item: &Yaml, raw: &Yaml) -> Checked<PackageSpec> {
    let needs = || wrong("a package needs `package`, `git`, `local` or `tarball`", item.span);
    let map = item.as_map().ok_or_else(needs)?;
    let given: Vec<_> =
        SOURCES.iter().filter_map(|source| Some((source, map.entry(source.0)?))).collect();
    let (&(kind, allowed), source) = *given.first().ok_or_else(needs)?;
    if let Some((_, (key, _))) = given.get(1) {
        let message = format!("a package has one source, not `{kind}` and `{}`", key.value);
        return Err(wrong(message, key.span).into());
    }
    let known = |key: &str| key == kind || key == "unrendered" || allowed.contains(&key);
    if let Some((key, _)) = map.entries.iter().find(|(key, _)| !known(&key.value)) {
        let message = format!("a `{kind}` package has no key `{}`", key.value);
        let near = did_you_mean(&key.value, allowed.iter().copied());
        return Err(Wrong::from(wrong(message, key.span).suggest(near)));
    }
    let text = text(&source.1).filter(|text| !text.is_empty()).ok_or_else(|| {
        wrong(format!("`{kind}` must be a text that is not empty"), source.1.span)
    })?;
    let reader = Entry { kind, map, span: item.span };
    Ok(PackageSpec {
        source: reader.source(text, source.1.span)?,
        name: reader.name()?,
        unrendered: raw.to_json(),
        span: item.span,
    })
}

/// An entry whose keys are known.
struct Entry<'e> {
    kind: &'static str,
    map: &'e Mapping,
    span: Span,
}

impl Entry<'_> {
    fn source(&self, text: String, span: Span) -> Checked<PackageSource> {
        Ok(match self.kind {
            "package" => {
                if !text.contains('/') {
                    let message = format!("the hub package `{text}` has no namespace");
                    let hint =
                        "hub packages are written `namespace/name`, as in `dbt-labs/dbt_utils`";
                    return Err(Wrong::from(wrong(message, span).hint(hint)));
                }
                PackageSource::Hub {
                    versions: self.versions(&text)?,
                    install_prerelease: self.bool("install_prerelease")?,
                    package: text,
                }
            }
            "git" => PackageSource::Git(self.git(text)?),
            "local" => PackageSource::Local { path: text },
            "tarball" => PackageSource::Tarball { url: text },
            _ => PackageSource::Private {
                provider: self.text("provider")?,
                git: self.git(String::new())?,
                name: text,
            },
        })
    }

    fn git(&self, url: String) -> Checked<GitSource> {
        let revision = match self.value("revision") {
            Some(yaml) => Some(version(yaml).ok_or_else(|| {
                wrong("`revision` must be a tag, a branch or a commit", yaml.span)
            })?),
            None => None,
        };
        Ok(GitSource {
            url,
            revision,
            warn_unpinned: self.bool("warn-unpinned")?,
            subdirectory: self.text("subdirectory")?,
        })
    }

    fn versions(&self, package: &str) -> Checked<Versions> {
        let missing = || {
            let message = format!("the hub package `{package}` has no `version`");
            let hint = "say which: `version: \"1.1.1\"` or `version: [\">=1.0.0\", \"<2.0.0\"]`";
            Wrong::from(wrong(message, self.span).hint(hint))
        };
        let yaml = self.value("version").ok_or_else(missing)?;
        let bad =
            |yaml: &Yaml| wrong("`version` must be a version or a list of requirements", yaml.span);
        match &yaml.node {
            Node::Seq(items) if items.is_empty() => Err(missing()),
            Node::Str(text) if text.is_empty() => Err(missing()),
            Node::Seq(items) => (items.iter())
                .map(|item| version(item).ok_or_else(|| bad(item).into()))
                .collect::<Checked<_>>()
                .map(Versions::Many),
            _ => version(yaml).map(Versions::One).ok_or_else(|| bad(yaml).into()),
        }
    }

    /// dbt: a tarball has a name, others may.
    fn name(&self) -> Checked<Option<String>> {
        let name = self.text("name")?;
        if name.is_none() && self.kind == "tarball" {
            let hint = "add `name:` with the name of the package's project";
            return Err(Wrong::from(
                wrong("a `tarball` package has no `name`", self.span).hint(hint),
            ));
        }
        Ok(name)
    }

    fn value(&self, key: &str) -> Option<&Yaml> {
        self.map.get(key).filter(|yaml| !yaml.is_null())
    }

    fn text(&self, key: &str) -> Checked<Option<String>> {
        let read = |yaml: &Yaml| {
            text(yaml).ok_or_else(|| wrong(format!("`{key}` must be a text"), yaml.span).into())
        };
        self.value(key).map(read).transpose()
    }

    fn bool(&self, key: &str) -> Checked<Option<bool>> {
        let read = |yaml: &Yaml| {
            let wrong = || wrong(format!("`{key}` must be true or false"), yaml.span).into();
            yaml.as_bool().ok_or_else(wrong)
        };
        self.value(key).map(read).transpose()
    }
}

fn text(yaml: &Yaml) -> Option<String> {
    yaml.as_str().map(str::to_owned)
}

fn version(yaml: &Yaml) -> Option<Version> {
    match &yaml.node {
        Node::Str(text) => Some(Version::Text(text.clone())),
        Node::Int(number) => Some(Version::Text(number.to_string())),
        Node::Float(number) => Some(Version::Number(*number)),
        _ => None,
    }
}

fn wrong(message: impl Into<String>, span: Span) -> Diagnostic {
    Diagnostic::error(codes::BAD_PACKAGES_FILE, message).at(span, "")
}
