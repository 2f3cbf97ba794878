//! A mart whose columns are whatever its inputs have.

use std::sync::Arc;

use sqlparser::ast::{Query, SelectItem, SelectItemQualifiedWildcardKind};

use super::mart_reads_raw::is_mart;
use crate::check::expr;
use crate::check::lint::block::{Block, Env, Position, Rows, Source, is_star};
use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject};

/// How deep common table expressions are followed.
const DEEPEST: usize = 16;

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    if !is_mart(subject) || subject.node.config.contract_enforced() {
        return Vec::new();
    }
    subject.variants.iter().filter_map(|sql| of_text(subject, sql)).collect()
}

/// The first star of the outermost query that stands for whatever a table has.
fn of_text(subject: &Subject<'_>, sql: &Sql) -> Option<Finding> {
    let outermost = sql.blocks.iter().filter(|block| block.position == Position::Outermost);
    let mut items =
        outermost.flat_map(|block| block.select.projection.iter().map(move |item| (block, item)));
    let (_, item) = items.find(|(block, item)| is_open(block, item, 0))?;
    let message = format!(
        "the columns of mart `{}` are whatever it reads has: a new column there is one here",
        subject.node.name
    );
    let finding = Finding::in_sql(sql, sql.range(item), message);
    Some(finding.hint("list the columns that the mart promises"))
}

/// Whether an item is a star over a table, through queries that pass everything on.
fn is_open(block: &Block, item: &SelectItem, depth: usize) -> bool {
    let is_of_table = |source: &Source| match &source.rows {
        Rows::Table(_) => true,
        Rows::Query(query, env, _) => depth < DEEPEST && passes_on(query, env, depth + 1),
        Rows::Other => false,
    };
    match item {
        SelectItem::Wildcard(_) => block.sources.iter().any(is_of_table),
        SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
            block.source(&expr::last_name(name)).is_some_and(is_of_table)
        }
        _ => false,
    }
}

fn passes_on(query: &Query, env: &Arc<Env>, depth: usize) -> bool {
    Block::arms(query, env, Position::Table).iter().any(|arm| {
        arm.select.projection.iter().any(|item| is_star(item) && is_open(arm, item, depth))
    })
}
