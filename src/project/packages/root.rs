//! What `deps` has to know of a project: its name, its folders, what it wants, what is locked.
//!
//! No profile is read, as in dbt. Invariant: installed packages are not looked at.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::project::find::{PROJECT_FILE, clean, shown};
use crate::project::project_file::{CheckedProject, RawProject};
use crate::project::render::YamlContext;
use crate::project::yaml_file::parse_yaml;
use crate::project::{Flags, ProjectConfig};
use crate::source::yaml::Yaml;
use crate::source::{FileId, SourceMap, Span};

use super::declared::{Declared, Reader};
use super::spec::PackageSpec;

/// A root project, as far as installing packages goes.
#[derive(Debug)]
pub struct PackagesRoot {
    /// The project's name.
    pub name: String,
    /// Its folder, absolute.
    pub root: PathBuf,
    /// Its project file.
    pub config: ProjectConfig,
    /// Its flags.
    pub flags: Flags,
    sources: Arc<SourceMap>,
    context: YamlContext,
}

/// What a package says of itself.
#[derive(Debug)]
pub struct PackageFacts {
    /// The name in its project file.
    pub name: String,
    /// Where that is.
    pub span: Option<Span>,
    /// What it wants itself.
    pub specs: Vec<PackageSpec>,
}

impl PackagesRoot {
    /// Puts together what was read.
    pub(in crate::project) fn new(
        root: PathBuf,
        checked: CheckedProject,
        flags: Flags,
        sources: Arc<SourceMap>,
        context: YamlContext,
    ) -> Self {
        let name = checked.name.value;
        PackagesRoot { name, root, config: checked.config, flags, sources, context }
    }

    /// The folder for packages, absolute.
    pub fn install_path(&self) -> PathBuf {
        clean(&self.root.join(&self.config.packages_install_path))
    }

    /// What the project wants.
    pub fn declared(&self, host: &dyn Host, diagnostics: &mut Diagnostics) -> Declared {
        self.reader(host).declared(&self.root, diagnostics)
    }

    /// What the changed text of a file wants.
    pub fn declared_in(
        &self,
        host: &dyn Host,
        file: &str,
        id: FileId,
        diagnostics: &mut Diagnostics,
    ) -> Vec<PackageSpec> {
        let tree = parse_yaml(&self.sources, id, diagnostics);
        tree.map(|tree| self.reader(host).specs_of(&tree, file, &self.root, diagnostics))
            .unwrap_or_default()
    }

    /// `require-dbt-version` of a package, requirement by requirement.
    pub fn required_versions(&self, host: &dyn Host, folder: &Path) -> Vec<String> {
        let scratch = SourceMap::new();
        let path = folder.join(PROJECT_FILE);
        let raw = RawProject::read(host, &scratch, PROJECT_FILE, &path, &mut Diagnostics::new());
        let written = raw.as_ref().and_then(|raw| raw.value("require-dbt-version"));
        let texts = match written.map(|yaml| (yaml.as_str(), yaml.as_seq())) {
            Some((Some(text), _)) => vec![text],
            Some((_, Some(items))) => items.iter().filter_map(Yaml::as_str).collect(),
            _ => Vec::new(),
        };
        texts.iter().flat_map(|text| text.split(',')).map(str::to_owned).collect()
    }

    /// The packages and the hash of the lock file.
    pub fn locked(
        &self,
        host: &dyn Host,
        diagnostics: &mut Diagnostics,
    ) -> Option<(Vec<PackageSpec>, Option<String>)> {
        self.reader(host).lock(diagnostics)
    }

    /// Reads the project file and the wants of a package; `subject` names it in messages.
    pub fn facts(
        &self,
        host: &dyn Host,
        folder: &Path,
        subject: &str,
    ) -> Result<PackageFacts, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let path = folder.join(PROJECT_FILE);
        if !host.exists(&path) {
            let message = format!("{subject} is no package: it has no {PROJECT_FILE}");
            return Err(Diagnostic::error(codes::BAD_PACKAGE, message).into());
        }
        let shown = shown(&self.root, &path);
        let raw = RawProject::read(host, &self.sources, &shown, &path, &mut diagnostics);
        let name = raw.as_ref().and_then(|raw| raw.value("name"));
        let specs = self.reader(host).declared(folder, &mut diagnostics).specs;
        match name.and_then(Yaml::as_str) {
            Some(text) if !diagnostics.has_errors() => {
                Ok(PackageFacts { name: text.to_owned(), span: name.map(|n| n.span), specs })
            }
            None if raw.is_some() => {
                let message = format!("{subject} has no `name` in its {PROJECT_FILE}");
                diagnostics.push(Diagnostic::error(codes::BAD_PACKAGE, message));
                Err(diagnostics)
            }
            _ => Err(diagnostics),
        }
    }

    /// The texts that were read.
    pub fn sources(&self) -> &Arc<SourceMap> {
        &self.sources
    }

    fn reader<'r>(&'r self, host: &'r dyn Host) -> Reader<'r> {
        Reader { host, sources: &self.sources, root: &self.root, context: &self.context }
    }
}
