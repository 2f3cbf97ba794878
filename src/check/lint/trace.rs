//! What a column is made of: followed through subqueries, common table expressions and the models of the project.

use std::sync::Arc;

use sqlparser::ast::{BinaryOperator, Expr, Query, SetExpr};

use super::block::{Block, Env, Position, Rows, Source, is_star, output};
use super::expr;
use super::facts::Facts;
use crate::names::UniqueId;

/// How far a column is followed; recursive queries end there.
const DEEPEST: usize = 24;

/// Functions whose result is null only when all their arguments are.
const FIRST_OF: &[&str] = &["coalesce", "ifnull", "nvl"];

/// Functions that never give null.
const NEVER_NULL: &[&str] = &["count", "row_number", "rank", "dense_rank", "total"];

/// How far a column is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// To the tables that the statement reads.
    Statement,
    /// Through the models that made them.
    Project,
}

/// Where a value begins.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A column of a table: whose table it is, and the column in lower case.
    Column(Option<UniqueId>, String),
    /// An expression.
    Made(Box<Expr>),
}

impl Facts<'_> {
    /// Where the value of an expression begins, one origin for each arm of unions; none when that is not known.
    pub(super) fn origins(&self, expr: &Expr, block: &Arc<Block>, reach: Reach) -> Vec<Origin> {
        self.follow(expr, block, reach, 0).unwrap_or_default()
    }

    /// The column of a table that an expression is, when it is one.
    pub(super) fn table_column(
        &self,
        expr: &Expr,
        block: &Arc<Block>,
    ) -> Option<(UniqueId, String)> {
        match self.origins(expr, block, Reach::Statement).as_slice() {
            [Origin::Column(Some(id), name)] => Some((id.clone(), name.clone())),
            _ => None,
        }
    }

    fn follow(
        &self,
        expr: &Expr,
        block: &Arc<Block>,
        reach: Reach,
        depth: usize,
    ) -> Option<Vec<Origin>> {
        if depth > DEEPEST {
            return None;
        }
        let Some((qualifier, name)) = expr::column(expr) else {
            return Some(vec![Origin::Made(Box::new(expr.clone()))]);
        };
        let source = self.source_of(qualifier, name, block)?;
        self.in_rows(&source.rows, &name.to_lowercase(), reach, depth + 1)
    }

    fn in_rows(&self, rows: &Rows, name: &str, reach: Reach, depth: usize) -> Option<Vec<Origin>> {
        match rows {
            Rows::Table(table) => self.in_table(table, name, reach, depth),
            Rows::Query(query, env, names) => {
                self.in_query(query, env, names, name, (reach, depth))
            }
            Rows::Other => None,
        }
    }

    fn in_table(&self, table: &str, name: &str, reach: Reach, depth: usize) -> Option<Vec<Origin>> {
        let id = self.table(table);
        let made = id.filter(|id| reach == Reach::Project && !self.is_never_null(id, name));
        let made = made.and_then(|id| {
            let query = self.query(id)?;
            let env = Env::of(query, None);
            self.in_query(query, &env, &[], name, (reach, depth + 1))
        });
        Some(made.unwrap_or_else(|| vec![Origin::Column(id.cloned(), name.to_owned())]))
    }

    fn in_query(
        &self,
        query: &Query,
        env: &Arc<Env>,
        names: &[String],
        name: &str,
        (reach, depth): (Reach, usize),
    ) -> Option<Vec<Origin>> {
        let mut origins = Vec::new();
        for (arm, cell) in cells(query, env, names, name).filter(|_| depth <= DEEPEST)? {
            origins.extend(match cell {
                Some(expr) => self.follow(&expr, &arm, reach, depth + 1)?,
                None => self.in_star(&arm, name, (reach, depth + 1))?,
            });
        }
        Some(origins)
    }

    /// A column that a star of a select brings along.
    fn in_star(
        &self,
        arm: &Arc<Block>,
        name: &str,
        (reach, depth): (Reach, usize),
    ) -> Option<Vec<Origin>> {
        let source = self.source_of(None, name, arm)?;
        self.in_rows(&source.rows, name, reach, depth)
    }

    /// What has the column of a name, as far as that is certain.
    pub(super) fn source_of<'b>(
        &self,
        qualifier: Option<&str>,
        name: &str,
        block: &'b Block,
    ) -> Option<&'b Source> {
        if let Some(qualifier) = qualifier {
            return block.source(qualifier);
        }
        if let [only] = block.sources.as_slice() {
            return Some(only);
        }
        let mut having = block.sources.iter().filter(|source| self.has_column(source, name));
        let first = having.next()?;
        having.next().is_none().then_some(first)
    }

    fn has_column(&self, source: &Source, name: &str) -> bool {
        let name = name.to_lowercase();
        match &source.rows {
            Rows::Table(table) => {
                self.table(table).is_some_and(|id| self.types(id).contains_key(&name))
            }
            Rows::Query(query, env, names) if names.is_empty() => {
                let arms = Block::arms(query, env, Position::Table);
                arms.first().is_some_and(|arm| {
                    place_of(arm, &name).is_some()
                        || arm.has_star()
                            && arm.sources.iter().any(|one| self.has_column(one, &name))
                })
            }
            Rows::Query(_, _, names) => names.contains(&name),
            Rows::Other => false,
        }
    }

    /// Whether an expression is certainly never null.
    pub(super) fn never_null(&self, expr: &Expr, block: &Arc<Block>) -> bool {
        self.never_null_at(expr, block, 0)
    }

    fn never_null_at(&self, expr: &Expr, block: &Arc<Block>, depth: usize) -> bool {
        let is = |expr: &Expr| depth < DEEPEST && self.never_null_at(expr, block, depth + 1);
        match expr::bare(expr) {
            Expr::Value(_) => !expr::is_null(expr),
            Expr::Cast { expr, .. } => is(expr),
            Expr::BinaryOp { left, op, right } => keeps_values(op) && is(left) && is(right),
            Expr::Case { conditions, else_result: Some(other), .. } => {
                conditions.iter().all(|when| is(&when.result)) && is(other)
            }
            Expr::Function(function) => {
                let (_, name) = expr::called(expr).expect("invariant: it is a function");
                NEVER_NULL.contains(&name.as_str())
                    || FIRST_OF.contains(&name.as_str())
                        && expr::arguments(function).into_iter().any(is)
            }
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                is_filtered(expr, block) || self.column_is_never_null(expr, block, depth)
            }
            _ => false,
        }
    }

    fn column_is_never_null(&self, expr: &Expr, block: &Arc<Block>, depth: usize) -> bool {
        let Some((qualifier, name)) = expr::column(expr) else { return false };
        let Some(source) = self.source_of(qualifier, name, block) else { return false };
        !source.is_optional && depth < DEEPEST && self.row_column(&source.rows, name, depth)
    }

    /// Whether a column of rows is never null.
    fn row_column(&self, rows: &Rows, name: &str, depth: usize) -> bool {
        let name = name.to_lowercase();
        let plain = Expr::Identifier(name.as_str().into());
        let in_query = |query: &Query, env: &Arc<Env>, names: &[String]| {
            let Some(cells) = cells(query, env, names, &name) else { return false };
            cells.iter().all(|(arm, cell)| {
                self.never_null_at(cell.as_ref().unwrap_or(&plain), arm, depth + 1)
            })
        };
        match rows {
            Rows::Table(table) => self.table(table).is_some_and(|id| {
                self.is_never_null(id, &name)
                    || self.query(id).is_some_and(|query| {
                        depth < DEEPEST && in_query(query, &Env::of(query, None), &[])
                    })
            }),
            Rows::Query(query, env, names) => in_query(query, env, names),
            Rows::Other => false,
        }
    }
}

/// Whether a body is made of selects only.
fn is_of_selects(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(_) => true,
        SetExpr::SetOperation { left, right, .. } => is_of_selects(left) && is_of_selects(right),
        _ => false,
    }
}

/// The place of a column that a select names, counted when no star is before it.
fn place_of(block: &Block, name: &str) -> Option<usize> {
    let named = |item: &sqlparser::ast::SelectItem| {
        output(item).and_then(|(found, _)| found).is_some_and(|f| f.eq_ignore_ascii_case(name))
    };
    block.select.projection.iter().position(named)
}

/// What a query gives as one of its columns, for each of its arms: an expression, or a column of the same name that a star
/// brings along. None when that is not certain.
fn cells(
    query: &Query,
    env: &Arc<Env>,
    names: &[String],
    name: &str,
) -> Option<Vec<(Arc<Block>, Option<Expr>)>> {
    if !is_of_selects(&query.body) {
        return None;
    }
    let arms = Block::arms(query, env, Position::Table);
    let first = arms.first()?;
    let place = match names.is_empty() {
        true => place_of(first, name),
        false => Some(names.iter().position(|known| known == name)?),
    };
    let cell = |arm: &Arc<Block>| {
        let Some(place) = place else {
            return (arm.has_star() && names.is_empty()).then_some(None);
        };
        let items = arm.select.projection.get(..=place)?;
        let is_certain = Arc::ptr_eq(arm, first) && names.is_empty() || !items.iter().any(is_star);
        let (_, expr) = output(items.last()?).filter(|_| is_certain)?;
        Some(Some(expr.clone()))
    };
    arms.iter().map(|arm| Some((arm.clone(), cell(arm)?))).collect()
}

/// Whether an operation on values that are not null gives no null.
fn keeps_values(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Minus, Multiply, Plus, StringConcat};
    matches!(op, Plus | Minus | Multiply | StringConcat) || expr::is_comparison(op)
}

/// Whether a condition of the select lets no null of a column through.
fn is_filtered(column: &Expr, block: &Block) -> bool {
    let is_it = |expr: &Expr| match (expr::column(expr), expr::column(column)) {
        (Some((one, a)), Some((other, b))) => {
            let agree = one.zip(other).is_none_or(|(x, y)| x.eq_ignore_ascii_case(y));
            agree && a.eq_ignore_ascii_case(b)
        }
        _ => false,
    };
    let rejects = |condition: &Expr| match condition {
        Expr::IsNotNull(expr) => is_it(expr),
        // Two values that differ may well be what a rule asks about.
        Expr::BinaryOp { left, op: BinaryOperator::NotEq, right } => {
            is_it(left) && expr::is_constant(right)
        }
        Expr::BinaryOp { left, op, right } => {
            expr::is_comparison(op) && (is_it(left) || is_it(right))
        }
        Expr::InList { expr, negated: false, .. }
        | Expr::InSubquery { expr, negated: false, .. }
        | Expr::Between { expr, .. }
        | Expr::Like { expr, .. } => is_it(expr),
        _ => false,
    };
    // The condition of an outer join keeps rows for which it is not true.
    let has_outer = block.sources.iter().any(|source| source.is_optional);
    let joins = block.joins().filter(|_| !has_outer);
    block.select.selection.iter().chain(joins).flat_map(expr::conjuncts).any(rejects)
}
