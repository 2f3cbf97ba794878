//! The order of stage LOAD: `.env`, project file, flags, profile, packages, files.
//!
//! Invariant: everything that can be checked is checked, so that one run shows all mistakes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostics::{Code, Diagnostics, codes};
use crate::host::Host;
use crate::source::SourceMap;
use crate::source::yaml::{Mapping, Yaml};

use super::find::{PROJECT_FILE, absolute, project_dir};
use super::flags::{self, FlagOverrides, Flags, parse_vars};
use super::packages::root::PackagesRoot;
use super::packages::{self, Loader};
use super::profile::{self, Wanted};
use super::project_file::{CheckedProject, RawProject, VersionCheck, read_selectors};
use super::render::{Secrets, YamlContext, YamlFacts, render_text};
use super::{Package, Project, Target, dotenv, files};

/// Errors that may only be there because the target is not known.
const CAUSED_BY_TARGET: &[Code] = &[codes::UNKNOWN_NAME, codes::RENDER_ERROR, codes::WRONG_TYPE];

/// Loads a project: its files, its packages, its target. The warnings come with it; errors instead of it.
pub fn load(
    host: &dyn Host,
    sources: Arc<SourceMap>,
    overrides: &FlagOverrides,
) -> Result<(Project, Diagnostics), Diagnostics> {
    load_parts(host, sources, overrides, Parts::All)
}

/// Loads the root package without its files; for commands that do not care what is installed.
pub fn load_root(
    host: &dyn Host,
    sources: Arc<SourceMap>,
    overrides: &FlagOverrides,
) -> Result<(Project, Diagnostics), Diagnostics> {
    load_parts(host, sources, overrides, Parts::Root)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parts {
    All,
    Root,
}

fn load_parts(
    host: &dyn Host,
    sources: Arc<SourceMap>,
    overrides: &FlagOverrides,
    parts: Parts,
) -> Result<(Project, Diagnostics), Diagnostics> {
    let started_at = host.now();
    let mut diagnostics = Diagnostics::new();
    dotenv::load_nearest(host);
    let root = project_dir(host, overrides.project_dir.as_deref())?;
    dotenv::load(host, &root);

    let path = root.join(PROJECT_FILE);
    let raw = RawProject::read(host, &sources, PROJECT_FILE, &path, &mut diagnostics);
    let Some(mut raw) = raw else {
        return Err(diagnostics);
    };
    raw.read_vars(host, &sources, &root, &mut diagnostics);
    let mut flags = flags::resolve(host, overrides, raw.value("flags"), &mut diagnostics);
    flags.profiles_dir = profile::folder(host, &root, &flags);
    let cli_vars = cli_vars(overrides, &mut diagnostics);

    let facts = YamlFacts::new(host, flags.shown(&root)).of_run(overrides.invocation_id.as_deref());
    let secrets = YamlContext::new(&facts, cli_vars.clone(), None, Secrets::Allowed);
    let name = project_name(&raw, &secrets);
    let wanted = Wanted {
        root: &root,
        project: &name,
        profile: raw.value("profile"),
        flags: &flags,
        context: &secrets,
    };
    let target = profile::load(host, &sources, &wanted, &mut diagnostics);

    let mut vars = raw.file_vars();
    vars.entries.extend(cli_vars.entries.iter().cloned());
    let context = context(&facts, vars, target.as_ref());
    let version_check = version_check(&flags);
    let checked = check(&raw, &context, version_check, target.as_ref(), &mut diagnostics);
    let selectors = read_selectors(host, &sources, &root, &context, &mut diagnostics);
    let (Some(mut checked), Some(target)) = (checked, target) else {
        return Err(diagnostics);
    };
    checked.config.selectors = selectors;
    flags.log_path = log_path(host, &flags, &checked);

    let package = Package {
        name: checked.name.value.as_str().into(),
        root: root.clone(),
        config: checked.config,
        files: super::Files::default(),
    };
    let loader = Loader {
        host,
        sources: &sources,
        root: &root,
        // dbt: variables of the command line are not seen by the project files of packages.
        context: self::context(&facts, Mapping::default(), Some(&target)),
        secrets,
        version_check,
    };
    let packages = match parts {
        Parts::Root => vec![package],
        Parts::All => {
            let mut packages = packages::load(loader, package, &mut diagnostics);
            files::discover(host, &sources, &root, &mut packages, &mut diagnostics);
            packages
        }
    };

    if flags.strict {
        diagnostics.promote(|code| code == codes::UNKNOWN_KEY);
    }
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let project = Project {
        sources,
        packages,
        target,
        flags,
        cli_vars,
        invocation_id: facts.invocation_id().to_owned(),
        started_at,
    };
    Ok((project, diagnostics))
}

/// Reads what installing packages needs; no profile is.
pub fn load_packages_root(
    host: &dyn Host,
    sources: Arc<SourceMap>,
    overrides: &FlagOverrides,
) -> Result<(PackagesRoot, Diagnostics), Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    dotenv::load_nearest(host);
    let root = project_dir(host, overrides.project_dir.as_deref())?;
    dotenv::load(host, &root);
    let path = root.join(PROJECT_FILE);
    let raw = RawProject::read(host, &sources, PROJECT_FILE, &path, &mut diagnostics);
    let Some(mut raw) = raw else {
        return Err(diagnostics);
    };
    raw.read_vars(host, &sources, &root, &mut diagnostics);
    let flags = flags::resolve(host, overrides, raw.value("flags"), &mut diagnostics);
    let cli_vars = cli_vars(overrides, &mut diagnostics);
    let facts = YamlFacts::new(host, flags.shown(&root));
    let secrets = YamlContext::new(&facts, cli_vars.clone(), None, Secrets::Allowed);
    let mut vars = raw.file_vars();
    vars.entries.extend(cli_vars.entries);
    let context = context(&facts, vars, None);
    let checked = check(&raw, &context, version_check(&flags), None, &mut diagnostics);
    match checked {
        Some(checked) if !diagnostics.has_errors() => {
            Ok((PackagesRoot::new(root, checked, flags, sources, secrets), diagnostics))
        }
        _ => Err(diagnostics),
    }
}

/// The name before the file is checked; whatever is wrong with it is said then.
fn project_name(raw: &RawProject, context: &YamlContext) -> String {
    let written = raw.value("name").and_then(Yaml::as_str).unwrap_or_default();
    match render_text(written, context) {
        Ok(Json::String(name)) => name,
        _ => written.to_owned(),
    }
}

fn cli_vars(overrides: &FlagOverrides, diagnostics: &mut Diagnostics) -> Mapping {
    let parsed = overrides.vars.as_deref().map(parse_vars).transpose();
    parsed
        .unwrap_or_else(|error| {
            diagnostics.extend(error);
            None
        })
        .unwrap_or_default()
}

fn context(facts: &YamlFacts, vars: Mapping, target: Option<&Target>) -> YamlContext {
    let target = target.map(Target::to_json);
    YamlContext::new(facts, vars, target.as_ref(), Secrets::Refused)
}

fn version_check(flags: &Flags) -> VersionCheck {
    match flags.version_check {
        true => VersionCheck::On,
        false => VersionCheck::Off,
    }
}

/// Checks the project file; without a target, what may come from its absence is not said.
fn check(
    raw: &RawProject,
    context: &YamlContext,
    version_check: VersionCheck,
    target: Option<&Target>,
    diagnostics: &mut Diagnostics,
) -> Option<CheckedProject> {
    let mut found = Diagnostics::new();
    let checked = raw.check(context, version_check, &mut found);
    let keeps = |code: Code| target.is_some() || !CAUSED_BY_TARGET.contains(&code);
    for diagnostic in found.into_iter().filter(|d| keeps(d.code)) {
        diagnostics.push(diagnostic);
    }
    checked
}

/// What whoever reports about reading the project has to know before.
pub struct Peeked {
    /// The flags.
    pub flags: Flags,
    /// The folder of the project, absolute, and that of its logs; `None` without a project.
    pub folders: Option<[PathBuf; 2]>,
}

/// Looks at the project before it is read. Mistakes are left for the reading itself.
pub fn peek(host: &dyn Host, overrides: &FlagOverrides) -> Peeked {
    dotenv::load_nearest(host);
    let (sources, mut unread) = (SourceMap::new(), Diagnostics::new());
    let root = project_dir(host, overrides.project_dir.as_deref()).ok();
    let raw = root.as_ref().and_then(|root| {
        dotenv::load(host, root);
        RawProject::read(host, &sources, PROJECT_FILE, &root.join(PROJECT_FILE), &mut unread)
    });
    let written = raw.as_ref().and_then(|raw| raw.value("flags"));
    let flags = flags::resolve(host, overrides, written, &mut unread);
    let folders = root.zip(raw).map(|(root, raw)| {
        let logs = match &flags.log_path {
            Some(path) => absolute(host, path),
            None => root.join(written_log_path(host, &flags, &root, &raw)),
        };
        [root, logs]
    });
    Peeked { flags, folders }
}

/// `log-path` of the project file; one that cannot be told is the default.
fn written_log_path(host: &dyn Host, flags: &Flags, root: &Path, raw: &RawProject) -> String {
    let default = || "logs".to_owned();
    let Some(written) = raw.value("log-path").and_then(Yaml::as_str) else {
        return default();
    };
    if !written.contains("{{") {
        return written.to_owned();
    }
    let facts = YamlFacts::new(host, flags.shown(root));
    match render_text(written, &context(&facts, Mapping::default(), None)) {
        Ok(Json::String(path)) => path,
        _ => default(),
    }
}

/// Where logs go: as asked, from the working directory; or `log-path`, from the project.
fn log_path(host: &dyn Host, flags: &Flags, checked: &CheckedProject) -> Option<String> {
    match &flags.log_path {
        Some(path) => Some(absolute(host, path).to_string_lossy().into_owned()),
        None => checked.log_path.clone(),
    }
}

#[cfg(test)]
pub(super) mod tests;
