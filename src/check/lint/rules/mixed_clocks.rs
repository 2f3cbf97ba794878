//! A watermark that is the maximum of another column than the one that is filtered: two clocks are compared.

use std::collections::{HashMap, HashSet};

use sqlparser::ast::{BinaryOperator, Expr, SetExpr};

use crate::check::lint::block::Block;
use crate::check::lint::sql::Sql;
use crate::check::lint::{Finding, Subject, expr};
use crate::compile::Variant;

pub(super) fn look(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (sql, block) in subject.blocks().filter(|(sql, _)| sql.variant == Variant::Incremental) {
        for condition in block.filters().flat_map(expr::conjuncts) {
            findings.extend(of_condition(subject, sql, condition));
        }
    }
    findings
}

fn of_condition(subject: &Subject<'_>, sql: &Sql, condition: &Expr) -> Option<Finding> {
    let (filtered, mark) = watermark(subject, condition)?;
    let names = expr::column_names(filtered);
    let [name] = names.as_slice() else { return None };
    let made_of = made_of(sql, &mark);
    if made_of.contains(name) {
        return None;
    }
    let message = format!(
        "`{name}` is compared with the newest `{mark}`, which is another clock: rows that come late are never read"
    );
    let finding = Finding::in_sql(sql, sql.range(condition), message);
    Some(finding.hint("compare a column with its own maximum in the table, and look back a little"))
}

/// The filtered side and the column whose maximum in the model's own table it is compared with.
pub(super) fn watermark<'e>(
    subject: &Subject<'_>,
    condition: &'e Expr,
) -> Option<(&'e Expr, String)> {
    let (left, op, right) = match expr::bare(condition) {
        Expr::BinaryOp { left, op, right } => (left, op, right),
        _ => return None,
    };
    match op {
        BinaryOperator::Gt | BinaryOperator::GtEq => Some((&**left, newest(subject, right)?)),
        BinaryOperator::Lt | BinaryOperator::LtEq => Some((&**right, newest(subject, left)?)),
        _ => None,
    }
}

/// The column whose maximum a subquery takes from the model's own table.
fn newest(subject: &Subject<'_>, mark: &Expr) -> Option<String> {
    let mut found = None;
    expr::each(mark, &mut |part| {
        if let Expr::Subquery(query) = part
            && let SetExpr::Select(select) = &*query.body
            && reads_itself(subject, select)
        {
            found = select.projection.iter().find_map(|item| maximum(output(item)?));
        }
    });
    found
}

fn output(item: &sqlparser::ast::SelectItem) -> Option<&Expr> {
    crate::check::lint::block::output(item).map(|(_, expr)| expr)
}

fn maximum(expr: &Expr) -> Option<String> {
    let mut found = None;
    expr::each(expr, &mut |part| {
        if let Some((function, name)) = expr::called(part)
            && name == "max"
            && found.is_none()
        {
            let names = expr::arguments(function).into_iter().flat_map(expr::column_names);
            found = names.collect::<Vec<_>>().into_iter().next();
        }
    });
    found
}

fn reads_itself(subject: &Subject<'_>, select: &sqlparser::ast::Select) -> bool {
    let is_itself = |factor: &sqlparser::ast::TableFactor| match factor {
        sqlparser::ast::TableFactor::Table { name, .. } => {
            let table = crate::check::expr::last_name(name);
            subject.facts.table(&table) == Some(&subject.node.unique_id)
        }
        _ => false,
    };
    select.from.iter().any(|table| is_itself(&table.relation))
}

/// The names of all that a column of the statement is made of, itself included.
fn made_of(sql: &Sql, column: &str) -> HashSet<String> {
    let mut parts: HashMap<String, HashSet<String>> = HashMap::new();
    for (name, expr) in sql.blocks.iter().flat_map(|block| Block::outputs(block)) {
        let Some(name) = name else { continue };
        parts.entry(name.to_lowercase()).or_default().extend(expr::column_names(expr));
    }
    let mut known = HashSet::from([column.to_owned()]);
    let mut open = vec![column.to_owned()];
    while let Some(name) = open.pop() {
        for part in parts.get(&name).into_iter().flatten() {
            if known.insert(part.clone()) {
                open.push(part.clone());
            }
        }
    }
    known
}
