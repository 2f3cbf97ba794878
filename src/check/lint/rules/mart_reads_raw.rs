//! A mart that reads a source itself, past the staging that cleans it.

use crate::check::lint::{At, Finding, Subject};

/// Folders whose models are marts.
const FOLDERS: &[&str] = &["mart", "marts", "gold"];

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    // A project that states its layers says itself what they may read.
    if !is_mart(subject) || subject.facts.settings.layer(&subject.node.original_file_path).is_some()
    {
        return Vec::new();
    }
    let manifest = &subject.facts.compiler.manifest;
    let sources = subject.node.depends_on.nodes.iter().filter_map(|id| manifest.sources.get(id));
    let one = |source: &std::sync::Arc<crate::manifest::SourceTable>| {
        let message = format!(
            "mart `{}` reads source `{}.{}` itself",
            subject.node.name, source.source_name, source.name
        );
        let at = At::Word(source.name.clone());
        Finding::at(at, message)
            .hint("read a staging model, where the source is cleaned once for all")
    };
    sources.map(one).collect()
}

/// Whether a model is a mart: its folder is called so, or the layer that it is in.
pub(super) fn is_mart(subject: &Subject<'_>) -> bool {
    let path = &subject.node.original_file_path;
    let in_folder = path.split('/').any(|folder| FOLDERS.contains(&folder));
    let layer = subject.facts.settings.layer(path);
    layer.map_or(in_folder, |layer| FOLDERS.contains(&layer.name.as_str()))
}
