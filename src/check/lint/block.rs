//! One `select` with what its names can mean: the tables and queries that it reads, the common table expressions around.

use std::sync::Arc;

use sqlparser::ast::{
    Expr, JoinConstraint, JoinOperator, LimitClause, Query, Select, SelectItem, SetExpr,
    TableAlias, TableFactor, TableWithJoins,
};

use crate::check::expr;

/// Where a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// It is the statement.
    Outermost,
    /// It is read like a table: a common table expression, a subquery of `from`.
    Table,
    /// It is a part of an expression.
    Expression,
}

/// A `select`.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) select: Select,
    /// Where its query stands.
    pub(super) position: Position,
    /// What the common table expressions mean here.
    pub(super) env: Arc<Env>,
    /// What it reads, in order.
    pub(super) sources: Vec<Source>,
    /// Whether its query says in which order the rows come.
    pub(super) is_ordered: bool,
    /// How many rows its query gives at most.
    pub(super) limit: Option<Expr>,
}

/// The common table expressions that a query can see.
#[derive(Debug, Default)]
pub(super) struct Env {
    own: Vec<Named>,
    /// The name of the expression whose query this is the inside of: there it means a table.
    hidden: Option<String>,
    parent: Option<Arc<Env>>,
}

#[derive(Debug)]
struct Named {
    name: String,
    query: Arc<Query>,
    columns: Vec<String>,
}

/// What stands in a `from`.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The name of it in this query, in lower case.
    pub(super) name: String,
    /// Its rows.
    pub(super) rows: Rows,
    /// An outer join may put nulls in the place of a row.
    pub(super) is_optional: bool,
}

/// Where rows come from.
#[derive(Clone, Debug)]
pub(super) enum Rows {
    /// A table, its bare name in lower case.
    Table(String),
    /// A query, what its names mean, and the names that its columns are given.
    Query(Arc<Query>, Arc<Env>, Vec<String>),
    /// Something else: a function.
    Other,
}

impl Block {
    /// The selects that a query is made of, subqueries aside.
    pub(super) fn arms(query: &Query, env: &Arc<Env>, position: Position) -> Vec<Arc<Block>> {
        let mut arms = Vec::new();
        collect(&query.body, &mut |select| arms.push(Block::of(select, env, position)));
        if let [only] = arms.as_mut_slice() {
            only.is_ordered = query.order_by.is_some();
            only.limit = limit(query);
        }
        arms.into_iter().map(Arc::new).collect()
    }

    /// A select that stands alone.
    pub(super) fn of_select(select: &Select) -> Arc<Self> {
        Arc::new(Block::of(select, &Arc::default(), Position::Outermost))
    }

    fn of(select: &Select, env: &Arc<Env>, position: Position) -> Self {
        Block {
            select: select.clone(),
            position,
            env: env.clone(),
            sources: sources(&select.from, env),
            is_ordered: false,
            limit: None,
        }
    }

    /// The conditions of its joins.
    pub(super) fn joins(&self) -> impl Iterator<Item = &Expr> {
        let joins = self.select.from.iter().flat_map(|table| &table.joins);
        joins.filter_map(|join| on(&join.join_operator))
    }

    /// The conditions on its rows: `where`, and those of its joins.
    pub(super) fn filters(&self) -> impl Iterator<Item = &Expr> {
        self.joins().chain(&self.select.selection)
    }

    /// What a name in front of a column means.
    pub(super) fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name.eq_ignore_ascii_case(name))
    }

    /// Its columns with the names that they get, where they get one.
    pub(super) fn outputs(&self) -> impl Iterator<Item = (Option<&str>, &Expr)> {
        self.select.projection.iter().filter_map(output)
    }

    /// Whether it takes all columns of something.
    pub(super) fn has_star(&self) -> bool {
        self.select.projection.iter().any(is_star)
    }
}

impl Env {
    /// What a query can see: its own common table expressions and those around it.
    pub(super) fn of(query: &Query, around: Option<&Arc<Env>>) -> Arc<Env> {
        let parent = around.cloned();
        let Some(with) = &query.with else {
            return parent.unwrap_or_default();
        };
        let own = with.cte_tables.iter().map(|cte| Named {
            name: cte.alias.name.value.to_lowercase(),
            query: Arc::new((*cte.query).clone()),
            columns: column_names(&cte.alias),
        });
        Arc::new(Env { own: own.collect(), hidden: None, parent })
    }

    /// What can be seen inside of a query that may be one of the common table expressions.
    pub(super) fn inside(self: &Arc<Self>, query: &Query) -> Arc<Env> {
        match self.own.iter().find(|named| *named.query == *query) {
            Some(named) => self.without(&named.name),
            None => self.clone(),
        }
    }

    fn without(self: &Arc<Self>, name: &str) -> Arc<Env> {
        let hidden = Some(name.to_owned());
        Arc::new(Env { own: Vec::new(), hidden, parent: Some(self.clone()) })
    }

    /// The rows of the common table expression of a name.
    fn rows(self: &Arc<Self>, name: &str) -> Option<Rows> {
        match self.own.iter().find(|named| named.name == name) {
            Some(named) => {
                let env = Env::of(&named.query, Some(&self.without(name)));
                Some(Rows::Query(named.query.clone(), env, named.columns.clone()))
            }
            None if self.hidden.as_deref() == Some(name) => None,
            None => self.parent.as_ref()?.rows(name),
        }
    }
}

/// The name and expression of a column that is no star.
pub(super) fn output(item: &SelectItem) -> Option<(Option<&str>, &Expr)> {
    match item {
        SelectItem::ExprWithAlias { expr, alias } => Some((Some(&alias.value), expr)),
        SelectItem::UnnamedExpr(expr) => {
            Some((super::expr::column(expr).map(|(_, name)| name), expr))
        }
        _ => None,
    }
}

/// Whether an item of a select stands for all columns of something.
pub(super) fn is_star(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
}

/// The selects of a body; of a query in brackets, none: it is a query of its own.
fn collect(body: &SetExpr, push: &mut impl FnMut(&Select)) {
    match body {
        SetExpr::Select(select) => push(select),
        SetExpr::SetOperation { left, right, .. } => {
            collect(left, push);
            collect(right, push);
        }
        _ => {}
    }
}

fn limit(query: &Query) -> Option<Expr> {
    match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, .. }) => limit.clone(),
        Some(LimitClause::OffsetCommaLimit { limit, .. }) => Some(limit.clone()),
        None => None,
    }
}

fn sources(from: &[TableWithJoins], env: &Arc<Env>) -> Vec<Source> {
    let mut sources = Vec::new();
    for table in from {
        let first = sources.len();
        sources.extend(of_factor(&table.relation, env));
        for join in &table.joins {
            let (before, after) = padded(&join.join_operator);
            let known = sources.len();
            sources.extend(of_factor(&join.relation, env));
            sources[first..known].iter_mut().for_each(|source| source.is_optional |= before);
            sources[known..].iter_mut().for_each(|source| source.is_optional |= after);
        }
    }
    sources
}

/// Whether a join pads what is before it with nulls, and what it joins.
fn padded(operator: &JoinOperator) -> (bool, bool) {
    match operator {
        JoinOperator::Left(_) | JoinOperator::LeftOuter(_) => (false, true),
        JoinOperator::Right(_) | JoinOperator::RightOuter(_) => (true, false),
        JoinOperator::FullOuter(_) => (true, true),
        _ => (false, false),
    }
}

fn on(operator: &JoinOperator) -> Option<&Expr> {
    let constraint = match operator {
        JoinOperator::Join(one)
        | JoinOperator::Inner(one)
        | JoinOperator::Left(one)
        | JoinOperator::LeftOuter(one)
        | JoinOperator::Right(one)
        | JoinOperator::RightOuter(one)
        | JoinOperator::FullOuter(one)
        | JoinOperator::CrossJoin(one) => one,
        _ => return None,
    };
    match constraint {
        JoinConstraint::On(expr) => Some(expr),
        _ => None,
    }
}

fn of_factor(factor: &TableFactor, env: &Arc<Env>) -> Vec<Source> {
    let one = |name: String, rows: Rows| vec![Source { name, rows, is_optional: false }];
    match factor {
        TableFactor::Table { name, alias, args: None, .. } => {
            let bare = expr::last_name(name);
            let is_plain = name.0.len() == 1;
            let rows = if is_plain { env.rows(&bare) } else { None };
            let rows = rows.unwrap_or(Rows::Table(bare.clone()));
            one(alias.as_ref().map_or(bare, alias_name), rows)
        }
        TableFactor::Derived { subquery, alias, .. } => {
            let columns = alias.as_ref().map(column_names).unwrap_or_default();
            let query = Arc::new((**subquery).clone());
            let inner = Env::of(&query, Some(env));
            let name = alias.as_ref().map(alias_name).unwrap_or_default();
            one(name, Rows::Query(query, inner, columns))
        }
        TableFactor::NestedJoin { table_with_joins, .. } => {
            sources(std::slice::from_ref(table_with_joins), env)
        }
        TableFactor::Table { alias, .. }
        | TableFactor::TableFunction { alias, .. }
        | TableFactor::Function { alias, .. } => {
            one(alias.as_ref().map(alias_name).unwrap_or_default(), Rows::Other)
        }
        _ => one(String::new(), Rows::Other),
    }
}

fn alias_name(alias: &TableAlias) -> String {
    alias.name.value.to_lowercase()
}

fn column_names(alias: &TableAlias) -> Vec<String> {
    alias.columns.iter().map(|column| column.name.value.to_lowercase()).collect()
}
