//! The engine's SQL as a parser reads it, for what can be told from the text alone.
//!
//! Advice, not judgement: the parser is not the engine, and what it cannot read says nothing about the statement.

use sqlparser::ast::Statement;

/// How an engine's SQL is read without the engine.
#[derive(Clone, Copy, Debug)]
pub struct Syntax {
    /// The statements of a text; `None` when the parser cannot read it.
    pub statements: fn(&str) -> Option<Vec<Statement>>,
    /// Functions that give rows, in lower case, with the columns of the rows.
    pub table_functions: &'static [(&'static str, &'static [&'static str])],
    /// Names of a row's own number, in lower case, where no column has taken them.
    pub row_numbers: &'static [&'static str],
}

impl Syntax {
    /// The columns of the rows that a function gives; `None` for a function that is not known.
    pub fn table_function(&self, name: &str) -> Option<&'static [&'static str]> {
        let known = self.table_functions.iter();
        known
            .clone()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, columns)| *columns)
    }

    /// Whether a name can be that of a row's number.
    pub fn is_row_number(&self, name: &str) -> bool {
        self.row_numbers.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}
