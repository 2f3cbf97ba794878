//! Questions about expressions of SQL that lineage and the rules of lint ask.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, ObjectName,
    Query, Value, Visit, Visitor,
};

/// Functions that make one value of many rows. `min` and `max` of more than one argument are none.
const AGGREGATES: &[&str] = &[
    "avg",
    "count",
    "group_concat",
    "json_group_array",
    "json_group_object",
    "max",
    "median",
    "min",
    "percentile",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "sum",
    "total",
    "var_pop",
    "var_samp",
    "variance",
];

/// An expression without the brackets around it.
pub(super) fn bare(mut expr: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expr {
        expr = inner;
    }
    expr
}

/// The conditions that must all hold.
pub(super) fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    operands(expr, &BinaryOperator::And)
}

/// The conditions of which one must hold.
pub(super) fn disjuncts(expr: &Expr) -> Vec<&Expr> {
    operands(expr, &BinaryOperator::Or)
}

fn operands<'e>(expr: &'e Expr, wanted: &BinaryOperator) -> Vec<&'e Expr> {
    match bare(expr) {
        Expr::BinaryOp { left, op, right } if op == wanted => {
            let mut all = operands(left, wanted);
            all.extend(operands(right, wanted));
            all
        }
        one => vec![one],
    }
}

/// The qualifier and the name of a plain column.
pub(super) fn column(expr: &Expr) -> Option<(Option<&str>, &str)> {
    match bare(expr) {
        Expr::Identifier(name) => Some((None, &name.value)),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., table, name] => Some((Some(&table.value), &name.value)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it is a column without brackets around it, so that its place in the text is all of it.
pub(super) fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
}

/// The name of a plain column.
pub(super) fn column_name(expr: &Expr) -> Option<&str> {
    column(expr).map(|(_, name)| name)
}

/// A function that is called, with its name in lower case.
pub(super) fn called(expr: &Expr) -> Option<(&Function, String)> {
    match bare(expr) {
        Expr::Function(function) => Some((function, last_name(&function.name))),
        _ => None,
    }
}

/// The last part of a name, in lower case.
pub(super) fn last_name(name: &ObjectName) -> String {
    let ident = name.0.last().and_then(|part| part.as_ident());
    ident.map(|ident| ident.value.to_lowercase()).unwrap_or_default()
}

/// The arguments of a function.
pub(super) fn arguments(function: &Function) -> Vec<&Expr> {
    let FunctionArguments::List(list) = &function.args else { return Vec::new() };
    let expressions = list.args.iter().filter_map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    });
    expressions.collect()
}

/// Whether an expression is an aggregate that is not a window.
pub(super) fn is_aggregate(expr: &Expr) -> bool {
    let Some((function, name)) = called(expr) else { return false };
    let of_one = !matches!(name.as_str(), "min" | "max") || arguments(function).len() == 1;
    function.over.is_none() && of_one && AGGREGATES.contains(&name.as_str())
}

/// Whether there is an aggregate in an expression, subqueries aside.
pub(super) fn has_aggregate(expr: &Expr) -> bool {
    any(expr, is_aggregate)
}

/// Whether a part of an expression is like that, subqueries aside.
pub(super) fn any(expr: &Expr, is_wanted: impl Fn(&Expr) -> bool) -> bool {
    let mut found = false;
    each(expr, &mut |part| found |= is_wanted(part));
    found
}

/// Calls with every part of an expression, outer ones first; not with those of subqueries.
pub(super) fn each(expr: &Expr, call: &mut impl FnMut(&Expr)) {
    struct Parts<'c, C>(&'c mut C, usize);
    impl<C: FnMut(&Expr)> Visitor for Parts<'_, C> {
        type Break = ();
        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.1 += 1;
            ControlFlow::Continue(())
        }
        fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            self.1 -= 1;
            ControlFlow::Continue(())
        }
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
            if self.1 == 0 {
                (self.0)(expr);
            }
            ControlFlow::Continue(())
        }
    }
    let _ = expr.visit(&mut Parts(call, 0));
}

/// The names of the columns in an expression, in lower case, subqueries aside.
pub(super) fn column_names(expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    each(expr, &mut |part| {
        if let Some(name) = column_name(part).filter(|_| is_column(part)) {
            names.push(name.to_lowercase());
        }
    });
    names
}

/// Whether two expressions read the same.
pub(super) fn same(one: &Expr, other: &Expr) -> bool {
    bare(one).to_string().eq_ignore_ascii_case(&bare(other).to_string())
}

/// The text of a literal in quotes.
pub(super) fn literal(expr: &Expr) -> Option<&str> {
    match bare(expr) {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it is the word `null`.
pub(super) fn is_null(expr: &Expr) -> bool {
    matches!(bare(expr), Expr::Value(value) if value.value == Value::Null)
}

/// Whether it is a number, a text or another constant, with or without a sign.
pub(super) fn is_constant(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Value(value) => value.value != Value::Null,
        Expr::UnaryOp { expr, .. } => is_constant(expr),
        _ => false,
    }
}

/// Whether it compares two values.
pub(super) fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Gt | GtEq | Lt | LtEq)
}
