//! What property files say, entry by entry, before it meets the project.

use serde_json::{Map, Value as Json};

use crate::manifest::{Function, ResourceType};
use crate::project::File;
use crate::source::yaml::Yaml;
use crate::source::{Span, Spanned};

/// Everything that one property file says.
#[derive(Debug, Default)]
pub(crate) struct Properties {
    /// Entries of `models`, `seeds`, `snapshots`, `analyses`, `data_tests`.
    pub(crate) nodes: Vec<NodePatch>,
    /// Entries of `macros`.
    pub(crate) macros: Vec<MacroPatch>,
    /// Entries of `sources`.
    pub(crate) sources: Vec<RawSource>,
    /// Entries of `exposures`.
    pub(crate) exposures: Vec<RawExposure>,
    /// Entries of `groups`.
    pub(crate) groups: Vec<RawGroup>,
    /// Entries of `unit_tests`, `semantic_models`, `metrics`, `saved_queries`.
    pub(crate) definitions: Vec<RawDefinition>,
}

/// The sections that describe nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    Models,
    Seeds,
    Snapshots,
    Analyses,
    SingularTests,
    Functions,
}

impl Section {
    /// The key in a property file.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Section::Models => "models",
            Section::Seeds => "seeds",
            Section::Snapshots => "snapshots",
            Section::Analyses => "analyses",
            Section::SingularTests => "data_tests",
            Section::Functions => "functions",
        }
    }

    /// Whether data tests can be written on its entries.
    pub(crate) fn has_tests(self) -> bool {
        matches!(self, Section::Models | Section::Seeds | Section::Snapshots)
    }
}

/// What a property file says about a node.
#[derive(Clone, Debug)]
pub(crate) struct NodePatch {
    pub(crate) section: Section,
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: String,
    pub(crate) columns: Vec<RawColumn>,
    pub(crate) tests: Vec<Yaml>,
    /// `config:` and the keys beside it that dbt moves there.
    pub(crate) config: Map<String, Json>,
    pub(crate) constraints: Vec<Json>,
    pub(crate) deprecation_date: Option<String>,
    /// Which version of a model this describes.
    pub(crate) version: Option<RawVersion>,
    /// What it says about each version of a model; tests are on these and not on the entry itself.
    pub(crate) versions: Vec<NodePatch>,
    pub(crate) time_spine: Option<Json>,
    pub(crate) quote_columns: bool,
    /// `relation:` of a snapshot that is defined in YAML.
    pub(crate) relation: Option<Spanned<String>>,
    /// What a function takes and gives.
    pub(crate) function: Option<Box<Function>>,
}

/// One version of a model.
#[derive(Clone, Debug)]
pub(crate) struct RawVersion {
    /// Text or a number.
    pub(crate) v: Json,
    /// The version that an unpinned `ref` means.
    pub(crate) latest: Json,
    /// The file without its ending, when it is not `<name>_v<version>`.
    pub(crate) defined_in: Option<String>,
}

impl RawVersion {
    /// `v2`: the end of ids.
    pub(crate) fn suffix(&self) -> String {
        format!("v{}", crate::parse::generic_tests::python_str(&self.v))
    }

    /// Whether this is the version that an unpinned `ref` means.
    pub(crate) fn is_latest(&self) -> bool {
        self.v == self.latest
    }
}

/// A column as written.
#[derive(Clone, Debug)]
pub(crate) struct RawColumn {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) data_type: Option<String>,
    pub(crate) meta: Map<String, Json>,
    pub(crate) tags: Vec<String>,
    pub(crate) constraints: Vec<Json>,
    pub(crate) quote: Option<bool>,
    pub(crate) granularity: Option<String>,
    pub(crate) tests: Vec<Yaml>,
    pub(crate) span: Span,
}

/// What a property file says about a macro.
#[derive(Debug)]
pub(crate) struct MacroPatch {
    pub(crate) docs: Map<String, Json>,
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: String,
    pub(crate) meta: Map<String, Json>,
    pub(crate) arguments: Vec<RawArgument>,
}

/// An argument of a macro as described.
#[derive(Debug)]
pub(crate) struct RawArgument {
    pub(crate) name: String,
    pub(crate) arg_type: Option<String>,
    pub(crate) description: String,
}

/// A source as written.
#[derive(Debug)]
pub(crate) struct RawSource {
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: String,
    pub(crate) database: Option<String>,
    pub(crate) schema: Option<String>,
    /// The two as they were written.
    pub(crate) unrendered_database: Option<String>,
    pub(crate) unrendered_schema: Option<String>,
    pub(crate) loader: String,
    pub(crate) quoting: Map<String, Json>,
    pub(crate) properties: SourceProperties,
    pub(crate) tables: Vec<RawTable>,
}

/// What a source and its tables can both say.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceProperties {
    pub(crate) meta: Map<String, Json>,
    pub(crate) tags: Vec<String>,
    pub(crate) config: Map<String, Json>,
    pub(crate) loaded_at_field: Option<String>,
    /// Whether the field is said, be it as null: then that of the source does not count.
    pub(crate) says_loaded_at_field: bool,
    pub(crate) loaded_at_query: Option<String>,
    /// `Some(Null)` switches freshness off.
    pub(crate) freshness: Option<Json>,
}

/// A table of a source as written.
#[derive(Debug)]
pub(crate) struct RawTable {
    pub(crate) name: Spanned<String>,
    pub(crate) identifier: Option<String>,
    pub(crate) description: String,
    pub(crate) quoting: Map<String, Json>,
    pub(crate) columns: Vec<RawColumn>,
    pub(crate) tests: Vec<Yaml>,
    pub(crate) quote_columns: bool,
    pub(crate) properties: SourceProperties,
    /// `external`, completed; null when nothing was said.
    pub(crate) external: Json,
}

/// An exposure as written.
#[derive(Debug)]
pub(crate) struct RawExposure {
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) exposure_type: String,
    pub(crate) maturity: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) description: String,
    pub(crate) owner: Map<String, Json>,
    pub(crate) depends_on: Vec<Spanned<String>>,
    pub(crate) config: Map<String, Json>,
}

/// A unit test, semantic model, metric or saved query as written, rendered where dbt renders it.
#[derive(Debug)]
pub(crate) struct RawDefinition {
    pub(crate) resource_type: ResourceType,
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) entry: Map<String, Json>,
}

/// A group as written.
#[derive(Debug)]
pub(crate) struct RawGroup {
    pub(crate) name: Spanned<String>,
    pub(crate) file: File,
    pub(crate) description: Option<String>,
    pub(crate) owner: Map<String, Json>,
    pub(crate) config: Map<String, Json>,
}
