//! Nodes: what is compiled or run. Common fields in [`Node`], the rest in [`NodeKind`].

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::Config;
use crate::names::UniqueId;
use crate::source::Span;

/// Package, folders, name: what configuration and selectors address.
pub type Fqn = Vec<String>;

/// The model that was the calendar before models could say that they are one (dbt: `LEGACY_TIME_SPINE_MODEL_NAME`).
pub const LEGACY_TIME_SPINE: &str = "metricflow_time_spine";

/// dbt's resource types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ResourceType {
    /// A `select` in a file.
    Model,
    /// A CSV file.
    Seed,
    /// History of a relation.
    Snapshot,
    /// A data test.
    Test,
    /// SQL that is compiled and never run.
    Analysis,
    /// A hook of the project.
    Operation,
    /// A table that others fill.
    Source,
    /// A use of the data.
    Exposure,
    /// Rows that a model must make of other rows.
    UnitTest,
    /// Entities, dimensions and measures of a model.
    SemanticModel,
    /// A number made of measures.
    Metric,
    /// A query of metrics.
    SavedQuery,
    /// A function that SQL can call.
    Function,
    /// SQL of the command line (`--inline`).
    SqlOperation,
}

impl ResourceType {
    /// How many there are.
    pub const COUNT: usize = ResourceType::SqlOperation as usize + 1;

    /// The word in ids and artifacts.
    pub fn as_str(self) -> &'static str {
        match self {
            ResourceType::Model => "model",
            ResourceType::Seed => "seed",
            ResourceType::Snapshot => "snapshot",
            ResourceType::Test => "test",
            ResourceType::Analysis => "analysis",
            ResourceType::Operation => "operation",
            ResourceType::Source => "source",
            ResourceType::Exposure => "exposure",
            ResourceType::UnitTest => "unit_test",
            ResourceType::SemanticModel => "semantic_model",
            ResourceType::Metric => "metric",
            ResourceType::SavedQuery => "saved_query",
            ResourceType::Function => "function",
            ResourceType::SqlOperation => "sql_operation",
        }
    }

    /// The type of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            ResourceType::Model,
            ResourceType::Seed,
            ResourceType::Snapshot,
            ResourceType::Test,
            ResourceType::Analysis,
            ResourceType::Operation,
            ResourceType::Source,
            ResourceType::Exposure,
            ResourceType::UnitTest,
            ResourceType::SemanticModel,
            ResourceType::Metric,
            ResourceType::SavedQuery,
            ResourceType::Function,
            ResourceType::SqlOperation,
        ]
        .into_iter()
        .find(|t| t.as_str() == word)
    }

    /// Whether `ref()` can name it.
    pub fn is_refable(self) -> bool {
        matches!(self, ResourceType::Model | ResourceType::Seed | ResourceType::Snapshot)
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A model, seed, snapshot, test, analysis or operation.
#[derive(Clone, Debug)]
pub struct Node {
    /// dbt's key.
    pub unique_id: UniqueId,
    /// Its kind.
    pub resource_type: ResourceType,
    /// The package it is in.
    pub package_name: Arc<str>,
    /// Its name.
    pub name: String,
    /// Package, folders, name.
    pub fqn: Fqn,
    /// The path below the resource folder (`marts/orders.sql`).
    pub path: String,
    /// The path below the project (`models/marts/orders.sql`).
    pub original_file_path: String,
    /// The template.
    pub raw_code: Arc<str>,
    /// Where the template was written; of a generic test, its YAML entry.
    pub span: Span,
    /// The hex digest of the file's content (SHA-256, as dbt computes it); empty where dbt has none.
    pub checksum: String,
    /// The database of its relation.
    pub database: Option<String>,
    /// The schema of its relation.
    pub schema: String,
    /// The identifier of its relation.
    pub alias: String,
    /// Its rendered relation; none for what has no relation (ephemeral models, plain tests).
    pub relation_name: Option<String>,
    /// Its description, rendered.
    pub description: String,
    /// The docs blocks that its description quotes.
    pub doc_blocks: Vec<UniqueId>,
    /// Columns of the property file, in written order.
    pub columns: IndexMap<String, Column>,
    /// Its configuration, merged.
    pub config: Config,
    /// Configuration that the project file gives as a template, as it was written.
    pub unrendered: Vec<(String, Json)>,
    /// Variables that its text and its macros read while it was parsed, with their values.
    pub vars: Vec<(String, Json)>,
    /// Tags: those of the configuration, those of the column for a test.
    pub tags: Vec<String>,
    /// Free-form data.
    pub meta: Map<String, Json>,
    /// The group it is in.
    pub group: Option<String>,
    /// Every `ref()` call, doubles included, in call order.
    pub refs: Vec<RefCall>,
    /// Every `source()` call: source name and table name.
    pub sources: Vec<[String; 2]>,
    /// Every `function()` call.
    pub functions: Vec<RefCall>,
    /// What it reads and calls.
    pub depends_on: DependsOn,
    /// `<package>://<path>` of its property file.
    pub patch_path: Option<String>,
    /// The place of its property entry.
    pub patch_span: Option<Span>,
    /// Seconds since 1970 when it was parsed.
    pub created_at: f64,
    /// What only its kind has.
    pub kind: NodeKind,
}

/// What only one kind of node has.
#[derive(Clone, Debug)]
pub enum NodeKind {
    /// A model; aside, as its part is larger than that of tests, of which there are more.
    Model(Box<Model>),
    /// A seed.
    Seed(Seed),
    /// A data test.
    Test(Test),
    /// A snapshot.
    Snapshot,
    /// An analysis.
    Analysis,
    /// A hook: its place in the list.
    Operation(usize),
    /// A function.
    Function(Box<Function>),
    /// SQL of the command line.
    Inline,
}

/// What only functions have, as written and completed.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// The language of its body.
    pub language: Language,
    /// Its arguments: `name`, `data_type`, `description`, `default_value`.
    pub arguments: Vec<Json>,
    /// What it gives: `data_type`, `description`; null where no property file says it.
    pub returns: Json,
    /// The same name with other arguments; each has its body in a file of its own.
    pub overloads: Vec<Overload>,
}

/// One more body of a function, for other arguments.
#[derive(Clone, Debug)]
pub struct Overload {
    /// The file of its body, without folder and ending.
    pub defined_in: String,
    /// Its arguments.
    pub arguments: Vec<Json>,
    /// What it gives; null when it is what the function gives.
    pub returns: Json,
    /// Its description.
    pub description: Option<String>,
    /// Its body.
    pub body: Arc<str>,
}

/// The language of a node's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// SQL with templates.
    #[default]
    Sql,
    /// Python: `def model(dbt, session)`.
    Python,
    /// JavaScript; functions only.
    JavaScript,
}

impl Language {
    /// The word in artifacts.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::Sql => "sql",
            Language::Python => "python",
            Language::JavaScript => "javascript",
        }
    }

    /// The language of a file.
    pub fn of_path(path: &str) -> Self {
        let is = |ending: &str| path.to_ascii_lowercase().ends_with(ending);
        match () {
            () if is(".py") => Language::Python,
            () if is(".js") => Language::JavaScript,
            () => Language::Sql,
        }
    }
}

/// What only models have.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The language of its text.
    pub language: Language,
    /// `private`, `protected` or `public`.
    pub access: String,
    /// Its version.
    pub version: Option<Json>,
    /// The version that an unpinned `ref` means.
    pub latest_version: Option<Json>,
    /// Whether its property file lists versions.
    pub is_versioned: bool,
    /// Constraints of the model as written.
    pub constraints: Vec<Json>,
    /// The date after which it should not be used.
    pub deprecation_date: Option<String>,
    /// SHA-256 of an enforced contract, as dbt computes it.
    pub contract_checksum: Option<String>,
    /// The columns that make it a calendar, as written.
    pub time_spine: Option<Json>,
}

/// What only seeds have.
#[derive(Clone, Debug, Default)]
pub struct Seed {
    /// The folder of the package that has the file.
    pub root_path: std::path::PathBuf,
}

/// What only tests have.
#[derive(Clone, Debug, Default)]
pub struct Test {
    /// Of a generic test: which one, with what.
    pub metadata: Option<TestMetadata>,
    /// The column it is on.
    pub column_name: Option<String>,
    /// `models.orders`, `sources.raw` …: the entry in the property file.
    pub file_key_name: Option<String>,
    /// The node that it is on.
    pub attached_node: Option<UniqueId>,
}

/// Which generic test, with which arguments.
#[derive(Clone, Debug)]
pub struct TestMetadata {
    /// The test's name (`unique`).
    pub name: String,
    /// The package it was called from, when named (`dbt_utils.…`).
    pub namespace: Option<String>,
    /// Its arguments, `model` included.
    pub kwargs: Map<String, Json>,
}

/// What a node reads and calls.
#[derive(Clone, Debug, Default)]
pub struct DependsOn {
    /// Nodes and sources, each once, in call order.
    pub nodes: Vec<UniqueId>,
    /// Macros that were called directly, each once, in call order.
    pub macros: Vec<UniqueId>,
}

/// A `ref()` call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefCall {
    /// The package, when given.
    pub package: Option<String>,
    /// The name.
    pub name: String,
    /// The version, when given (text or number).
    pub version: Option<Json>,
}

/// A column of a property file.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its description, rendered.
    pub description: String,
    /// The docs blocks that its description quotes.
    pub doc_blocks: Vec<UniqueId>,
    /// Its declared type.
    pub data_type: Option<String>,
    /// Free-form data.
    pub meta: Map<String, Json>,
    /// Tags; they become tags of its tests.
    pub tags: Vec<String>,
    /// Constraints as written.
    pub constraints: Vec<Json>,
    /// Whether the name must be quoted.
    pub quote: Option<bool>,
    /// Time granularity.
    pub granularity: Option<String>,
    /// Its place.
    pub span: Span,
}

/// One hook of `pre-hook` or `post-hook`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The template.
    pub sql: String,
    /// Whether it runs inside the node's transaction.
    pub transaction: bool,
}

impl Node {
    /// Gives back the room that its lists have and do not need: a list of one has room for four, and there are
    /// thousands of nodes.
    pub fn shrink(&mut self) {
        for text in [&mut self.name, &mut self.path, &mut self.alias, &mut self.description] {
            text.shrink_to_fit();
        }
        self.config.shrink();
        self.fqn.shrink_to_fit();
        self.doc_blocks.shrink_to_fit();
        self.unrendered.shrink_to_fit();
        self.vars.shrink_to_fit();
        self.tags.shrink_to_fit();
        self.refs.shrink_to_fit();
        self.sources.shrink_to_fit();
        self.depends_on.macros.shrink_to_fit();
        self.columns.shrink_to_fit();
    }

    /// `materialized` of the configuration, or what nodes of its kind usually are.
    pub fn materialized(&self) -> &str {
        self.config.get_str("materialized").unwrap_or(match self.resource_type {
            ResourceType::Seed => "seed",
            ResourceType::Snapshot => "snapshot",
            _ => "view",
        })
    }

    /// The language of its text.
    pub fn language(&self) -> Language {
        match &self.kind {
            NodeKind::Model(model) => model.language,
            NodeKind::Function(function) => function.language,
            _ => Language::Sql,
        }
    }

    /// What only functions have.
    pub fn function(&self) -> Option<&Function> {
        match &self.kind {
            NodeKind::Function(function) => Some(function),
            _ => None,
        }
    }

    /// Whether it is inlined instead of built.
    pub fn is_ephemeral(&self) -> bool {
        self.resource_type == ResourceType::Model && self.materialized() == "ephemeral"
    }

    /// The start of its text: enough to open the file at the right line.
    pub fn span_start(&self) -> Span {
        Span { end: self.span.start.saturating_add(1).min(self.span.end), ..self.span }
    }

    /// The columns that make it a calendar, as written, when it is one.
    pub fn time_spine(&self) -> Option<&Json> {
        self.model()?.time_spine.as_ref()
    }

    /// What only tests have, when it is one.
    pub fn test(&self) -> Option<&Test> {
        match &self.kind {
            NodeKind::Test(test) => Some(test),
            _ => None,
        }
    }

    /// What only models have, when it is one.
    pub fn model(&self) -> Option<&Model> {
        match &self.kind {
            NodeKind::Model(model) => Some(model),
            _ => None,
        }
    }
}
