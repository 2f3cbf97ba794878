//! What names can mean at a place in a query: the tables of `from`, the queries around, the common table expressions.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast::{Cte, WindowSpec};

use super::flow::Flow;

/// A column of a table or a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Arc<str>,
    pub(super) flow: Rc<Flow>,
}

impl Field {
    /// Whether a name in SQL means it. The engine names an expression by its text; white space may differ here.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let squeezed =
            |text: &str| text.split_whitespace().collect::<String>().to_ascii_lowercase();
        let is_text = |text: &str| text.contains(|c: char| !c.is_alphanumeric() && c != '_');
        self.name.eq_ignore_ascii_case(name)
            || is_text(name) && is_text(&self.name) && squeezed(name) == squeezed(&self.name)
    }
}

/// A relation as queries see it.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) fields: Vec<Field>,
    pub(super) others: Others,
}

/// What a name means that is none of the fields.
#[derive(Clone, Debug, Default)]
pub(super) enum Others {
    /// Nothing: all columns are known.
    #[default]
    Nothing,
    /// The row's number, of the relation with this name.
    RowNumber(Arc<str>),
    /// A column of this relation, of which nothing is known.
    Any(Arc<str>),
    /// A hidden column of a function that gives rows.
    Hidden,
}

/// The result of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) fields: Vec<Field>,
    /// What decides which rows there are.
    pub(super) filters: Flow,
}

/// A table in a `from`.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) schema: Option<String>,
    pub(super) name: Option<String>,
    /// The aliases of joins in parentheses that it is in.
    pub(super) groups: Vec<String>,
    pub(super) table: Rc<Table>,
    /// What flows into the arguments of a function; empty for anything else.
    pub(super) arguments: OnceCell<Flow>,
    /// Columns that `using` or `natural` made one with columns to the left, in lower case.
    pub(super) merged: Vec<String>,
}

impl Source {
    pub(super) fn is_called(&self, schema: Option<&str>, name: &str) -> bool {
        let is = |own: &Option<String>, wanted: &str| {
            own.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(wanted))
        };
        let is_group = || self.groups.iter().any(|group| group.eq_ignore_ascii_case(name));
        match schema {
            Some(schema) => is(&self.name, name) && is(&self.schema, schema),
            None => is(&self.name, name) || is_group(),
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.table.fields.iter().find(|field| field.is_called(name))
    }

    pub(super) fn has_merged(&self, name: &str) -> bool {
        self.merged.iter().any(|merged| merged.eq_ignore_ascii_case(name))
    }
}

/// What one `select` can name.
pub(super) struct Scope<'s, 'a> {
    pub(super) sources: Vec<Source>,
    /// Columns that joins merged, in lower case, with what flows into them.
    pub(super) merged: HashMap<String, Flow>,
    /// The outputs, which all clauses but the outputs themselves can name.
    pub(super) aliases: RefCell<Vec<Field>>,
    /// The `window` clause, names in lower case.
    pub(super) windows: HashMap<String, &'a WindowSpec>,
    /// The common table expressions that its subqueries can name.
    pub(super) frame: Option<&'s Frame<'s, 'a>>,
    /// The query around.
    pub(super) parent: Option<&'s Scope<'s, 'a>>,
}

/// A `with`.
pub(super) struct Frame<'f, 'a> {
    pub(super) ctes: Vec<Slot<'a>>,
    /// The `with` around.
    pub(super) around: Option<&'f Frame<'f, 'a>>,
    /// The query around.
    pub(super) scope: Option<&'f Scope<'f, 'a>>,
}

/// A common table expression, read when it is first named: the engine ignores one that nobody names.
pub(super) struct Slot<'a> {
    pub(super) cte: &'a Cte,
    pub(super) state: RefCell<State>,
}

/// How far a common table expression is.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// Nobody named it yet.
    Untouched,
    /// It is being read; what is known of its rows so far, and whether it named itself.
    Running(Option<Rc<Rows>>, bool),
    /// It was read.
    Done(Rc<Rows>),
}
