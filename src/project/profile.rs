//! `profiles.yml`: finds it, picks profile and target, and gives the embedded default when there is none.
//!
//! Only the chosen output is rendered, so that variables of the others may be missing. What the settings
//! mean is the adapter's business.
//! Invariant: of a profile with dbt-sqlite's keys, relative paths start at the working directory, as there.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use crate::adapters::connect::{KEYS, TYPES};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::names::did_you_mean;
use crate::source::yaml::{Mapping, Node, Yaml};
use crate::source::{SourceMap, Span};

use super::find::{absolute, shown};
use super::render::{YamlContext, render_text, render_yaml};
use super::yaml_file::read_yaml;
use super::{Flags, Target};

mod embedded;

const PROFILES_FILE: &str = "profiles.yml";
const DEFAULT_SCHEMA: &str = "main";

/// What the choice of a target depends on.
pub(super) struct Wanted<'w> {
    /// The project's folder.
    pub(super) root: &'w Path,
    /// The project's name.
    pub(super) project: &'w str,
    /// `profile` of the project file, as written.
    pub(super) profile: Option<&'w Yaml>,
    /// The flags.
    pub(super) flags: &'w Flags,
    /// The context of profiles: variables of the command line, and secrets.
    pub(super) context: &'w YamlContext,
}

/// The folder of the file that is used; none when there is none.
pub(super) fn folder(host: &dyn Host, root: &Path, flags: &Flags) -> Option<String> {
    let asked = flags.profiles_dir.clone();
    asked.or_else(|| Some(find(host, root, flags)?.parent()?.to_string_lossy().into_owned()))
}

/// Picks the target; `None` comes with an error.
pub(super) fn load(
    host: &dyn Host,
    sources: &SourceMap,
    wanted: &Wanted<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Target> {
    pick(host, sources, wanted, diagnostics).map_err(|errors| diagnostics.extend(errors)).ok()
}

fn pick(
    host: &dyn Host,
    sources: &SourceMap,
    wanted: &Wanted<'_>,
    diagnostics: &mut Diagnostics,
) -> Result<Target, Diagnostics> {
    let name = profile_name(wanted)?;
    let asked = wanted.flags.profile.is_some() || wanted.flags.target.is_some();
    match (name, find(host, wanted.root, wanted.flags)) {
        (Some(name), Some(path)) if host.exists(&path) => {
            let shown = shown(wanted.root, &path);
            let mut found = Diagnostics::new();
            let Some(tree) = read_yaml(host, sources, &shown, &path, &mut found) else {
                return Err(found);
            };
            diagnostics.extend(found);
            let picker = Picker { wanted, profile: name, shown };
            let output = picker.output(&tree)?;
            picker.target(host, output, diagnostics)
        }
        (Some((name, _)), Some(path)) => Err(missing_file(&name, path.parent())),
        (Some((name, _)), None) if asked => Err(missing_file(&name, None)),
        (name, _) => embedded::target(wanted, name.map(|(name, _)| name)),
    }
}

/// The profile that is asked for, or the project's; with its place when the project names it.
fn profile_name(wanted: &Wanted<'_>) -> Result<Option<(String, Option<Span>)>, Diagnostics> {
    if let Some(asked) = &wanted.flags.profile {
        return Ok(Some((asked.clone(), None)));
    }
    let Some(written) = wanted.profile.filter(|yaml| !yaml.is_null()) else {
        return Ok(None);
    };
    let text = written.scalar_text().unwrap_or_default();
    match render_text(&text, wanted.context) {
        Ok(Json::String(name)) => Ok(Some((name, Some(written.span)))),
        Ok(other) => Ok(Some((other.to_string(), Some(written.span)))),
        Err(error) => Err(error.diagnostic(written.span).into()),
    }
}

/// The file: in the folder that is asked for, else the first of working directory, project, `~/.dbt`.
fn find(host: &dyn Host, root: &Path, flags: &Flags) -> Option<PathBuf> {
    if let Some(dir) = &flags.profiles_dir {
        return Some(absolute(host, dir).join(PROFILES_FILE));
    }
    let home = host.home().map(|home| home.join(".dbt"));
    [Some(host.cwd()), Some(root.to_owned()), home]
        .into_iter()
        .flatten()
        .map(|dir| dir.join(PROFILES_FILE))
        .find(|path| host.exists(path))
}

fn missing_file(profile: &str, dir: Option<&Path>) -> Diagnostics {
    let place = dir.map_or(String::new(), |dir| format!(" in `{}`", dir.display()));
    Diagnostics::from(
        Diagnostic::error(
            codes::UNKNOWN_PROFILE,
            format!("could not find the profile `{profile}`: there is no {PROFILES_FILE}{place}"),
        )
        .hint("without any profile, forge runs on its embedded engine"),
    )
}

struct Picker<'p> {
    wanted: &'p Wanted<'p>,
    profile: (String, Option<Span>),
    shown: String,
}

impl Picker<'_> {
    fn bad(&self, reason: &str, span: Span) -> Diagnostics {
        let message = format!("the profile `{}` in {} {reason}", self.profile.0, self.shown);
        Diagnostics::from(Diagnostic::error(codes::BAD_PROFILE, message).at(span, ""))
    }

    /// The name of the target and its output, as written.
    fn output<'y>(&self, tree: &'y Yaml) -> Result<(String, &'y Yaml), Diagnostics> {
        let profiles = tree.as_map().filter(|map| !map.is_empty());
        let profiles = profiles.ok_or_else(|| {
            let message = format!("{} holds no profiles", self.shown);
            Diagnostics::from(Diagnostic::error(codes::BAD_PROFILE, message).at(tree.span, ""))
        })?;
        let (name, profile) =
            profiles.entry(&self.profile.0).ok_or_else(|| self.unknown_profile(profiles))?;
        let map = profile.as_map().ok_or_else(|| self.bad("is empty", name.span))?;
        let outputs = map.get("outputs").and_then(Yaml::as_map);
        let outputs =
            outputs.ok_or_else(|| self.bad("has no `outputs` with its targets", name.span))?;
        let (target, place) = self.target_name(map)?;
        let output = outputs
            .get(&target)
            .ok_or_else(|| self.unknown_target(&target, place.unwrap_or(profile.span), outputs))?;
        Ok((target, output))
    }

    fn unknown_profile(&self, profiles: &Mapping) -> Diagnostics {
        let names = || profiles.iter().map(|(name, _)| name).filter(|n| *n != "config");
        let error = Diagnostic::error(
            codes::UNKNOWN_PROFILE,
            format!("could not find the profile `{}` in {}", self.profile.0, self.shown),
        )
        .note(format!("profiles there: {}", listed(names())))
        .suggest(did_you_mean(&self.profile.0, names()));
        Diagnostics::from(match self.profile.1 {
            Some(span) => error.at(span, ""),
            None => error,
        })
    }

    fn unknown_target(&self, target: &str, span: Span, outputs: &Mapping) -> Diagnostics {
        let names = || outputs.iter().map(|(name, _)| name);
        Diagnostics::from(
            Diagnostic::error(
                codes::UNKNOWN_TARGET,
                format!("the profile `{}` has no target `{target}`", self.profile.0),
            )
            .at(span, "")
            .note(format!("targets there: {}", listed(names())))
            .suggest(did_you_mean(target, names())),
        )
    }

    /// The target that is asked for, or the profile's, or dbt's `default`.
    fn target_name(&self, profile: &Mapping) -> Result<(String, Option<Span>), Diagnostics> {
        if let Some(asked) = &self.wanted.flags.target {
            return Ok((asked.clone(), None));
        }
        let Some(written) = profile.get("target") else {
            return Ok(("default".to_owned(), None));
        };
        let text = written.scalar_text().unwrap_or_default();
        match render_text(&text, self.wanted.context) {
            Ok(Json::String(name)) => Ok((name, Some(written.span))),
            Ok(other) => Ok((other.to_string(), Some(written.span))),
            Err(error) => Err(error.diagnostic(written.span).into()),
        }
    }

    fn target(
        &self,
        host: &dyn Host,
        (name, output): (String, &Yaml),
        diagnostics: &mut Diagnostics,
    ) -> Result<Target, Diagnostics> {
        let mut found = Diagnostics::new();
        // dbt: a password that is no template is a password.
        let is_rendered = |path: &[&str]| path != ["password"];
        let rendered = render_yaml(output, self.wanted.context, &is_rendered, &mut found);
        if found.has_errors() {
            return Err(found);
        }
        let map = rendered.as_map().ok_or_else(|| {
            self.bad(&format!("has a target `{name}` that is not a mapping"), output.span)
        })?;
        let adapter_type = self.adapter_type(&name, map, output.span)?;
        self.warn_about_unknown_keys(map, diagnostics);
        let attached = map.get("schemas_and_paths").is_some();
        Ok(Target {
            profile_name: self.profile.0.clone(),
            threads: self.threads(map)?,
            database: self.named(map, "database", attached, output.span, self.wanted.project)?,
            schema: self.named(map, "schema", attached, output.span, DEFAULT_SCHEMA)?,
            settings: self.settings(map),
            base_dir: match attached {
                true => host.cwd(),
                false => self.wanted.root.to_owned(),
            },
            span: Some(output.span),
            adapter_type,
            name,
        })
    }

    fn adapter_type(&self, target: &str, map: &Mapping, span: Span) -> Result<String, Diagnostics> {
        let engine = map
            .get("type")
            .ok_or_else(|| self.bad(&format!("has a target `{target}` without a `type`"), span))?;
        let text = engine.scalar_text().unwrap_or_default();
        if TYPES.contains(&&*text) {
            return Ok(text.into_owned());
        }
        Err(Diagnostics::from(
            Diagnostic::error(
                codes::UNSUPPORTED,
                format!("the target `{target}` is of type `{text}`, which forge cannot run on yet"),
            )
            .at(engine.span, "")
            .hint(format!("supported: {}", listed(TYPES.iter().copied()))),
        ))
    }

    fn warn_about_unknown_keys(&self, map: &Mapping, diagnostics: &mut Diagnostics) {
        for (key, _) in &map.entries {
            if !KEYS.contains(&key.value.as_str()) {
                let message = format!("the target has an unknown key `{}`", key.value);
                diagnostics.push(
                    Diagnostic::warning(codes::UNKNOWN_KEY, message)
                        .at(key.span, "it has no effect")
                        .suggest(did_you_mean(&key.value, KEYS.iter().copied())),
                );
            }
        }
    }

    fn threads(&self, map: &Mapping) -> Result<usize, Diagnostics> {
        let written = match map.get("threads") {
            None => 1,
            Some(Yaml { node: Node::Int(n), .. }) => usize::try_from(*n).unwrap_or(0),
            Some(other) => {
                return Err(self.bad("has `threads` that are no whole number", other.span));
            }
        };
        Ok(self.wanted.flags.threads.unwrap_or(written).max(1))
    }

    /// `database` or `schema`: dbt-sqlite requires them, forge's own form has a default.
    fn named(
        &self,
        map: &Mapping,
        key: &str,
        required: bool,
        span: Span,
        default: &str,
    ) -> Result<String, Diagnostics> {
        match map.get(key).filter(|value| !value.is_null()) {
            Some(value) => value
                .scalar_text()
                .map(|text| text.into_owned())
                .ok_or_else(|| self.bad(&format!("has a `{key}` that is no string"), value.span)),
            None if required => Err(self.bad(&format!("has a target without a `{key}`"), span)),
            None => Ok(default.to_owned()),
        }
    }

    fn settings(&self, map: &Mapping) -> Map<String, Json> {
        const FIELDS: &[&str] = &["type", "threads", "database", "schema"];
        let mut settings: Map<String, Json> = map
            .iter()
            .filter(|(key, _)| !FIELDS.contains(key))
            .map(|(key, value)| (key.to_owned(), value.to_json()))
            .collect();
        if !settings.contains_key("schemas_and_paths") {
            let path = || Json::String(embedded::path(self.wanted.project));
            settings.entry("path").or_insert_with(path);
        }
        settings
    }
}

fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

impl Target {
    /// What templates see as `target`.
    pub fn to_json(&self) -> Json {
        let mut target = Map::from_iter([
            ("database".to_owned(), json!(self.database)),
            ("schema".to_owned(), json!(self.schema)),
        ]);
        target.extend(self.settings.clone());
        let rest = [
            ("type", json!(self.adapter_type)),
            ("threads", json!(self.threads)),
            ("name", json!(self.name)),
            ("target_name", json!(self.name)),
            ("profile_name", json!(self.profile_name)),
        ];
        target.extend(rest.map(|(key, value)| (key.to_owned(), value)));
        Json::Object(target)
    }
}
