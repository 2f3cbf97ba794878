//! What flows into a call: arguments into the value; filters, orders and windows only decide about it.

use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArguments,
    OrderByExpr, WindowSpec, WindowType,
};

use super::Unknown;
use super::analysis::Analysis;
use super::flow::{Flow, Kind};
use super::scope::Scope;

/// A window may name a window that names a window; the engine allows no circles.
const LONGEST_CHAIN: usize = 64;

impl<'a> Analysis<'a> {
    pub(super) fn function(
        &self,
        function: &'a Function,
        scope: &Scope<'_, 'a>,
    ) -> Result<Flow, Unknown> {
        let mut flow = Flow::default();
        let mut deciding: Vec<&'a Expr> = function.filter.iter().map(|filter| &**filter).collect();
        deciding.extend(keys(&function.within_group));
        match &function.args {
            FunctionArguments::None => {}
            FunctionArguments::Subquery(query) => {
                let rows = self.query(query, scope.frame, Some(scope))?;
                flow.add(&rows.filters, Kind::Filter);
                rows.fields.iter().for_each(|field| flow.add(&field.flow, Kind::Transformed));
            }
            FunctionArguments::List(list) => {
                for argument in &list.args {
                    flow.add(&self.argument(argument, scope)?, Kind::Transformed);
                }
                for clause in &list.clauses {
                    deciding.extend(deciding_in(clause)?);
                }
            }
        }
        if let Some(window) = &function.over {
            deciding.extend(window_keys(window, scope));
        }
        for expression in deciding {
            flow.add(&self.flow(expression, scope)?, Kind::Filter);
        }
        Ok(flow)
    }

    /// One argument; `*` is no value.
    pub(super) fn argument(
        &self,
        argument: &'a FunctionArg,
        scope: &Scope<'_, 'a>,
    ) -> Result<Flow, Unknown> {
        let (FunctionArg::Unnamed(value)
        | FunctionArg::Named { arg: value, .. }
        | FunctionArg::ExprNamed { arg: value, .. }) = argument;
        match value {
            FunctionArgExpr::Expr(expression) => self.flow(expression, scope),
            FunctionArgExpr::Wildcard => Ok(Flow::default()),
            other => Err(Unknown::Construct(other.to_string())),
        }
    }
}

fn keys(order: &[OrderByExpr]) -> impl Iterator<Item = &Expr> {
    order.iter().map(|term| &term.expr)
}

fn deciding_in(clause: &FunctionArgumentClause) -> Result<Vec<&Expr>, Unknown> {
    match clause {
        FunctionArgumentClause::Where(one) | FunctionArgumentClause::Limit(one) => Ok(vec![one]),
        FunctionArgumentClause::OrderBy(order) => Ok(keys(order).collect()),
        FunctionArgumentClause::IgnoreOrRespectNulls(_) | FunctionArgumentClause::Separator(_) => {
            Ok(Vec::new())
        }
        other => Err(Unknown::Construct(other.to_string())),
    }
}

/// What a window is divided and ordered by, through the windows that it is made from.
fn window_keys<'a>(window: &'a WindowType, scope: &Scope<'_, 'a>) -> Vec<&'a Expr> {
    let named = |name: &str| scope.windows.get(&name.to_ascii_lowercase()).copied();
    let mut next: Option<&'a WindowSpec> = match window {
        WindowType::WindowSpec(spec) => Some(spec),
        WindowType::NamedWindow(name) => named(&name.value),
    };
    let mut found = Vec::new();
    for _ in 0..LONGEST_CHAIN {
        let Some(spec) = next else { break };
        found.extend(spec.partition_by.iter().chain(keys(&spec.order_by)));
        next = spec.window_name.as_ref().and_then(|name| named(&name.value));
    }
    found
}
