//! The rows of a query in a temporary table, so that the query runs once and all look at the same rows.

use super::judge::BAD;
use super::sql::Db;
use super::{LEAST_REMOVED, judge};
use crate::compile::CompiledNode;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::expectation::RESERVED;

/// The temporary table of the rows.
pub(super) const ROWS: &str = "_forge_rows";

/// Rows that wait to be judged.
pub(super) struct Stage {
    /// The columns of the model.
    pub(super) columns: Vec<String>,
    /// The columns in quotes, separated by commas.
    pub(super) list: String,
    /// The engine's number of a row.
    pub(super) row: &'static str,
    /// The name by which expressions may call the rows.
    pub(super) alias: String,
}

impl Stage {
    /// Runs the query of the model.
    pub(super) fn of_query(db: &Db<'_>, compiled: &CompiledNode) -> Result<Self, Box<Diagnostic>> {
        let header = db.node.config.get_str("sql_header").unwrap_or_default();
        let code = &compiled.code;
        let created = match db.node.config.contract_enforced() {
            true => declared(db, code),
            false => None,
        };
        let sql = match created {
            Some(columns) => format!(
                "{header}\ncreate temporary table {ROWS} ({columns});\ninsert into {ROWS}\n{code}"
            ),
            None => format!("{header}\ncreate temporary table {ROWS} as\n{code}"),
        };
        db.execute_around(sql.trim_start(), compiled)?;
        Self::of_table(db)
    }

    /// The rows that are in the temporary table.
    pub(super) fn of_table(db: &Db<'_>) -> Result<Self, Box<Diagnostic>> {
        let columns = db.query(&format!("select * from {ROWS} limit 0"))?.column_names;
        if let Some(taken) = columns.iter().find(|name| is_reserved(name)) {
            let message = format!(
                "model `{}` has a column `{taken}`; names that begin with `{RESERVED}` are forge's own",
                db.node.name
            );
            let problem = Diagnostic::error(codes::BAD_EXPECTATION, message);
            return Err(Box::new(problem.at(db.node.span_start(), "").hint("rename the column")));
        }
        Self::with_columns(db, columns)
    }

    /// The same, of which only these columns belong to the model.
    pub(super) fn with_columns(db: &Db<'_>, columns: Vec<String>) -> Result<Self, Box<Diagnostic>> {
        let row = db.row_number(&columns)?;
        let list = db.list("", &columns);
        let alias = db.quoted(db.this.identifier.as_deref().unwrap_or_default());
        Ok(Stage { columns, list, row, alias })
    }

    /// The query of the rows that are kept.
    pub(super) fn kept(&self) -> String {
        let Stage { list, row, .. } = self;
        let least = judge::strength(LEAST_REMOVED);
        format!(
            "select {list} from {ROWS}\nwhere {row} not in (select row_no from {BAD} where action >= {least})"
        )
    }
}

fn is_reserved(name: &str) -> bool {
    name.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED))
}

/// The columns of a query with the types that it declares, which a contract compares; none when it cannot be read.
fn declared(db: &Db<'_>, code: &str) -> Option<String> {
    let mut described = None;
    let _ = db.connection.with(|session| {
        described = session.describe(code).ok();
        Ok(())
    });
    let columns = described?.columns;
    let one = |name: &str, dtype: &str| format!("{} {dtype}", db.quoted(name));
    let all: Vec<String> = columns
        .iter()
        .map(|column| one(&column.name, &column.dtype).trim_end().to_owned())
        .collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// Drops the temporary tables.
pub(super) fn clear(db: &Db<'_>) -> Result<(), Box<Diagnostic>> {
    let drops: Vec<String> =
        [ROWS, judge::FLAGS, BAD].iter().map(|table| format!("drop table {table}")).collect();
    db.execute(&drops.join(";\n"))
}
