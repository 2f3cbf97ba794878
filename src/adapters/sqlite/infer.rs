//! Types of a query's columns that the engine does not tell: literals, and functions that always give one type.
//!
//! Advice from reading the SQL: what is not certain stays unknown, and so does all of a query that the parser does
//! not know. Common table expressions and subqueries are followed; tables are the engine's to know.

use std::collections::HashMap;

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Query, Select,
    SelectItem, SetExpr, Statement, TableFactor, UnaryOperator, Value,
};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

/// Output columns: name in lower case, and type when it is certain.
type Columns = Vec<(String, Kind)>;

/// What is known of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Unknown,
    /// NULL: of any type.
    Null,
    Known(&'static str),
    /// The type that it is cast to.
    Cast(String),
}

const INTEGER: Kind = Kind::Known("INTEGER");
const REAL: Kind = Kind::Known("REAL");
const TEXT: Kind = Kind::Known("TEXT");
const BOOLEAN: Kind = Kind::Known("BOOLEAN");

/// Functions whose type depends on nothing.
const FUNCTIONS: &[(&str, Kind)] = &[
    ("avg", REAL),
    ("count", INTEGER),
    ("date", TEXT),
    ("datetime", TEXT),
    ("dense_rank", INTEGER),
    ("format", TEXT),
    ("group_concat", TEXT),
    ("hex", TEXT),
    ("instr", INTEGER),
    ("length", INTEGER),
    ("lower", TEXT),
    ("ltrim", TEXT),
    ("printf", TEXT),
    ("rank", INTEGER),
    ("replace", TEXT),
    ("row_number", INTEGER),
    ("rtrim", TEXT),
    ("strftime", TEXT),
    ("string_agg", TEXT),
    ("substr", TEXT),
    ("substring", TEXT),
    ("time", TEXT),
    ("total", REAL),
    ("trim", TEXT),
    ("upper", TEXT),
];

/// Functions that give one of their arguments.
const PASSING: &[&str] = &["coalesce", "ifnull", "max", "min"];

/// How deep subqueries are followed.
const DEEPEST: usize = 16;

/// The type of every output column of a query, empty where it is not certain; none when the number is not certain.
pub(super) fn column_types(sql: &str) -> Option<Vec<String>> {
    let statements = Parser::parse_sql(&SQLiteDialect {}, sql).ok()?;
    let [Statement::Query(query)] = statements.as_slice() else {
        return None;
    };
    let columns = of_query(query, &HashMap::new(), 0)?;
    let written = |kind| match kind {
        Kind::Known(name) => name.to_owned(),
        Kind::Cast(name) => name,
        Kind::Null | Kind::Unknown => String::new(),
    };
    Some(columns.into_iter().map(|(_, kind)| written(kind)).collect())
}

fn of_query(query: &Query, around: &HashMap<String, Columns>, depth: usize) -> Option<Columns> {
    if depth > DEEPEST {
        return None;
    }
    let mut known = around.clone();
    for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
        let name = cte.alias.name.value.to_lowercase();
        let renamed = !cte.alias.columns.is_empty();
        match of_query(&cte.query, &known, depth + 1).filter(|_| !renamed) {
            Some(columns) => known.insert(name, columns),
            None => known.remove(&name),
        };
    }
    of_body(&query.body, &known, depth)
}

fn of_body(body: &SetExpr, known: &HashMap<String, Columns>, depth: usize) -> Option<Columns> {
    match body {
        SetExpr::Select(select) => of_select(select, known, depth),
        SetExpr::Query(query) => of_query(query, known, depth + 1),
        SetExpr::SetOperation { left, right, .. } if depth <= DEEPEST => {
            let left = of_body(left, known, depth + 1)?;
            let right = of_body(right, known, depth + 1)?;
            let both = left.into_iter().zip(right);
            Some(both.map(|((name, a), (_, b))| (name, same([a, b]))).collect())
        }
        _ => None,
    }
}

fn of_select(select: &Select, known: &HashMap<String, Columns>, depth: usize) -> Option<Columns> {
    let sources: Vec<Option<Columns>> = select
        .from
        .iter()
        .flat_map(|table| {
            std::iter::once(&table.relation).chain(table.joins.iter().map(|j| &j.relation))
        })
        .map(|table| of_table(table, known, depth))
        .collect();
    let mut columns = Columns::new();
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(expression) => {
                let name = match expression {
                    Expr::Identifier(name) => name.value.to_lowercase(),
                    Expr::CompoundIdentifier(parts) => parts.last()?.value.to_lowercase(),
                    _ => String::new(),
                };
                columns.push((name, kind(expression, &sources)));
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                columns.push((alias.value.to_lowercase(), kind(expr, &sources)));
            }
            SelectItem::Wildcard(_) => {
                for source in &sources {
                    columns.extend(source.clone()?);
                }
            }
            _ => return None,
        }
    }
    Some(columns)
}

fn of_table(
    table: &TableFactor,
    known: &HashMap<String, Columns>,
    depth: usize,
) -> Option<Columns> {
    match table {
        TableFactor::Derived { subquery, .. } => of_query(subquery, known, depth + 1),
        TableFactor::Table { name, .. } => match name.0.as_slice() {
            [one] => known.get(&one.as_ident()?.value.to_lowercase()).cloned(),
            _ => None,
        },
        _ => None,
    }
}

/// One type for all, when they agree.
fn same(kinds: impl IntoIterator<Item = Kind>) -> Kind {
    let mut all = kinds.into_iter().filter(|kind| *kind != Kind::Null);
    match all.next() {
        None => Kind::Null,
        Some(first) if all.all(|kind| kind == first) => first,
        Some(_) => Kind::Unknown,
    }
}

fn kind(expression: &Expr, sources: &[Option<Columns>]) -> Kind {
    let of = |expression: &Expr| kind(expression, sources);
    match expression {
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => of(inner),
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) if text.contains(['.', 'e', 'E']) => REAL,
            Value::Number(..) => INTEGER,
            Value::SingleQuotedString(_) => TEXT,
            Value::Boolean(_) => BOOLEAN,
            Value::Null => Kind::Null,
            _ => Kind::Unknown,
        },
        Expr::Cast { data_type, .. } => Kind::Cast(data_type.to_string()),
        Expr::Identifier(name) => column(&name.value, sources),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [_, name] => column(&name.value, sources),
            _ => Kind::Unknown,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => match of(expr) {
            number @ (INTEGER | REAL) => number,
            _ => Kind::Unknown,
        },
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::InList { .. }
        | Expr::Between { .. }
        | Expr::Exists { .. } => BOOLEAN,
        Expr::BinaryOp { left, op, right } => of_operator(op, of(left), of(right)),
        Expr::Case { conditions, else_result, .. } => {
            let results = conditions.iter().map(|when| of(&when.result));
            same(results.chain(else_result.as_deref().map(of)))
        }
        Expr::Function(function) => of_function(function, sources),
        _ => Kind::Unknown,
    }
}

fn of_operator(op: &BinaryOperator, left: Kind, right: Kind) -> Kind {
    use BinaryOperator::{
        And, Eq, Gt, GtEq, Lt, LtEq, Minus, Multiply, NotEq, Or, Plus, StringConcat,
    };
    match op {
        StringConcat => TEXT,
        Eq | NotEq | Lt | LtEq | Gt | GtEq | And | Or => BOOLEAN,
        Plus | Minus | Multiply => match (left, right) {
            (INTEGER, INTEGER) => INTEGER,
            (REAL, INTEGER | REAL) | (INTEGER, REAL) => REAL,
            _ => Kind::Unknown,
        },
        _ => Kind::Unknown,
    }
}

fn of_function(function: &Function, sources: &[Option<Columns>]) -> Kind {
    let name = function.name.to_string().to_lowercase();
    if let Some((_, kind)) = FUNCTIONS.iter().find(|(known, _)| *known == name) {
        return kind.clone();
    }
    let FunctionArguments::List(list) = &function.args else {
        return Kind::Unknown;
    };
    if !PASSING.contains(&name.as_str()) {
        return Kind::Unknown;
    }
    same(list.args.iter().map(|argument| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => kind(expression, sources),
        _ => Kind::Unknown,
    }))
}

/// A column by name, when exactly one source has it and all sources are known.
fn column(name: &str, sources: &[Option<Columns>]) -> Kind {
    let wanted = name.to_lowercase();
    let mut found = Vec::new();
    for source in sources {
        let Some(columns) = source else { return Kind::Unknown };
        found.extend(columns.iter().filter(|(name, _)| *name == wanted).map(|(_, kind)| kind));
    }
    match found.as_slice() {
        [one] => (*one).clone(),
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(sql: &str) -> Vec<String> {
        column_types(sql).unwrap()
    }

    #[test]
    fn literals_and_functions_have_types() {
        let sql = "select 1, 'a', 1.5, true, count(*), a || 'x', upper(b), a = b, null, x from t";
        let expected =
            ["INTEGER", "TEXT", "REAL", "BOOLEAN", "INTEGER", "TEXT", "TEXT", "BOOLEAN", "", ""];
        assert_eq!(types(sql), expected);
    }

    #[test]
    fn subqueries_are_followed_and_doubt_is_kept() {
        let sql = "with a as (select 1 as id, cast(x as date) as d, y from t), b as (select * from a) \
                   select b.id, d, y, case when y then 'p' end as c from b union all select null, null, 1, 'q'";
        assert_eq!(types(sql), ["INTEGER", "DATE", "", "TEXT"]);
        assert_eq!(
            types("select coalesce(a, 1), max(1, 2), 1 + 1.5, 7 / 2 from t"),
            ["", "INTEGER", "REAL", ""]
        );
        assert_eq!(column_types("select * from t"), None);
        assert_eq!(column_types("select from where"), None);
    }
}
