//! Which column a name means: the nearest query first; there tables, then outputs.

use super::Unknown;
use super::analysis::Analysis;
use super::flow::{Flow, Kind};
use super::scope::{Others, Scope, Source};

/// A column as it is written.
#[derive(Clone, Copy)]
pub(super) struct Path<'p> {
    pub(super) schema: Option<&'p str>,
    pub(super) table: Option<&'p str>,
    pub(super) column: &'p str,
}

impl Analysis<'_> {
    /// What flows into a column that is named.
    pub(super) fn column(&self, path: Path<'_>, scope: &Scope<'_, '_>) -> Result<Flow, Unknown> {
        let mut next = Some(scope);
        while let Some(scope) = next {
            let found = match path.table {
                Some(table) => self.qualified(path, table, scope),
                None => self.unqualified(path.column, scope),
            };
            if let Some(flow) = found {
                return Ok(flow);
            }
            next = scope.parent;
        }
        Err(Unknown::Column(path.column.to_owned()))
    }

    fn qualified(&self, path: Path<'_>, table: &str, scope: &Scope<'_, '_>) -> Option<Flow> {
        let called = scope.sources.iter().filter(|source| source.is_called(path.schema, table));
        called.clone().find_map(|source| self.column_of(source, path.column))
    }

    fn unqualified(&self, column: &str, scope: &Scope<'_, '_>) -> Option<Flow> {
        if let Some(merged) = scope.merged.get(&column.to_ascii_lowercase()) {
            return Some(merged.clone());
        }
        let sources = &scope.sources;
        let field = || sources.iter().find_map(|source| self.field_of(source, column));
        let alias = || {
            let aliases = scope.aliases.borrow();
            aliases.iter().find(|field| field.is_called(column)).map(|field| (*field.flow).clone())
        };
        let is_certain =
            !sources.iter().any(|source| matches!(source.table.others, Others::Any(_)));
        let number = || sources.iter().find_map(|source| self.number_of(source, column));
        match is_certain {
            true => field().or_else(number).or_else(alias),
            // Of a table that is not known, any name may be a column.
            false => field().or_else(alias).or_else(|| self.of_unknown(column, sources)),
        }
    }

    fn of_unknown(&self, column: &str, sources: &[Source]) -> Option<Flow> {
        let mut flow = Flow::default();
        for source in sources {
            if let Others::Any(relation) = &source.table.others {
                flow.add(&self.any(relation, column), Kind::PassThrough);
            }
        }
        Some(flow)
    }

    /// A column of one table, by any name that it has.
    pub(super) fn column_of(&self, source: &Source, column: &str) -> Option<Flow> {
        self.field_of(source, column).or_else(|| self.number_of(source, column)).or_else(|| {
            match &source.table.others {
                Others::Any(relation) => Some(self.any(relation, column)),
                Others::Hidden => source.arguments.get().cloned(),
                Others::Nothing | Others::RowNumber(_) => None,
            }
        })
    }

    fn field_of(&self, source: &Source, column: &str) -> Option<Flow> {
        let flow = source.flow_of(source.field(column)?);
        self.read(&flow);
        Some((*flow).clone())
    }

    fn number_of(&self, source: &Source, column: &str) -> Option<Flow> {
        match &source.table.others {
            Others::RowNumber(relation) if self.syntax.is_row_number(column) => {
                Some(self.row_number(relation))
            }
            _ => None,
        }
    }
}
