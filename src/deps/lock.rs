//! `package-lock.yml`: dbt's hash of what was wanted, and what was installed.
//!
//! The hash is dbt 1.12's: SHA-1 of the wants, each as Python's JSON with sorted keys, sorted, a line each. The file
//! is what PyYAML writes.
//! Invariant: an address is written as the user wrote it, before Jinja, and without the values of secrets.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};
use sha1::{Digest, Sha1};

use crate::host::secrets::Mask;
use crate::jinja::values;
use crate::project::{GitSource, LOCK_HASH, PackageSource, PackageSpec, Version, Versions};

use super::resolve::Resolved;
use super::scalar::scalar;
use super::store::Pin;

/// dbt's hash of wanted packages.
pub(super) fn hash(specs: &[PackageSpec]) -> String {
    let mut lines: Vec<String> = specs.iter().map(|spec| python_json(&dict(spec))).collect();
    lines.sort();
    let digest = Sha1::digest(lines.join("\n"));
    digest.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("invariant: writing to a string works");
        hex
    })
}

/// The lock file.
pub(super) fn text(resolved: &[Resolved], hash: &str, mask: &Mask) -> String {
    let mut out = String::from("packages:\n");
    for package in resolved {
        let mut entries = entries(package, mask);
        entries.sort();
        for (at, (key, value)) in entries.iter().enumerate() {
            let dash = if at == 0 { "  - " } else { "    " };
            let value = scalar(value, dash.len() + key.len() + 2, 6);
            writeln!(out, "{dash}{key}: {value}").expect("invariant: writing to a string works");
        }
    }
    writeln!(out, "{LOCK_HASH}: {}", scalar(hash, LOCK_HASH.len() + 2, 2))
        .expect("invariant: writing to a string works");
    out
}

/// Whether the values of secrets were left out, so that the lock file cannot be installed from.
pub(super) fn hides(resolved: &[Resolved], mask: &Mask) -> bool {
    resolved.iter().any(|package| match &package.pin {
        Pin::Git { unrendered, .. } | Pin::Tarball { unrendered, .. } => {
            mask.apply(unrendered) != *unrendered
        }
        _ => false,
    })
}

fn entries(package: &Resolved, mask: &Mask) -> Vec<(&'static str, String)> {
    let name = ("name", package.name.clone());
    match &package.pin {
        Pin::Local { path } => vec![("local", path.clone()), name],
        Pin::Tarball { unrendered, .. } => {
            vec![("tarball", mask.apply(unrendered).into_owned()), name]
        }
        Pin::Hub { package, version, .. } => {
            vec![("package", package.clone()), ("version", version.clone()), name]
        }
        Pin::Git { git, unrendered, revision } => {
            let commit = package.commit.as_ref().unwrap_or(revision);
            let mut entries = vec![
                ("git", mask.apply(unrendered).into_owned()),
                ("revision", commit.clone()),
                name,
            ];
            entries.extend(git.subdirectory.clone().map(|folder| ("subdirectory", folder)));
            entries
        }
    }
}

/// The entry as dbt's classes publish it.
fn dict(spec: &PackageSpec) -> Json {
    let mut dict = Map::new();
    let mut set = |key: &str, value: Json| drop(dict.insert(key.to_owned(), value));
    match &spec.source {
        PackageSource::Local { path } => set("local", json!(path)),
        PackageSource::Tarball { url } => set("tarball", json!(url)),
        PackageSource::Git(git) => {
            set("git", json!(git.url));
            git_dict(git, &mut set);
        }
        PackageSource::Private { name, provider, git } => {
            set("private", json!(name));
            set("provider", json!(provider));
            git_dict(git, &mut set);
        }
        PackageSource::Hub { package, versions, install_prerelease } => {
            set("package", json!(package));
            set("install_prerelease", json!(install_prerelease.unwrap_or(false)));
            set(
                "version",
                match versions {
                    Versions::One(one) => version(one),
                    Versions::Many(all) => all.iter().map(version).collect(),
                },
            );
        }
    }
    set("unrendered", spec.unrendered.clone());
    if let Some(name) = &spec.name {
        set("name", json!(name));
    }
    Json::Object(dict)
}

fn git_dict(git: &GitSource, set: &mut impl FnMut(&str, Json)) {
    set("revision", git.revision.as_ref().map_or(Json::Null, version));
    set("subdirectory", json!(git.subdirectory));
    set("warn-unpinned", json!(git.warn_unpinned));
}

fn version(version: &Version) -> Json {
    match version {
        Version::Text(text) => json!(text),
        Version::Number(number) => json!(number),
    }
}

/// Python's `json.dumps(value, sort_keys=True)`.
fn python_json(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) if number.is_f64() => {
            values::python_str(&number.as_f64().unwrap_or_default().into())
        }
        Json::Number(number) => number.to_string(),
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<_> = items.iter().map(python_json).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let entries = entries.into_iter();
            let pairs: Vec<_> = entries
                .map(|(key, value)| format!("{}: {}", quoted(key), python_json(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    let plain = Json::from(text).to_string();
    let mut out = String::new();
    for c in plain.chars() {
        match c.is_ascii() {
            true => out.push(c),
            false => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("invariant: writing to a string works");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
