//! Layers that read what the project does not let them read: `layers` of `forge_lint.yml`.

use crate::check::lint::{At, Finding, Subject};
use crate::manifest::{Resource, ResourceType};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let node = subject.node;
    let settings = subject.facts.settings;
    let Some(layer) = settings.layer(&node.original_file_path) else { return Vec::new() };
    let manifest = &subject.facts.compiler.manifest;
    let read = node.depends_on.nodes.iter().filter_map(|id| manifest.resource(id.as_str()));
    let broken = read.filter_map(|resource| {
        let kind = kind(subject, &resource)?;
        let is_allowed = layer.may_read.contains(&kind);
        (!is_allowed).then_some((resource, kind))
    });
    let one = |(resource, kind): (Resource<'_>, String)| {
        let message = format!(
            "{} `{}` of layer `{}` reads {} `{}`, and the layer may not read `{kind}`",
            node.resource_type,
            node.name,
            layer.name,
            resource.resource_type(),
            resource.name()
        );
        let at = At::Word(resource.name().to_owned());
        Finding::at(at, message)
            .hint("read what lies between, or change `may_read` in forge_lint.yml")
    };
    broken.map(one).collect()
}

/// What `may_read` calls a resource: its layer, else its kind; a model in no layer is free.
fn kind(subject: &Subject<'_>, resource: &Resource<'_>) -> Option<String> {
    let kind = resource.resource_type();
    let of_source = kind == ResourceType::Source;
    let layer = subject.facts.settings.layer(resource.original_file_path()).filter(|_| !of_source);
    match layer {
        Some(layer) => Some(layer.name.clone()),
        None => (kind != ResourceType::Model).then(|| kind.to_string()),
    }
}
