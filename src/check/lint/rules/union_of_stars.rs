//! A union of stars: columns are matched by their places, not by their names.

use std::collections::HashSet;
use std::sync::Arc;

use sqlparser::ast::SelectItem;

use crate::check::lint::block::{Block, Rows};
use crate::check::lint::{Finding, Subject};

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for sql in subject.variants {
        for arms in &sql.unions {
            let tables: Vec<Option<&str>> = arms.iter().map(|arm| whole_table(arm)).collect();
            let distinct: HashSet<&str> = tables.iter().flatten().copied().collect();
            let Some((_, arm)) = tables.iter().zip(arms).find(|(table, _)| table.is_some()) else {
                continue;
            };
            if distinct.len() > 1 && !are_alike(subject, &distinct) {
                let message = "a union of stars matches columns by their places: a column that moves fills another one";
                let finding = Finding::in_sql(sql, sql.range(&arm.select.projection[0]), message);
                findings.push(finding.hint("list the columns in each part"));
            }
        }
    }
    findings
}

/// Whether the columns of all tables are known, and the same in the same order.
fn are_alike(subject: &Subject<'_>, tables: &HashSet<&str>) -> bool {
    let columns = |table: &&str| -> Vec<&String> {
        let id = subject.facts.table(table);
        id.map(|id| subject.facts.types(id).keys().collect()).unwrap_or_default()
    };
    let mut all = tables.iter().map(columns);
    let first = all.next().unwrap_or_default();
    !first.is_empty() && all.all(|other| other == first)
}

/// The table of which a select takes all columns, and nothing else.
fn whole_table(arm: &Arc<Block>) -> Option<&str> {
    let [SelectItem::Wildcard(_)] = arm.select.projection.as_slice() else { return None };
    match arm.sources.as_slice() {
        [one] => match &one.rows {
            Rows::Table(table) => Some(table),
            _ => None,
        },
        _ => None,
    }
}
