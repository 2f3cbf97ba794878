//! `delete` and `update` as rules read them: their tables and conditions are those of a select.

use sqlparser::ast::{FromTable, Select, SetExpr, Statement, TableWithJoins, UpdateTableFromKind};

use crate::adapters::Syntax;

/// The select of the rows that a statement changes; none for any other statement.
pub(super) fn as_select(statement: &Statement, syntax: Syntax) -> Option<Select> {
    let (from, selection) = match statement {
        Statement::Delete(delete) => {
            let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) =
                &delete.from;
            (tables.clone(), delete.selection.clone())
        }
        Statement::Update(update) => {
            let more: &[TableWithJoins] = match &update.from {
                Some(
                    UpdateTableFromKind::BeforeSet(tables) | UpdateTableFromKind::AfterSet(tables),
                ) => tables,
                None => &[],
            };
            let tables = std::iter::once(&update.table).chain(more);
            (tables.cloned().collect(), update.selection.clone())
        }
        _ => return None,
    };
    // A select has many parts; that of a number has none of them.
    let plain = (syntax.statements)("select 1")?;
    let [Statement::Query(query)] = plain.as_slice() else { return None };
    let SetExpr::Select(plain) = &*query.body else { return None };
    Some(Select { from, selection, ..Select::clone(plain) })
}
