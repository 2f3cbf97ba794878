//! Tells once, before the first node, which configuration the engine cannot follow: privileges and comments.

use serde_json::Value as Json;

use super::Run;
use crate::events::{Event, Level};
use crate::manifest::Node;

/// Says how many of the nodes to run have `grants` or `persist_docs` although the engine has neither.
pub(super) fn tell(run: &Run<'_>) {
    let engine = run.compiler.globals.adapter.type_name();
    let capabilities = run.compiler.globals.adapter.capabilities();
    let known = [
        ("grants", "privileges", capabilities.privileges),
        ("persist_docs", "comments", capabilities.comments),
    ];
    for (key, what, _) in known.into_iter().filter(|(_, _, has)| !has) {
        let nodes = run.wanted.iter().filter_map(|id| run.node(id));
        let count = nodes.filter(|node| is_asked(node, key)).count();
        if count > 0 {
            let nodes =
                if count == 1 { "1 node changes" } else { &format!("{count} nodes change") };
            let text = format!("`{key}` of {nodes} nothing: {engine} has no {what}");
            run.emit(Event::Message { level: Level::Info, text });
        }
    }
}

/// Whether a mapping says anything: `grants: {}` and `persist_docs: {relation: false}` do not.
fn is_asked(node: &Node, key: &str) -> bool {
    let says = |value: &Json| !matches!(value, Json::Null | Json::Bool(false));
    node.config
        .effective(key, node.resource_type)
        .as_object()
        .is_some_and(|map| map.values().any(says))
}
