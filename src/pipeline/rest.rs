//! What `check` can still say of a project with mistakes: a broken file loses its nodes, and the rest is checked.
//!
//! The project is read once more, which only a project with mistakes pays for. Invariant: nothing is told that could be
//! the consequence of a mistake that was told already: what a broken file may have to do with is left alone.

use std::sync::Arc;

use super::check::found;
use super::prepare::{Reading, judged, may_declare};
use super::{Selection, World};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::events::Silent;
use crate::manifest::{Manifest, Resource};
use crate::project::FlagOverrides;
use crate::source::yaml::{self, Yaml};
use crate::source::{SourceFile, Span};

/// The mistakes of a project that cannot be checked as a whole, and those of the rest of it.
pub fn check_rest(
    world: &World,
    flags: &FlagOverrides,
    selection: &Selection,
    mistakes: Diagnostics,
) -> Diagnostics {
    let more = more(world, flags, selection).unwrap_or_default();
    let is_news = |one: &Diagnostic| !mistakes.iter().any(|told| told.message == one.message);
    let more: Vec<Diagnostic> = more.into_iter().filter(is_news).collect();
    let mut all = mistakes;
    more.into_iter().for_each(|one| all.push(one));
    all
}

fn more(world: &World, flags: &FlagOverrides, selection: &Selection) -> Option<Vec<Diagnostic>> {
    let quiet = World {
        host: world.host.clone(),
        sources: world.sources.clone(),
        sink: Arc::new(Silent),
        stop: world.stop.clone(),
    };
    let reading = Reading::new(&quiet, flags).ok()?;
    let lost = Lost::of(&quiet, &reading.diagnostics, &reading.referenced.manifest);
    let (prepared, cycles) = reading.rest(&quiet, &|resource| lost.has(resource)).ok()?;
    let flags = &prepared.project.flags;
    let mut all = cycles;
    if let Ok((_, found)) = found(&quiet, &prepared, selection) {
        let news = found.into_iter().filter(|one| !lost.explains(one));
        news.for_each(|one| all.push(one));
    }
    Some(judged(&quiet, flags, all))
}

/// What mistakes have to do with.
struct Lost {
    /// Files that say nothing as a whole.
    files: Vec<Arc<SourceFile>>,
    /// Names of entries of property files that have a mistake.
    names: Vec<String>,
}

impl Lost {
    fn of(world: &World, diagnostics: &Diagnostics, manifest: &Manifest) -> Self {
        let mut lost = Lost { files: Vec::new(), names: Vec::new() };
        let errors = diagnostics.iter().filter(|one| one.severity == Severity::Error);
        for place in errors.filter_map(|error| Some(error.primary.as_ref()?.span)) {
            let file = world.sources.file(place.file);
            match entry(&file, place) {
                Some(name) => lost.names.push(name),
                None if lost.files.iter().all(|known| known.id != file.id) => lost.files.push(file),
                None => {}
            }
        }
        lost.with_callers(manifest)
    }

    /// Adds the nodes whose text calls a macro of a lost file.
    fn with_callers(mut self, manifest: &Manifest) -> Self {
        let macros: Vec<String> = self.files.iter().flat_map(|file| defined(&file.text)).collect();
        let calls = |text: &str| macros.iter().any(|name| text.contains(name.as_str()));
        let nodes = manifest.nodes.values().filter(|node| calls(&node.raw_code));
        self.names.extend(nodes.map(|node| node.name.clone()));
        self
    }

    fn has(&self, resource: &Resource<'_>) -> bool {
        let name = resource.name();
        let source = match resource {
            Resource::Source(source) => source.source_name.as_str(),
            _ => name,
        };
        self.names.iter().any(|lost| lost == name || lost == source)
            || self
                .files
                .iter()
                .any(|file| &*file.path == resource.original_file_path() || may_declare(file, name))
    }

    /// Whether something can be the consequence of what is lost.
    fn explains(&self, found: &Diagnostic) -> bool {
        let mut quoted = found.message.split(['`', '\'', '"']).skip(1).step_by(2);
        found.code == codes::NO_MATCH
            || found.code == codes::UNCHECKED
            || quoted.any(|word| {
                !word.is_empty() && self.files.iter().any(|file| file.text.contains(word))
            })
    }
}

/// The entry of a property file that a place is in, by name.
fn entry(file: &SourceFile, place: Span) -> Option<String> {
    let is_yaml = [".yml", ".yaml"].iter().any(|ending| file.path.ends_with(ending));
    let root = is_yaml.then(|| yaml::parse(file.id, &file.text).ok())??.root;
    let lists = root.as_map()?.iter().filter_map(|(_, list)| list.as_seq());
    let holds = |entry: &&Yaml| entry.span.start <= place.start && place.end <= entry.span.end;
    let entry = lists.flatten().find(holds)?;
    entry.get("name").and_then(Yaml::as_str).map(str::to_owned)
}

/// The macros that a text may define, whether it can be read or not.
fn defined(text: &str) -> impl Iterator<Item = String> {
    text.split("macro ").skip(1).filter_map(|rest| {
        let name = rest.trim_start().split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        (!name.is_empty()).then(|| name.to_owned())
    })
}
