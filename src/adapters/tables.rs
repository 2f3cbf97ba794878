//! Tables made from nothing but their columns, for databases that end with a run.

use super::{Column, Relation, Result, Session};

/// Creates an empty table; a type that is no plain name is left out.
pub fn create(session: &mut dyn Session, relation: &Relation, columns: &[Column]) -> Result<()> {
    let columns: Vec<String> = columns
        .iter()
        .map(|column| format!("{} {}", column.quoted(), declared(column)).trim_end().to_owned())
        .collect();
    let sql = format!("create table {} ({})", relation.render(), columns.join(", "));
    session.execute(&sql).map(drop)
}

/// The type of a column in `create table`; nothing for one that is no plain name.
fn declared(column: &Column) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " _".contains(c);
    match column.dtype.chars().all(is_plain) {
        true => written_type(column),
        false => String::new(),
    }
}

/// The type of a column with its sizes; empty when it has none.
pub fn written_type(column: &Column) -> String {
    let sizes = [column.char_size, column.numeric_precision, column.numeric_scale];
    let sizes: Vec<String> = sizes.into_iter().flatten().map(|size| size.to_string()).collect();
    match sizes.is_empty() {
        true => column.dtype.clone(),
        false => format!("{}({})", column.dtype, sizes.join(", ")),
    }
}

/// Fills columns of a table with what a query gives, matched by name.
pub fn fill(
    session: &mut dyn Session,
    relation: &Relation,
    columns: &[&Column],
    sql: &str,
) -> Result<()> {
    let names: Vec<String> = columns.iter().map(|column| column.quoted()).collect();
    let names = names.join(", ");
    let table = relation.render();
    session
        .execute(&format!("insert into {table} ({names}) select {names} from (\n{sql}\n)"))
        .map(drop)
}
