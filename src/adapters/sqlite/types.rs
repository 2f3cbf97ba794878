//! Declared types on SQLite, which keeps any value in any column.
//!
//! A declared type gives a column an affinity only (<https://sqlite.org/datatype3.html>): text that looks like a
//! number becomes one in a `NUMERIC` column, and everything else stays what it is. What a reader of a contract expects
//! of a type is written down here, type by type.

use super::super::types::TypeRules;

/// SQLite's side of [`TypeRules`].
pub(super) struct SqliteTypes;

/// Types that hold the same values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Integer,
    Real,
    Numeric,
    Boolean,
    Text,
    Date,
    Timestamp,
    Time,
    /// Anything may be in it.
    Other,
}

/// Words that are no names without quotes (<https://sqlite.org/lang_keywords.html>, those that the parser refuses).
const RESERVED: &[&str] = &[
    "add",
    "all",
    "alter",
    "and",
    "as",
    "autoincrement",
    "between",
    "case",
    "check",
    "collate",
    "commit",
    "constraint",
    "create",
    "default",
    "deferrable",
    "delete",
    "distinct",
    "drop",
    "else",
    "escape",
    "except",
    "exists",
    "foreign",
    "from",
    "group",
    "having",
    "in",
    "index",
    "insert",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "limit",
    "not",
    "notnull",
    "null",
    "on",
    "or",
    "order",
    "primary",
    "references",
    "returning",
    "select",
    "set",
    "table",
    "then",
    "to",
    "transaction",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "when",
    "where",
];

impl Family {
    /// The family of a type as it is written, sizes or not.
    fn of(written: &str) -> Self {
        let upper = written.trim().to_ascii_uppercase();
        let name = upper.split('(').next().unwrap_or_default().trim_end();
        let has = |part: &str| name.contains(part);
        match name {
            "BOOL" | "BOOLEAN" => Family::Boolean,
            "DATE" => Family::Date,
            "STRING" | "UUID" | "JSON" | "JSONB" | "NAME" => Family::Text,
            _ if has("TIMESTAMP") || has("DATETIME") => Family::Timestamp,
            _ if name == "TIME" || name.starts_with("TIME ") || name == "TIMETZ" => Family::Time,
            _ if has("INT") && !has("INTERVAL") && !has("POINT") => Family::Integer,
            _ if has("CHAR") || has("CLOB") || has("TEXT") => Family::Text,
            _ if has("REAL") || has("FLOA") || has("DOUB") => Family::Real,
            _ if has("NUM") || has("DEC") || name == "MONEY" => Family::Numeric,
            _ => Family::Other,
        }
    }
}

/// The length of `varchar(10)` and its like.
fn most_characters(declared: &str) -> Option<u64> {
    let (name, rest) = declared.split_once('(')?;
    let is_sized = name.to_ascii_uppercase().contains("CHAR");
    let size = rest.split_once(')')?.0.trim().parse().ok()?;
    is_sized.then_some(size)
}

impl TypeRules for SqliteTypes {
    fn fits(&self, declared: &str, found: &str) -> bool {
        use Family::{Boolean, Date, Integer, Numeric, Other, Real, Text, Time, Timestamp};
        if found.is_empty() {
            return true;
        }
        match (Family::of(declared), Family::of(found)) {
            (a, b) if a == b => true,
            (Other, _) | (_, Other) => true,
            // Numbers widen, and booleans are the numbers 0 and 1.
            (Real, Numeric | Integer) | (Numeric, Integer | Real) => true,
            (Integer, Boolean) | (Boolean, Integer | Numeric) => true,
            // Dates are text, and a column that is declared as one may carry any of the names.
            (Date | Timestamp | Time, Text | Date | Timestamp | Numeric) => true,
            (Text, Date | Timestamp | Time) => true,
            _ => false,
        }
    }

    fn violation(&self, column: &str, declared: &str) -> Option<String> {
        let is = |kinds: &str| Some(format!("typeof({column}) not in ({kinds}, 'null')"));
        match Family::of(declared) {
            Family::Integer => is("'integer'"),
            Family::Real | Family::Numeric => is("'real', 'integer'"),
            Family::Boolean => Some(format!("{column} not in (0, 1)")),
            Family::Text => {
                let kind = is("'text'")?;
                Some(match most_characters(declared) {
                    Some(most) => format!("({kind} or length({column}) > {most})"),
                    None => kind,
                })
            }
            Family::Time => is("'text'"),
            Family::Date => {
                Some(format!("({column} is not null and date({column}) is not {column})"))
            }
            Family::Timestamp => Some(format!(
                "({column} is not null and (typeof({column}) <> 'text' \
                 or date(substr({column}, 1, 10)) is not substr({column}, 1, 10)))"
            )),
            Family::Other => None,
        }
    }

    fn in_ddl<'t>(&self, declared: &'t str) -> &'t str {
        let upper = declared.to_ascii_uppercase();
        let keeps_text = ["CHAR", "CLOB", "TEXT"].iter().any(|part| upper.contains(part));
        match Family::of(declared) {
            // Their affinity is numeric: it would make the number 7 of the text 007.
            Family::Text if !keeps_text => "text",
            _ => declared,
        }
    }

    fn numbers_null_keys(&self, declared: &str) -> bool {
        declared.trim().eq_ignore_ascii_case("integer")
    }

    fn is_plain_name(&self, name: &str) -> bool {
        let mut characters = name.chars();
        let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        let goes_on = characters.all(|c| c.is_ascii_alphanumeric() || c == '_');
        starts && goes_on && !RESERVED.contains(&name.to_ascii_lowercase().as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_fit_within_their_family() {
        let fits = |declared, found| SqliteTypes.fits(declared, found);
        assert!(fits("bigint", "INT") && fits("varchar(10)", "TEXT") && fits("integer", ""));
        assert!(
            fits("numeric(10, 2)", "INTEGER") && fits("date", "TEXT") && fits("boolean", "INT")
        );
        assert!(!fits("integer", "TEXT") && !fits("integer", "REAL") && !fits("text", "INT"));
        assert!(!fits("boolean", "TEXT") && !fits("date", "INTEGER") && !fits("integer", "NUM"));
    }

    #[test]
    fn text_never_gets_a_numeric_affinity() {
        let types = ["string", "UUID", "varchar(3)", "json", "date"];
        assert_eq!(
            types.map(|t| SqliteTypes.in_ddl(t)),
            ["text", "text", "varchar(3)", "text", "date"]
        );
    }

    #[test]
    fn values_are_judged_by_the_type() {
        use super::super::SqliteAdapter;
        use crate::adapters::Adapter;
        let mut session = SqliteAdapter::in_memory().writer().unwrap();
        let mut is_wrong = |value: &str, declared: &str| {
            let condition = SqliteTypes.violation("v", declared).unwrap();
            let sql = format!("select coalesce({condition}, 0) from (select {value} as v)");
            session.query(&sql, &[]).unwrap().scalar().unwrap().as_i64() == Some(1)
        };
        for (value, declared) in [
            ("1", "integer"),
            ("null", "integer"),
            ("1.5", "numeric(4, 2)"),
            ("1", "double"),
            ("null", "date"),
            ("'2026-02-28'", "date"),
            ("'2026-02-28T10:00:00+02:00'", "timestamp"),
            ("1", "bool"),
            ("'abc'", "varchar(3)"),
        ] {
            assert!(!is_wrong(value, declared), "{value} is a {declared}");
        }
        for (value, declared) in [
            ("'a'", "integer"),
            ("1.5", "int"),
            ("'a'", "real"),
            ("2", "boolean"),
            ("'true'", "bool"),
            ("2026", "date"),
            ("'2026-02-31'", "date"),
            ("'now'", "date"),
            ("1700000000", "timestamp"),
            ("x'00'", "text"),
            ("'abcd'", "varchar(3)"),
        ] {
            assert!(is_wrong(value, declared), "{value} is no {declared}");
        }
    }

    #[test]
    fn names_that_need_quotes_are_known() {
        let plain = ["id", "_a1", "order", "a b", "1a", "é", ""]
            .map(|name| SqliteTypes.is_plain_name(name));
        assert_eq!(plain, [true, true, false, false, false, false, false]);
    }
}
