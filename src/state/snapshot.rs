//! A `manifest.json` of dbt or forge, as far as it is compared.
//!
//! Manifests are large: what most comparisons do not look at stays text ([`RawValue`]), and what nobody looks at is
//! skipped. Versions 10 to 12 are read; unknown keys are passed over.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::{MANIFEST, VARS, text, unreadable, vars};
use crate::diagnostics::Diagnostic;
use crate::host::Host;
use crate::names::UniqueId;

/// The texts of an earlier state.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    /// `manifest.json`.
    pub manifest: String,
    /// `forge_state.json`, where there is one.
    pub vars: Option<String>,
}

/// The relation of a node in an earlier run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Its database.
    pub database: Option<String>,
    /// Its schema.
    pub schema: String,
    /// Its identifier.
    pub alias: String,
    /// Its rendered relation.
    pub relation_name: String,
}

/// An earlier manifest; it borrows from its text.
#[derive(Deserialize)]
pub struct Snapshot<'t> {
    #[serde(borrow, default)]
    pub(super) nodes: HashMap<Cow<'t, str>, OldNode<'t>>,
    /// Moved to the nodes once they are read.
    #[serde(borrow, default)]
    functions: HashMap<Cow<'t, str>, OldNode<'t>>,
    #[serde(borrow, default)]
    pub(super) sources: HashMap<Cow<'t, str>, &'t RawValue>,
    #[serde(borrow, default)]
    pub(super) exposures: HashMap<Cow<'t, str>, &'t RawValue>,
    #[serde(borrow, default)]
    pub(super) metrics: HashMap<Cow<'t, str>, &'t RawValue>,
    #[serde(borrow, default)]
    pub(super) semantic_models: HashMap<Cow<'t, str>, &'t RawValue>,
    #[serde(borrow, default)]
    pub(super) saved_queries: HashMap<Cow<'t, str>, &'t RawValue>,
    #[serde(borrow, default)]
    pub(super) unit_tests: HashMap<Cow<'t, str>, &'t RawValue>,
    #[serde(borrow, default)]
    pub(super) macros: HashMap<Cow<'t, str>, OldMacro<'t>>,
    #[serde(skip)]
    pub(super) vars: Option<vars::File>,
}

/// A node as it was.
#[derive(Deserialize)]
pub(super) struct OldNode<'t> {
    #[serde(default)]
    database: Option<String>,
    #[serde(default)]
    schema: Option<String>,
    #[serde(default)]
    alias: Option<String>,
    #[serde(default)]
    relation_name: Option<String>,
    #[serde(borrow, default)]
    pub(super) raw_code: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    pub(super) checksum: Checksum<'t>,
    #[serde(borrow, default)]
    pub(super) description: Option<Cow<'t, str>>,
    #[serde(borrow)]
    pub(super) config: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) unrendered_config: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) columns: Option<&'t RawValue>,
    #[serde(default)]
    pub(super) contract: Contract,
    #[serde(default)]
    pub(super) access: Option<String>,
    #[serde(default)]
    pub(super) latest_version: Option<Json>,
    #[serde(default)]
    pub(super) deprecation_date: Option<String>,
    #[serde(borrow)]
    pub(super) arguments: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) returns: Option<&'t RawValue>,
    #[serde(borrow)]
    pub(super) overloads: Option<&'t RawValue>,
    #[serde(borrow, default)]
    pub(super) depends_on: Depends<'t>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Checksum<'t> {
    #[serde(borrow)]
    pub(super) name: Cow<'t, str>,
    #[serde(borrow)]
    pub(super) checksum: Cow<'t, str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Contract {
    pub(super) enforced: bool,
    pub(super) checksum: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Depends<'t> {
    #[serde(borrow)]
    pub(super) macros: Vec<Option<Cow<'t, str>>>,
}

/// A macro as it was.
#[derive(Deserialize)]
pub(super) struct OldMacro<'t> {
    #[serde(borrow, default)]
    pub(super) macro_sql: Cow<'t, str>,
    #[serde(borrow, default)]
    pub(super) package_name: Cow<'t, str>,
    #[serde(borrow, default)]
    pub(super) name: Cow<'t, str>,
}

impl Texts {
    /// Reads the folder of a state.
    ///
    /// # Errors
    /// There is no manifest (`bad-state`).
    pub fn read(host: &dyn Host, folder: &Path) -> Result<Texts, Box<Diagnostic>> {
        let manifest = text(host, folder, MANIFEST)?;
        Ok(Texts { manifest, vars: host.read(&folder.join(VARS)).ok() })
    }

    /// Reads the texts; `folder` is named when they are no manifest.
    ///
    /// # Errors
    /// The text is no manifest (`bad-state`).
    pub fn snapshot(&self, folder: &Path) -> Result<Snapshot<'_>, Box<Diagnostic>> {
        let mut snapshot: Snapshot<'_> = serde_json::from_str(&self.manifest)
            .map_err(|error| unreadable(folder, &format!("{MANIFEST}: {error}")))?;
        // Without it, or with one that cannot be read, variables are not compared.
        snapshot.nodes.extend(std::mem::take(&mut snapshot.functions));
        snapshot.vars = self.vars.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Ok(snapshot)
    }
}

impl Snapshot<'_> {
    /// The relations of its nodes; nodes without a relation are left out.
    pub fn origins(&self) -> HashMap<UniqueId, Origin> {
        let with_relation = self.nodes.iter().filter_map(|(id, node)| {
            let origin = Origin {
                database: node.database.clone(),
                schema: node.schema.clone().unwrap_or_default(),
                alias: node.alias.clone().unwrap_or_default(),
                relation_name: node.relation_name.clone()?,
            };
            Some((UniqueId::from(&**id), origin))
        });
        with_relation.collect()
    }
}
