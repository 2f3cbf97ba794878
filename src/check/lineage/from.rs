//! The `from` of a `select`: tables, subqueries, functions that give rows, and how they are joined.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast::{
    Expr, FunctionArg, JoinConstraint, JoinOperator, TableAlias, TableFactor, TableWithJoins,
};

use super::Unknown;
use super::analysis::Analysis;
use super::flow::{Flow, Kind};
use super::query::renamed;
use super::scope::{Field, Frame, Others, Rows, Scope, Source, Table};
use super::select::parts;

/// A `from` as far as it was read. Conditions and arguments wait: they may name tables to their right.
#[derive(Default)]
struct From<'a> {
    sources: Vec<Source>,
    merged: HashMap<String, Flow>,
    conditions: Vec<&'a Expr>,
    calls: Vec<(usize, &'a [FunctionArg])>,
    filters: Flow,
}

/// The queries around a `from`.
#[derive(Clone, Copy)]
struct Around<'s, 'a> {
    frame: Option<&'s Frame<'s, 'a>>,
    outer: Option<&'s Scope<'s, 'a>>,
}

/// Whether rows of the right side can be without rows of the left side.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Right {
    Alone,
    Matched,
}

impl<'a> Analysis<'a> {
    /// What the `select` of these tables can name, and what decides which rows they give.
    pub(super) fn from<'s>(
        &self,
        tables: &'a [TableWithJoins],
        frame: Option<&'s Frame<'s, 'a>>,
        outer: Option<&'s Scope<'s, 'a>>,
    ) -> Result<(Scope<'s, 'a>, Flow), Unknown> {
        let mut from = From::default();
        let around = Around { frame, outer };
        for table in tables {
            self.joined(table, 0, &mut from, around)?;
        }
        let From { sources, merged, conditions, calls, mut filters } = from;
        let mut scope = Scope::empty(frame, outer);
        (scope.sources, scope.merged) = (sources, merged);
        for (place, arguments) in calls {
            let mut flow = Flow::default();
            for argument in arguments {
                flow.add(&self.argument(argument, &scope)?, Kind::Transformed);
            }
            filters.add(&flow, Kind::Filter);
            let _ = scope.sources[place].arguments.set(flow);
        }
        for condition in conditions {
            filters.add(&self.flow(condition, &scope)?, Kind::Filter);
        }
        Ok((scope, filters))
    }

    /// Tables joined to those from `start` on.
    fn joined(
        &self,
        table: &'a TableWithJoins,
        start: usize,
        from: &mut From<'a>,
        around: Around<'_, 'a>,
    ) -> Result<(), Unknown> {
        self.factor(&table.relation, from, around)?;
        for join in &table.joins {
            let (constraint, right) = constraint(&join.join_operator)?;
            let middle = from.sources.len();
            self.factor(&join.relation, from, around)?;
            let sides = [start..middle, middle..from.sources.len()];
            match constraint {
                JoinConstraint::None => {}
                JoinConstraint::On(condition) => from.conditions.push(condition),
                JoinConstraint::Using(columns) => {
                    for column in columns {
                        self.merge(parts(column)?.1, &sides, right, from);
                    }
                }
                JoinConstraint::Natural => {
                    for column in common(from, &sides) {
                        self.merge(&column, &sides, right, from);
                    }
                }
            }
        }
        Ok(())
    }

    fn factor(
        &self,
        factor: &'a TableFactor,
        from: &mut From<'a>,
        around: Around<'_, 'a>,
    ) -> Result<(), Unknown> {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                let (schema, name) = parts(name)?;
                let source = self.table(schema, name, &mut from.filters, around)?;
                from.sources.push(source.called(alias.as_ref()));
            }
            TableFactor::Table { name, alias, args: Some(call), .. } => {
                from.calls.push((from.sources.len(), &call.args));
                let name = parts(name)?.1;
                from.sources.push(self.function_rows(name).called(alias.as_ref()));
            }
            TableFactor::Derived { subquery, alias, .. } => {
                let rows = self.query(subquery, around.frame, around.outer)?;
                let source = Source::of_rows(None, &rows, &mut from.filters);
                from.sources.push(source.called(alias.as_ref()));
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let start = from.sources.len();
                self.joined(table_with_joins, start, from, around)?;
                if let Some(alias) = alias {
                    // The names of the tables inside stay, and all of their columns are read.
                    for source in &mut from.sources[start..] {
                        source.groups.push(alias.name.value.clone());
                        self.read_all(source);
                    }
                }
            }
            other => return Err(Unknown::Construct(other.to_string())),
        }
        Ok(())
    }

    fn read_all(&self, source: &Source) {
        source.table.fields.iter().for_each(|field| self.read(&field.flow));
        if let Others::RowNumber(relation) = &source.table.others {
            self.read(&self.row_number(relation));
        }
    }

    fn table(
        &self,
        schema: Option<&str>,
        name: &str,
        filters: &mut Flow,
        around: Around<'_, 'a>,
    ) -> Result<Source, Unknown> {
        if schema.is_none()
            && let Some(rows) = self.cte(name, around.frame)?
        {
            return Ok(Source::of_rows(Some(name), &rows, filters));
        }
        let mut source = Source::plain(Some(name), self.relation(schema, name));
        source.schema = schema.map(str::to_owned);
        Ok(source)
    }

    /// The rows that a function gives: each column is made of all arguments.
    fn function_rows(&self, name: &str) -> Source {
        let columns = self.syntax.table_function(name).unwrap_or_default();
        let field = |name: &&str| Field { name: Arc::from(*name), flow: Rc::default() };
        let fields = columns.iter().map(field).collect();
        Source::plain(Some(name), Rc::new(Table { fields, others: Others::Hidden }))
    }

    /// Makes columns of both sides one column.
    fn merge(&self, column: &str, sides: &[Range<usize>; 2], right: Right, from: &mut From<'a>) {
        let find = |side: &Range<usize>| {
            let sources = &from.sources[side.clone()];
            sources.iter().find_map(|source| self.column_of(source, column))
        };
        let key = column.to_ascii_lowercase();
        let known = from.merged.get(&key).cloned();
        let of_left = known.or_else(|| find(&sides[0])).unwrap_or_default();
        let of_right = find(&sides[1]).unwrap_or_default();
        from.filters.add(&of_left, Kind::Filter);
        from.filters.add(&of_right, Kind::Filter);
        let mut flow = of_left;
        if right == Right::Alone {
            flow.add(&of_right, Kind::PassThrough);
        }
        for source in &mut from.sources[sides[1].clone()] {
            source.merged.push(key.clone());
        }
        from.merged.insert(key, flow);
    }
}

/// The names of columns that both sides have.
fn common(from: &From<'_>, [left, right]: &[Range<usize>; 2]) -> Vec<String> {
    let left = &from.sources[left.clone()];
    let names = from.sources[right.clone()].iter().flat_map(|source| &source.table.fields);
    names
        .map(|field| field.name.to_string())
        .filter(|name| left.iter().any(|source| source.field(name).is_some()))
        .collect()
}

fn constraint(join: &JoinOperator) -> Result<(&JoinConstraint, Right), Unknown> {
    use JoinOperator::{
        CrossJoin, FullOuter, Inner, Join, Left, LeftOuter, Right as RightJoin, RightOuter,
    };
    match join {
        Join(on) | Inner(on) | CrossJoin(on) | Left(on) | LeftOuter(on) => Ok((on, Right::Matched)),
        RightJoin(on) | RightOuter(on) | FullOuter(on) => Ok((on, Right::Alone)),
        other => Err(Unknown::Construct(format!("{other:?}"))),
    }
}

impl Source {
    pub(super) fn plain(name: Option<&str>, table: Rc<Table>) -> Self {
        let name = name.map(str::to_owned);
        Source {
            schema: None,
            name,
            groups: Vec::new(),
            table,
            arguments: OnceCell::new(),
            merged: Vec::new(),
        }
    }

    /// A query as a table; what decides about its rows decides about those of the query around.
    fn of_rows(name: Option<&str>, rows: &Rows, filters: &mut Flow) -> Self {
        filters.add(&rows.filters, Kind::Filter);
        let fields = renamed(rows.clone(), &[]).fields;
        Source::plain(name, Rc::new(Table { fields, others: Others::Nothing }))
    }

    fn called(mut self, alias: Option<&TableAlias>) -> Self {
        let Some(alias) = alias else { return self };
        self.schema = None;
        self.name = Some(alias.name.value.clone());
        self
    }

    /// What flows into one of its fields.
    pub(super) fn flow_of(&self, field: &Field) -> Rc<Flow> {
        match self.arguments.get() {
            Some(arguments) => Rc::new(arguments.clone()),
            None => field.flow.clone(),
        }
    }
}

impl<'s, 'a> Scope<'s, 'a> {
    /// A scope of no tables.
    pub(super) fn empty(
        frame: Option<&'s Frame<'s, 'a>>,
        parent: Option<&'s Scope<'s, 'a>>,
    ) -> Self {
        Scope {
            sources: Vec::new(),
            merged: HashMap::new(),
            aliases: RefCell::default(),
            windows: HashMap::new(),
            frame,
            parent,
        }
    }
}
