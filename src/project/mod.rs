//! 1 LOAD: the project file, the profile, variables, installed packages, and which files there are.
//!
//! Files in, a [`Project`] out; nothing is parsed beyond YAML and no database is touched.
//! Invariant: a `Project` is complete: later stages read no `dbt_project.yml`, profile or flag on their own.

use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use crate::manifest::Quoting;
use crate::source::yaml::{Mapping, Yaml};
use crate::source::{SourceMap, Span, Spanned};

mod dotenv;
mod files;
mod find;
pub mod flags;
mod ignore;
mod load;
mod packages;
mod profile;
mod project_file;
pub mod render;
#[cfg(test)]
mod testing;
pub mod version;
mod yaml_file;

pub(crate) use files::text_checksum;
pub use find::PROJECT_FILE;
pub use flags::window::event_window;
pub use flags::{ComputeAside, FlagOverrides, Flags, parse_vars};
pub use load::{Peeked, load, load_packages_root, load_root, peek};
pub use packages::declared::{DEPENDENCIES_FILE, Declared, LOCK_FILE, LOCK_HASH, PACKAGES_FILE};
pub use packages::root::{PackageFacts, PackagesRoot};
pub use packages::spec::{GitSource, PackageSource, PackageSpec, Version, Versions};
pub use project_file::DEFAULT_QUERY_COMMENT;
pub use render::{
    DBT_VERSION, RenderError, Secrets, YamlContext, YamlFacts, is_constant, render_text,
    render_yaml,
};
pub(crate) use yaml_file::unreadable;
pub use yaml_file::{parse_yaml, read_yaml, stripped};

/// A project with its packages, ready to be parsed.
#[derive(Debug)]
pub struct Project {
    /// The texts that were read.
    pub sources: Arc<SourceMap>,
    /// The root package first, then installed packages by name.
    pub packages: Vec<Package>,
    /// The chosen target.
    pub target: Target,
    /// The flags of this run.
    pub flags: Flags,
    /// Variables of the command line; they beat all others.
    pub cli_vars: Mapping,
    /// The run's id.
    pub invocation_id: String,
    /// When the run began.
    pub started_at: jiff::Timestamp,
}

/// One package: its project file and its files.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: Arc<str>,
    /// Its folder, absolute.
    pub root: PathBuf,
    /// Its project file, checked.
    pub config: ProjectConfig,
    /// Its files.
    pub files: Files,
}

/// A `dbt_project.yml`, checked and rendered.
#[derive(Debug, Default)]
pub struct ProjectConfig {
    /// The file's place, for diagnostics.
    pub span: Option<Span>,
    /// `version`.
    pub version: Option<String>,
    /// `profile`.
    pub profile: Option<String>,
    /// `model-paths`.
    pub model_paths: Vec<String>,
    /// `seed-paths`.
    pub seed_paths: Vec<String>,
    /// `test-paths`.
    pub test_paths: Vec<String>,
    /// `analysis-paths`.
    pub analysis_paths: Vec<String>,
    /// `macro-paths`.
    pub macro_paths: Vec<String>,
    /// `snapshot-paths`.
    pub snapshot_paths: Vec<String>,
    /// `function-paths`.
    pub function_paths: Vec<String>,
    /// `docs-paths`; empty means all resource paths.
    pub docs_paths: Vec<String>,
    /// `asset-paths`.
    pub asset_paths: Vec<String>,
    /// `target-path` as written, default `target`.
    pub target_path: String,
    /// `clean-targets`.
    pub clean_targets: Vec<String>,
    /// `packages-install-path`, default `dbt_packages`.
    pub packages_install_path: String,
    /// `vars` as written: global ones, and a mapping per package name.
    pub vars: Mapping,
    /// `quoting`.
    pub quoting: Quoting,
    /// `dispatch`: macro namespace to search order.
    pub dispatch: IndexMap<String, Vec<String>>,
    /// `on-run-start`, rendered later.
    pub on_run_start: Vec<Spanned<String>>,
    /// `on-run-end`, rendered later.
    pub on_run_end: Vec<Spanned<String>>,
    /// `query-comment`, a template for each statement: `None` switches it off, [`DEFAULT_QUERY_COMMENT`] when
    /// the file says nothing.
    pub query_comment: Option<QueryComment>,
    /// `models:`, `seeds:`, `data_tests:` (also `tests:`), `sources:`, `snapshots:`, `exposures:` … rendered
    /// (hooks are left as templates), keyed by section in dbt's current spelling.
    pub sections: IndexMap<String, Yaml>,
    /// The sections that have templates, as they were written.
    pub written_sections: IndexMap<String, Yaml>,
    /// `selectors.yml`, its `selectors` list, rendered; only of the root package.
    pub selectors: Vec<Yaml>,
    /// `restrict-access`.
    pub restrict_access: bool,
}

/// `query-comment` of the project file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryComment {
    /// The template.
    pub comment: String,
    /// After the statement instead of before it.
    pub append: bool,
}

/// The files of a package by role, each list sorted by path; texts are in the source map.
#[derive(Debug, Default)]
pub struct Files {
    /// `.sql` below the model paths.
    pub models: Vec<File>,
    /// `.py` below the model paths: Python models, which are parsed and never run.
    pub python_models: Vec<File>,
    /// `.csv` below the seed paths.
    pub seeds: Vec<File>,
    /// `.sql` below the test paths, outside `generic/` and `fixtures/`.
    pub singular_tests: Vec<File>,
    /// `.sql` below `<test path>/generic/`.
    pub generic_tests: Vec<File>,
    /// `.csv` and `.sql` below `<test path>/fixtures/`, for unit tests.
    pub fixtures: Vec<File>,
    /// `.sql` below the macro paths.
    pub macros: Vec<File>,
    /// `.sql` below the analysis paths.
    pub analyses: Vec<File>,
    /// `.sql` below the snapshot paths.
    pub snapshots: Vec<File>,
    /// `.sql`, `.py` and `.js` below the function paths.
    pub functions: Vec<File>,
    /// `.yml` and `.yaml` below all resource paths.
    pub properties: Vec<File>,
    /// `.md` below the docs paths (or all resource paths).
    pub docs: Vec<File>,
}

/// A file of a package.
#[derive(Clone, Debug)]
pub struct File {
    /// Its text in the source map; of a seed, an empty text (seeds are read when they are loaded).
    pub id: crate::source::FileId,
    /// The resource folder it is in (`models`), as written in the project file.
    pub resource_path: String,
    /// The path below the resource folder, with `/`.
    pub path: String,
    /// The path below the package, with `/`.
    pub original_file_path: String,
    /// The path on disk.
    pub absolute: PathBuf,
    /// Hex SHA-256 as dbt 1.12 computes it: of a text with every run of white space as one blank, of a seed
    /// stripped. A seed above 1 MiB has its `original_file_path` here (dbt's checksum of the name `path`).
    pub checksum: String,
}

/// The chosen output of the chosen profile.
#[derive(Clone, Debug)]
pub struct Target {
    /// The profile's name.
    pub profile_name: String,
    /// The target's name.
    pub name: String,
    /// `type`.
    pub adapter_type: String,
    /// `threads`, default 1 (of the embedded default: the number of cores).
    pub threads: usize,
    /// The database; of the embedded default, the project's name.
    pub database: String,
    /// The schema, default `main`.
    pub schema: String,
    /// Everything else that the output says, rendered: `path`, or dbt-sqlite's `schemas_and_paths` and
    /// `schema_directory`.
    pub settings: Map<String, Json>,
    /// The folder that relative database paths start from: the project's, but the working directory for a
    /// profile with dbt-sqlite's `schemas_and_paths`.
    pub base_dir: PathBuf,
    /// Where the profile was written; `None` for the embedded default.
    pub span: Option<Span>,
}

impl Project {
    /// The root package.
    pub fn root(&self) -> &Package {
        &self.packages[0]
    }

    /// The package of a name.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|p| &*p.name == name)
    }

    /// The folder for compiled files and artifacts, absolute.
    pub fn target_dir(&self) -> PathBuf {
        let path = self.flags.target_path.as_deref().unwrap_or(&self.root().config.target_path);
        self.root().root.join(path)
    }

    /// The value of a variable for a package, by dbt's precedence: command line, the root project's block
    /// for the package, the root project's global ones, the package's own block, its own global ones.
    pub fn var(&self, package: &str, name: &str) -> Option<&Yaml> {
        self.cli_vars
            .get(name)
            .or_else(|| package_var(self.root(), package, name))
            .or_else(|| package_var(self.package(package)?, package, name))
    }

    /// All variables of a package, merged by the precedence of [`Project::var`].
    pub fn vars(&self, package: &str) -> Mapping {
        let layers = (self.package(package).into_iter()).chain([self.root()]).flat_map(|of| {
            let vars = &of.config.vars;
            [Some(vars), vars.get(package).and_then(Yaml::as_map)]
        });
        // Of several entries with one name the last one counts.
        let entries = layers.flatten().chain([&self.cli_vars]).flat_map(|layer| &layer.entries);
        Mapping { entries: entries.cloned().collect() }
    }
}

fn package_var<'p>(of: &'p Package, package: &str, name: &str) -> Option<&'p Yaml> {
    let vars = &of.config.vars;
    vars.get(package).and_then(|block| block.get(name)).or_else(|| vars.get(name))
}
