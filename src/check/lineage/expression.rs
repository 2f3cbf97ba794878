//! What flows into an expression.

use sqlparser::ast::{CaseWhen, Expr, Ident, Query};

use super::Unknown;
use super::analysis::Analysis;
use super::flow::{Flow, Kind};
use super::resolve::Path;
use super::scope::Scope;

impl<'a> Analysis<'a> {
    /// What flows into an expression. A column alone passes through; anything that is done to it transforms it.
    pub(super) fn flow(
        &self,
        expression: &'a Expr,
        scope: &Scope<'_, 'a>,
    ) -> Result<Flow, Unknown> {
        match expression {
            Expr::Identifier(name) => self.identifier(std::slice::from_ref(name), scope),
            Expr::CompoundIdentifier(parts) => self.identifier(parts, scope),
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.flow(inner, scope),
            Expr::Subquery(query) => self.value_of(query, Kind::PassThrough, scope),
            // What it selects does not matter, only whether there is a row.
            Expr::Exists { subquery, .. } => self.value_of(subquery, Kind::Filter, scope),
            Expr::InSubquery { expr, subquery, .. } => {
                let mut flow = self.value_of(subquery, Kind::Transformed, scope)?;
                flow.add(&self.flow(expr, scope)?, Kind::Transformed);
                Ok(flow)
            }
            Expr::Function(function) => self.function(function, scope),
            Expr::BinaryOp { .. } => self.operators(expression, scope),
            other => self.made_of(&operands(other)?, scope),
        }
    }

    /// Everything that an expression is made of, transformed.
    pub(super) fn made_of(
        &self,
        operands: &[&'a Expr],
        scope: &Scope<'_, 'a>,
    ) -> Result<Flow, Unknown> {
        let mut flow = Flow::default();
        for operand in operands {
            flow.add(&self.flow(operand, scope)?, Kind::Transformed);
        }
        Ok(flow)
    }

    fn identifier(&self, parts: &'a [Ident], scope: &Scope<'_, 'a>) -> Result<Flow, Unknown> {
        let names: Vec<&str> = parts.iter().map(|part| part.value.as_str()).collect();
        let path = match names.as_slice() {
            [column] => Path { schema: None, table: None, column },
            [table, column] => Path { schema: None, table: Some(table), column },
            [.., schema, table, column] => {
                Path { schema: Some(schema), table: Some(table), column }
            }
            [] => return Err(Unknown::Column(String::new())),
        };
        self.column(path, scope)
    }

    /// A subquery as a value: its columns used as `kind`, and what decides about its rows.
    fn value_of(
        &self,
        query: &'a Query,
        kind: Kind,
        scope: &Scope<'_, 'a>,
    ) -> Result<Flow, Unknown> {
        let rows = self.query(query, scope.frame, Some(scope))?;
        let mut flow = rows.filters.used_as(Kind::Filter);
        for field in &rows.fields {
            flow.add(&field.flow, kind);
        }
        Ok(flow)
    }

    /// Operators, without recursion along the left side: `a || b || c …` can be long.
    fn operators(&self, expression: &'a Expr, scope: &Scope<'_, 'a>) -> Result<Flow, Unknown> {
        let mut operands = Vec::new();
        let mut left = expression;
        while let Expr::BinaryOp { left: next, right, .. } = left {
            operands.push(&**right);
            left = next;
        }
        operands.push(left);
        self.made_of(&operands, scope)
    }
}

fn some(optional: &Option<Box<Expr>>) -> Vec<&Expr> {
    optional.as_deref().into_iter().collect()
}

/// The expressions that an expression is made of.
pub(super) fn operands(expression: &Expr) -> Result<Vec<&Expr>, Unknown> {
    Ok(match expression {
        Expr::Value(_) | Expr::TypedString(_) => Vec::new(),
        Expr::IsFalse(one)
        | Expr::IsNotFalse(one)
        | Expr::IsTrue(one)
        | Expr::IsNotTrue(one)
        | Expr::IsNull(one)
        | Expr::IsNotNull(one)
        | Expr::IsUnknown(one)
        | Expr::IsNotUnknown(one)
        | Expr::UnaryOp { expr: one, .. }
        | Expr::Cast { expr: one, .. }
        | Expr::Extract { expr: one, .. }
        | Expr::Ceil { expr: one, .. }
        | Expr::Floor { expr: one, .. }
        | Expr::Prefixed { value: one, .. } => vec![one],
        Expr::IsDistinctFrom(one, other)
        | Expr::IsNotDistinctFrom(one, other)
        | Expr::RLike { expr: one, pattern: other, .. }
        | Expr::Position { expr: one, r#in: other } => vec![one, other],
        Expr::Like { expr, pattern, escape_char, .. }
        | Expr::ILike { expr, pattern, escape_char, .. } => {
            [vec![&**expr, &**pattern], some(escape_char)].concat()
        }
        Expr::InList { expr, list, .. } => std::iter::once(&**expr).chain(list).collect(),
        Expr::Between { expr, low, high, .. } => vec![expr, low, high],
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            [vec![&**expr], some(substring_from), some(substring_for)].concat()
        }
        Expr::Trim { expr, trim_what, trim_characters, .. } => {
            let characters = trim_characters.iter().flatten().collect();
            [vec![&**expr], some(trim_what), characters].concat()
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            let whens =
                conditions.iter().flat_map(|CaseWhen { condition, result }| [condition, result]);
            [some(operand), whens.collect(), some(else_result)].concat()
        }
        Expr::Tuple(all) => all.iter().collect(),
        Expr::Interval(interval) => vec![&interval.value],
        other => return Err(Unknown::Construct(other.to_string())),
    })
}
