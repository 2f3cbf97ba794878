//! What is wrong with nodes although the engine takes their SQL: one rule a file.

use std::sync::Arc;

use super::shadow::{CheckedNode, Shadow};
use crate::manifest::{Node, ResourceType};

pub(super) mod columns;
mod contract;
mod expectations;
pub(super) mod hooks;
pub(super) mod keys;
pub(super) mod names;
pub(super) mod places;
mod qualified;
pub(super) mod reads;
mod settings;
pub(super) mod tests;
mod variants;

/// Looks at a node whose SQL was prepared.
pub(super) fn of_node(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    if node.resource_type == ResourceType::Test {
        return;
    }
    settings::check(shadow, node);
    hooks::check(shadow, node);
    variants::check(shadow, node, known);
    contract::check(shadow, node, known);
    keys::check(shadow, node, known);
    expectations::check(shadow, node, known);
    reads::check(shadow, node, known);
    qualified::check(shadow, node, known);
}
