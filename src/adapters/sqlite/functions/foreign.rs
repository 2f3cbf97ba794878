//! Which of forge's own functions a statement calls.
//!
//! Other programs that open the file do not have them, so a view should not depend on one. SQL that the parser
//! does not know counts as calling none: this is advice, not a gate.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Ident, ObjectNamePart, visit_expressions};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

use super::FUNCTIONS;

/// The functions of [`FUNCTIONS`] that `sql` calls, sorted; names in strings and comments do not count.
pub fn foreign_functions_used(sql: &str) -> Vec<&'static str> {
    if !may_call(&sql.to_ascii_lowercase()) {
        return Vec::new();
    }
    let Ok(statements) = Parser::parse_sql(&SQLiteDialect {}, sql) else {
        return Vec::new();
    };
    let mut found: Vec<&'static str> = Vec::new();
    let _ = visit_expressions(&statements, |expression| {
        if let Some(name) = called(expression)
            && !found.contains(&name)
        {
            found.push(name);
        }
        ControlFlow::<()>::Continue(())
    });
    found.sort_unstable();
    found
}

/// Whether one of the names stands where a call, or the operator `regexp`, could be. Reading the words is cheap, parsing
/// is not, and `left` alone is in every second query.
fn may_call(lower: &str) -> bool {
    let mut rest = lower;
    while let Some(start) = rest.find(is_word) {
        let after = rest[start..].trim_start_matches(is_word);
        let word = &rest[start..rest.len() - after.len()];
        rest = after;
        // Between a name and its parenthesis there may be a comment, and quotes around the name.
        let calls = || after.trim_start().starts_with(['(', '/', '-', '"', '`', ']', '\'']);
        let is_operator = matches!(word, "regexp" | "rlike");
        if is_operator || (FUNCTIONS.binary_search(&word).is_ok() && calls()) {
            return true;
        }
    }
    false
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric()
}

fn called(expression: &Expr) -> Option<&'static str> {
    match expression {
        Expr::Function(function) => match function.name.0.last()? {
            ObjectNamePart::Identifier(Ident { value, .. }) => known(value),
            ObjectNamePart::Function(_) => None,
        },
        // The operator calls the function of the same name.
        Expr::BinaryOp { op: BinaryOperator::Regexp, .. } | Expr::RLike { .. } => known("regexp"),
        _ => None,
    }
}

fn known(name: &str) -> Option<&'static str> {
    FUNCTIONS.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_count_and_names_elsewhere_do_not() {
        let sql = "select MD5(a), 'sha256(x)', b as median from t -- initcap(c)";
        assert_eq!(foreign_functions_used(sql), ["md5"]);
        assert_eq!(foreign_functions_used("select lower(a) from t"), [""; 0]);
        assert_eq!(foreign_functions_used("select a from t left join u on md5 = 1"), [""; 0]);
        for call in ["left /* b */ (a, 1)", "left -- b\n(a, 1)", "\"left\"(a, 1)", "LEFT(a, 1)"] {
            assert_eq!(
                foreign_functions_used(&format!("select {call} from t")),
                ["left"],
                "{call}"
            );
        }
        assert_eq!(foreign_functions_used("select a regexp 'b' from t"), ["regexp"]);
    }

    #[test]
    fn sql_that_does_not_parse_is_no_reason_to_warn() {
        assert_eq!(foreign_functions_used("select md5( from where"), [""; 0]);
    }
}
