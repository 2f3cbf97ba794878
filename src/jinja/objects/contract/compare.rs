//! The columns of a contract, of a query and of the table that is there, side by side.

use crate::adapters::{Column, TypeRules};

/// The columns that have to be alike.
pub(crate) struct Sides {
    /// As declared.
    pub(crate) contract: Vec<Column>,
    /// As the query gives them; a type that is not known is empty.
    pub(crate) query: Vec<Column>,
    /// As the table has them, when rows are added to one.
    pub(crate) table: Option<Vec<Column>>,
    /// Whether columns that the table lacks are added to it.
    pub(crate) grows: bool,
}

/// A column that is not the same everywhere: its types, none where it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) name: String,
    pub(crate) contract: Option<String>,
    pub(crate) table: Option<String>,
    pub(crate) query: Option<String>,
    /// dbt's words, and ours for the table.
    pub(crate) reason: &'static str,
}

impl Difference {
    /// Name, contract, table, query, reason.
    pub(crate) fn cells(&self, with_table: bool) -> Vec<String> {
        let cell = |side: &Option<String>| match side.as_deref() {
            None => String::new(),
            Some("") => "unknown".to_owned(),
            Some(name) => name.to_owned(),
        };
        let mut cells = vec![self.name.clone(), cell(&self.contract)];
        if with_table {
            cells.push(cell(&self.table));
        }
        cells.extend([cell(&self.query), self.reason.to_owned()]);
        cells
    }
}

fn named<'c>(columns: &'c [Column], name: &str) -> Option<&'c Column> {
    columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

impl Sides {
    /// The names of the columns of the table of differences.
    pub(crate) fn header(&self) -> Vec<String> {
        let mut names = vec!["column".to_owned(), "in the contract".to_owned()];
        if self.table.is_some() {
            names.push("in the table".to_owned());
        }
        names.extend(["in the query".to_owned(), "what differs".to_owned()]);
        names
    }

    /// Every column that differs: those of the contract in its order, then the others.
    pub(crate) fn differences(&self, types: &dyn TypeRules) -> Vec<Difference> {
        let table = self.table.as_deref().unwrap_or_default();
        let mut found: Vec<Difference> = Vec::new();
        for column in &self.contract {
            let (query, there) = (named(&self.query, &column.name), named(table, &column.name));
            if let Some(reason) = self.reason(types, column, query, there) {
                found.push(self.difference(&column.name, reason));
            }
        }
        for (at, column) in self.query.iter().enumerate() {
            if named(&self.query[..at], &column.name).is_some() {
                found.push(self.difference(&column.name, "twice in the query"));
            } else if named(&self.contract, &column.name).is_none() {
                found.push(self.difference(&column.name, "missing in contract"));
            }
        }
        for column in table.iter().filter(|_| !self.grows) {
            if named(&self.contract, &column.name).is_none()
                && named(&self.query, &column.name).is_none()
            {
                found.push(self.difference(&column.name, "only in the table"));
            }
        }
        found
    }

    fn reason(
        &self,
        types: &dyn TypeRules,
        column: &Column,
        query: Option<&Column>,
        there: Option<&Column>,
    ) -> Option<&'static str> {
        let Some(query) = query else { return Some("missing in definition") };
        if !types.fits(&column.dtype, &query.dtype) {
            return Some("data type mismatch");
        }
        match there {
            _ if self.table.is_none() => None,
            None => (!self.grows).then_some("missing in the table"),
            // Both ways: a wider type is another type for a table that stays.
            Some(there)
                if types.fits(&column.dtype, &there.dtype)
                    && types.fits(&there.dtype, &column.dtype) =>
            {
                None
            }
            Some(_) => Some("another type in the table"),
        }
    }

    fn difference(&self, name: &str, reason: &'static str) -> Difference {
        let of = |columns: &[Column]| named(columns, name).map(|column| column.dtype.clone());
        Difference {
            name: name.to_owned(),
            contract: of(&self.contract),
            table: of(self.table.as_deref().unwrap_or_default()),
            query: of(&self.query),
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::Adapter;
    use crate::adapters::sqlite::SqliteAdapter;

    fn columns(list: &[(&str, &str)]) -> Vec<Column> {
        list.iter().map(|(name, dtype)| Column::new(*name, *dtype)).collect()
    }

    fn reasons(sides: &Sides) -> Vec<(String, &'static str)> {
        let adapter = SqliteAdapter::in_memory();
        let found = sides.differences(adapter.types());
        found.into_iter().map(|one| (one.name, one.reason)).collect()
    }

    #[test]
    fn a_query_has_the_columns_of_the_contract_in_any_order() {
        let contract = columns(&[("id", "integer"), ("color", "text"), ("n", "numeric")]);
        let query = columns(&[("N", ""), ("colour", "TEXT"), ("id", "TEXT"), ("id", "INT")]);
        let sides = Sides { contract, query, table: None, grows: false };
        assert_eq!(
            reasons(&sides),
            [
                ("id".to_owned(), "data type mismatch"),
                ("color".to_owned(), "missing in definition"),
                ("colour".to_owned(), "missing in contract"),
                ("id".to_owned(), "twice in the query"),
            ]
        );
    }

    #[test]
    fn a_table_that_is_there_is_compared_too() {
        let contract = columns(&[("id", "integer"), ("n", "integer"), ("new", "text")]);
        let query = columns(&[("id", ""), ("n", ""), ("new", "")]);
        let table = Some(columns(&[("id", "INT"), ("n", "text"), ("old", "text")]));
        let mut sides = Sides { contract, query, table, grows: true };
        assert_eq!(reasons(&sides), [("n".to_owned(), "another type in the table")]);
        sides.grows = false;
        let names: Vec<String> = reasons(&sides).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["n", "new", "old"]);
    }
}
