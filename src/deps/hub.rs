//! The package hub: which packages and versions there are. dbt's addresses and shapes.
//!
//! Invariant: an address is asked once in a run.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use crate::diagnostics::{Diagnostic, codes};
use crate::host::Host;
use crate::names::did_you_mean;
use crate::project::version::Requirement;
use crate::project::{DBT_VERSION, PackageSource, PackageSpec, Version, Versions};
use crate::source::Span;

use crate::http::{Http, HttpError, host_of};

/// dbt's hub.
const HUB: &str = "https://hub.getdbt.com/";
/// Another hub.
const HUB_VARIABLE: &str = "DBT_PACKAGE_HUB_URL";
/// The longest answer; the hub's index and the biggest package have less than one.
const MOST: u64 = 64 << 20;

/// A hub.
pub(super) struct Hub<'h> {
    http: &'h Http,
    base: String,
    index: OnceCell<Vec<String>>,
    packages: RefCell<HashMap<String, Rc<Map<String, Json>>>>,
}

/// What the hub says about one version.
#[derive(Clone, Debug)]
pub(super) struct Release {
    /// The name in its project file.
    pub(super) name: String,
    /// What it wants.
    pub(super) packages: Vec<PackageSpec>,
    /// Where its archive is.
    pub(super) tarball: String,
}

type Result<T> = std::result::Result<T, Box<Diagnostic>>;

impl<'h> Hub<'h> {
    /// The hub of the environment.
    pub(super) fn new(http: &'h Http, host: &dyn Host) -> Self {
        let named = host.env(HUB_VARIABLE).filter(|url| !url.is_empty());
        let mut base = named.unwrap_or_else(|| HUB.to_owned());
        if !base.ends_with('/') {
            base.push('/');
        }
        Hub { http, base, index: OnceCell::new(), packages: RefCell::default() }
    }

    /// The versions of a package that this dbt may have (all of them without `check`).
    pub(super) fn versions(&self, package: &str, check: bool) -> Result<Vec<String>> {
        let all = self.package(package)?;
        let fits = |(_, facts): &(&String, &Json)| !check || is_compatible(facts);
        Ok(all.iter().filter(fits).map(|(version, _)| version.clone()).collect())
    }

    /// One version of a package; `span` is where it was asked for.
    pub(super) fn release(&self, package: &str, version: &str, span: Span) -> Result<Release> {
        let all = self.package(package)?;
        let strange = || {
            let message = format!("the hub's answer about `{package}` {version} is not understood");
            Box::new(Diagnostic::error(codes::PACKAGE_UNREACHABLE, message))
        };
        let facts = all.get(version).ok_or_else(strange)?;
        let text = |value: Option<&Json>| value.and_then(Json::as_str).map(str::to_owned);
        let wants = facts.get("packages").and_then(Json::as_array);
        let packages = wants.into_iter().flatten().map(|want| spec(want, span));
        Ok(Release {
            name: text(facts.get("name")).ok_or_else(strange)?,
            packages: packages.collect::<Option<_>>().ok_or_else(strange)?,
            tarball: text(facts.pointer("/downloads/tarball")).ok_or_else(strange)?,
        })
    }

    fn package(&self, package: &str) -> Result<Rc<Map<String, Json>>> {
        if let Some(known) = self.packages.borrow().get(package) {
            return Ok(known.clone());
        }
        self.check_index(package)?;
        let answer = self.get(package)?;
        let Some(Json::Object(versions)) = answer.get("versions") else {
            return Err(self.strange());
        };
        let versions = Rc::new(versions.clone());
        self.packages.borrow_mut().insert(package.to_owned(), versions.clone());
        Ok(versions)
    }

    fn check_index(&self, package: &str) -> Result<()> {
        if self.index.get().is_none() {
            let answer = self.get("index")?;
            let names = answer.as_array().ok_or_else(|| self.strange())?;
            let names = names.iter().filter_map(Json::as_str).map(str::to_owned).collect();
            let _ = self.index.set(names);
        }
        let index = self.index.get().map_or(&[][..], Vec::as_slice);
        if index.iter().any(|name| name == package) {
            return Ok(());
        }
        let host = host_of(&self.base).unwrap_or(&self.base);
        let message = format!("the hub `{host}` has no package `{package}`");
        let near = did_you_mean(package, index.iter().map(String::as_str));
        Err(Box::new(Diagnostic::error(codes::UNKNOWN_PACKAGE, message).suggest(near)))
    }

    fn get(&self, name: &str) -> Result<Json> {
        let url = format!("{}api/v1/{name}.json", self.base);
        let bytes =
            self.http.get(&url, MOST).map_err(|error| Box::new(self.unreachable(&error)))?;
        serde_json::from_slice(&bytes).map_err(|_| self.strange())
    }

    fn unreachable(&self, error: &HttpError) -> Diagnostic {
        let message = match error {
            HttpError::Unreachable { host, reason } => {
                format!("the hub {host} cannot be reached: {reason}")
            }
            other => format!("the hub does not answer: {other}"),
        };
        Diagnostic::error(codes::PACKAGE_UNREACHABLE, message).hint(format!(
            "behind a proxy set `HTTPS_PROXY`; `{HUB_VARIABLE}` names another hub; without a network, \
             `local` packages work"
        ))
    }

    fn strange(&self) -> Box<Diagnostic> {
        let host = host_of(&self.base).unwrap_or(&self.base);
        let message = format!("`{host}` does not answer as a package hub does");
        let error = Diagnostic::error(codes::PACKAGE_UNREACHABLE, message);
        Box::new(error.hint(format!("is `{HUB_VARIABLE}` right?")))
    }
}

/// Whether the version's `require_dbt_version` lets this dbt in; nothing said is fine, and what is not understood
/// is not.
fn is_compatible(facts: &Json) -> bool {
    let fits = |text: &str| Requirement::parse(text).is_some_and(|r| r.accepts(DBT_VERSION));
    match facts.get("require_dbt_version") {
        Some(Json::String(text)) => text.is_empty() || fits(text),
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).all(fits),
        _ => true,
    }
}

/// What a package of the hub wants, in dbt's shape.
fn spec(want: &Json, span: Span) -> Option<PackageSpec> {
    let text = |key: &str| want.get(key).and_then(Json::as_str).map(str::to_owned);
    let one = |value: &Json| match value {
        Json::String(text) => Some(Version::Text(text.clone())),
        Json::Number(number) if number.is_f64() => number.as_f64().map(Version::Number),
        Json::Number(number) => Some(Version::Text(number.to_string())),
        _ => None,
    };
    let source = match (text("package"), text("git"), text("local")) {
        (Some(package), ..) => PackageSource::Hub {
            package,
            versions: match want.get("version")? {
                Json::Array(all) => Versions::Many(all.iter().map(one).collect::<Option<_>>()?),
                value => Versions::One(one(value)?),
            },
            install_prerelease: want.get("install_prerelease").and_then(Json::as_bool),
        },
        (_, Some(url), _) => PackageSource::Git(crate::project::GitSource {
            url,
            revision: want.get("revision").and_then(one),
            warn_unpinned: want.get("warn-unpinned").and_then(Json::as_bool),
            subdirectory: text("subdirectory"),
        }),
        (.., Some(path)) => PackageSource::Local { path },
        _ => return None,
    };
    Some(PackageSpec { source, name: None, unrendered: want.clone(), span })
}
