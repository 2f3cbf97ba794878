//! Functions with overloads: the files of their bodies become part of the function.
//!
//! dbt 1.12: a file that an overload is `defined_in` is no function of its own any more; what it reads, the function
//! reads.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Node, NodeKind};
use crate::names::{UniqueId, did_you_mean};

/// Puts the bodies of overloads into their functions.
pub(super) fn settle(nodes: &mut Vec<Arc<Node>>, diagnostics: &mut Diagnostics) {
    let is_overloaded =
        |node: &Arc<Node>| node.function().is_some_and(|function| !function.overloads.is_empty());
    if !nodes.iter().any(is_overloaded) {
        return;
    }
    let bodies: HashMap<UniqueId, Arc<Node>> = nodes
        .iter()
        .filter(|node| node.function().is_some())
        .map(|node| (node.unique_id.clone(), node.clone()))
        .collect();
    let mut owners: HashMap<UniqueId, UniqueId> = HashMap::new();
    for node in nodes.iter_mut().filter(|node| is_overloaded(node)) {
        take_bodies(Arc::make_mut(node), &bodies, &mut owners, diagnostics);
    }
    nodes.retain(|node| !owners.contains_key(&node.unique_id));
}

fn take_bodies(
    node: &mut Node,
    bodies: &HashMap<UniqueId, Arc<Node>>,
    owners: &mut HashMap<UniqueId, UniqueId>,
    diagnostics: &mut Diagnostics,
) {
    let span = node.patch_span.unwrap_or_else(|| node.span_start());
    let wrong = |message: String| Diagnostic::error(codes::BAD_CONFIG, message).at(span, "");
    let NodeKind::Function(function) = &mut node.kind else { return };
    for overload in &mut function.overloads {
        let (name, file) = (&node.name, &overload.defined_in);
        let id = UniqueId::from(format!("function.{}.{file}", node.package_name));
        let Some(body) = bodies.get(&id).filter(|_| id != node.unique_id) else {
            let message = match id == node.unique_id {
                true => format!("function `{name}` lists its own file among its overloads"),
                false => format!(
                    "an overload of function `{name}` is defined in `{file}`, which is no file of a function"
                ),
            };
            let own = bodies.values().filter(|one| one.package_name == node.package_name);
            let near = did_you_mean(file, own.map(|one| one.name.as_str()));
            diagnostics.push(wrong(message).suggest(near.filter(|near| near != name)));
            continue;
        };
        if let Some(owner) = owners.insert(id, node.unique_id.clone()) {
            let message = format!("`{file}` is an overload of function `{name}` and of `{owner}`");
            diagnostics.push(wrong(message));
        }
        overload.body = body.raw_code.clone();
        for (mine, more) in [(&mut node.refs, &body.refs), (&mut node.functions, &body.functions)] {
            let new = more.iter().filter(|call| !mine.contains(call)).cloned().collect::<Vec<_>>();
            mine.extend(new);
        }
        let new = body.sources.iter().filter(|one| !node.sources.contains(one)).cloned();
        let new = new.collect::<Vec<_>>();
        node.sources.extend(new);
    }
}
