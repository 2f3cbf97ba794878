//! The reading of one query: what was met on the way, and the result in names.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexSet;
use sqlparser::ast::Statement;

use super::catalog::Catalog;
use super::flow::{Flow, Origin};
use super::scope::{Field, Others, Rows, Table};
use super::{ColumnRef, Input, Kind, Lineage, OutputColumn, Unknown};
use crate::adapters::Syntax;

/// What is known while a query is read.
pub(super) struct Analysis<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) syntax: Syntax,
    /// Every column that was met; its place is its [`Origin`].
    columns: RefCell<IndexSet<ColumnRef>>,
    reads: RefCell<BTreeSet<Origin>>,
    /// Relations that were met.
    tables: RefCell<HashMap<Arc<str>, Rc<Table>>>,
    relations: RefCell<IndexSet<Arc<str>>>,
}

/// The name of a row's number in lineage, whichever name the query uses.
const ROW_NUMBER: &str = "rowid";

pub(super) fn lineage(sql: &str, catalog: &Catalog, syntax: Syntax) -> Result<Lineage, Unknown> {
    let statements = (syntax.statements)(sql).ok_or(Unknown::Unreadable)?;
    let [Statement::Query(query)] = statements.as_slice() else {
        return Err(Unknown::NoQuery);
    };
    let analysis = Analysis {
        catalog,
        syntax,
        columns: RefCell::default(),
        reads: RefCell::default(),
        tables: RefCell::default(),
        relations: RefCell::default(),
    };
    let rows = analysis.query(query, None, None)?;
    Ok(analysis.named(rows))
}

impl Analysis<'_> {
    /// A column of a relation.
    pub(super) fn origin(&self, relation: &Arc<str>, name: &str) -> Origin {
        let column = ColumnRef { relation: relation.clone(), name: Arc::from(name) };
        self.columns.borrow_mut().insert_full(column).0 as Origin
    }

    /// Takes down that these columns are read.
    pub(super) fn read(&self, flow: &Flow) {
        self.reads.borrow_mut().extend(flow.iter().map(|(origin, _)| origin));
    }

    /// The number of a row, read.
    pub(super) fn row_number(&self, relation: &Arc<str>) -> Flow {
        self.any(relation, ROW_NUMBER)
    }

    /// A column of a relation of which nothing is known, read.
    pub(super) fn any(&self, relation: &Arc<str>, name: &str) -> Flow {
        let flow = Flow::of(self.origin(relation, name));
        self.read(&flow);
        flow
    }

    /// A relation of the database.
    pub(super) fn relation(&self, schema: Option<&str>, name: &str) -> Rc<Table> {
        let known = self.catalog.find(schema, name);
        let id = known.map_or_else(|| Arc::from(written(schema, name)), |known| known.id.clone());
        self.relations.borrow_mut().insert(id.clone());
        if let Some(table) = self.tables.borrow().get(&id) {
            return table.clone();
        }
        let table = match known {
            None => Table { fields: Vec::new(), others: Others::Any(id.clone()) },
            Some(known) if known.columns.is_empty() => {
                Table { fields: Vec::new(), others: Others::Any(id.clone()) }
            }
            Some(known) => {
                let field = |name: &Arc<str>| {
                    let flow = Rc::new(Flow::of(self.origin(&id, name)));
                    Field { name: name.clone(), flow }
                };
                let fields = known.columns.iter().map(field).collect();
                Table { fields, others: Others::RowNumber(id.clone()) }
            }
        };
        let table = Rc::new(table);
        self.tables.borrow_mut().insert(id, table.clone());
        table
    }

    fn named(self, rows: Rows) -> Lineage {
        let columns = self.columns.into_inner();
        let column = |origin: Origin| columns[origin as usize].clone();
        let output = |field: Field| OutputColumn {
            name: field.name,
            inputs: (field.flow.iter())
                .map(|(origin, kind)| Input { column: column(origin), kind })
                .collect(),
        };
        Lineage {
            filters: rows.filters.used_as(Kind::Filter).iter().map(|(o, _)| column(o)).collect(),
            columns: rows.fields.into_iter().map(output).collect(),
            reads: self.reads.into_inner().into_iter().map(column).collect(),
            relations: self.relations.into_inner().into_iter().collect(),
        }
    }
}

fn written(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{schema}.{name}"),
        None => name.to_owned(),
    }
}
