//! Whether values fit the types that the project declares for them.
//!
//! The engine would store what does not fit as it is; a person who declared `integer` wants to know.

use super::super::datum::Datum;
use super::Seed;

/// What a declared type asks of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Number,
}

/// The line and the fault of the first value that is no number in a column with a numeric type; `declared` gives the
/// type of a column. Types that are not known to be numeric accept everything.
pub fn misfit<'d>(
    seed: &Seed,
    declared: impl Fn(&str) -> Option<&'d str>,
) -> Option<(u64, String)> {
    let kinds: Vec<(usize, Kind, &str)> = (0..seed.column_names.len())
        .filter_map(|at| {
            let name = declared(&seed.column_names[at])?;
            Some((at, kind(name)?, name))
        })
        .collect();
    for (row, line) in seed.rows.iter().zip(&seed.lines) {
        for (at, kind, name) in &kinds {
            let Datum::Text(text) = &row[*at] else {
                continue;
            };
            if !fits(text.trim(), *kind) {
                let column = &seed.column_names[*at];
                return Some((*line, format!("`{text}` in column `{column}` is no {name}")));
            }
        }
    }
    None
}

fn kind(declared: &str) -> Option<Kind> {
    const WHOLE: [&str; 9] =
        ["int", "integer", "bigint", "smallint", "tinyint", "mediumint", "int2", "int4", "int8"];
    const NUMBERS: [&str; 7] =
        ["real", "double", "double precision", "float", "numeric", "decimal", "number"];
    let name = declared.split('(').next().unwrap_or_default();
    let name = name.trim().to_lowercase();
    if WHOLE.contains(&&*name) {
        return Some(Kind::Whole);
    }
    NUMBERS.contains(&&*name).then_some(Kind::Number)
}

fn fits(text: &str, kind: Kind) -> bool {
    let is_written_as_number =
        text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let Some(number) = text.parse::<f64>().ok().filter(|_| is_written_as_number) else {
        return false;
    };
    kind == Kind::Number || number.fract() == 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(csv: &str, declared: &str) -> Option<(u64, String)> {
        let seed = Seed::from_csv(csv, b',', &["n".to_owned()]).unwrap();
        let of = |name: &str| (name == "n").then_some(declared);
        misfit(&seed, of)
    }

    #[test]
    fn numbers_fit_numeric_types() {
        for (value, declared) in [
            ("007", "int"),
            (" -5 ", "BIGINT"),
            ("1e3", "integer"),
            ("1.0", "integer"),
            ("1.5", "numeric(10, 2)"),
            ("", "int"),
            ("null", "int"),
            ("x", "text"),
            ("true", "boolean"),
            ("2026-01-01", "date"),
        ] {
            assert_eq!(check(&format!("n\n{value}\n"), declared), None, "{value}");
        }
    }

    #[test]
    fn what_is_no_number_is_named_with_its_row() {
        let expected = (3, "`old` in column `n` is no integer".to_owned());
        assert_eq!(check("n\n1\nold\n", "integer"), Some(expected));
        for (value, declared) in
            [("1.5", "int"), ("$5", "real"), ("inf", "double"), ("-", "decimal(5)")]
        {
            assert!(check(&format!("n\n{value}\n"), declared).is_some(), "{value}");
        }
    }
}
