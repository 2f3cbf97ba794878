//! Makes the values that a seed stores, as dbt-sqlite binds what agate read.

use super::super::datum::Datum;
use super::infer::{InferredType, boolean, is_null, number};
use super::iso;
use super::reader::Field;

/// One row, each field as its column's type wants it.
pub(super) fn row(fields: &[Field], types: &[InferredType]) -> Vec<Datum> {
    let cells = fields.iter().zip(types);
    cells
        .map(|(field, kind)| field.as_deref().map_or(Datum::Null, |text| value(text, *kind)))
        .collect()
}

/// Dates and timestamps become ISO text with a blank; numbers stay text and let the column's affinity decide.
fn value(text: &str, kind: InferredType) -> Datum {
    if is_null(text) {
        return Datum::Null;
    }
    let converted = match kind {
        InferredType::Integer => None,
        InferredType::Number { .. } => number(text).map(|number| Datum::from(number.to_string())),
        InferredType::Date => iso::date(text).map(|date| Datum::from(date.to_string())),
        InferredType::DateTime => iso::date_time(text).map(|at| Datum::from(iso::printed(at))),
        InferredType::IsoDateTime => iso::iso_date_time(text).map(Datum::from),
        // dbt: commas do not count in a truth value, so a lone one is null (1.12).
        InferredType::Boolean => Some(boolean(text).map(i64::from).into()),
        InferredType::Text => None,
    };
    converted.unwrap_or_else(|| Datum::from(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_follow_the_type() {
        let number = InferredType::Number { decimals: true };
        for (text, kind, expected) in [
            ("1e3", number, Datum::from("1E+3")),
            ("-$1,000.50", number, Datum::from("-1000.50")),
            ("TRUE", InferredType::Boolean, Datum::from(1)),
            (",", InferredType::Boolean, Datum::Null),
            ("2024-1-5", InferredType::Date, Datum::from("2024-01-05")),
            ("2024-01-05  1:02:03", InferredType::DateTime, Datum::from("2024-01-05 01:02:03")),
            ("n/a", InferredType::Text, Datum::from("n/a")),
            (" x ", InferredType::Text, Datum::from(" x ")),
            (" Null", InferredType::Text, Datum::Null),
        ] {
            assert_eq!(value(text, kind), expected, "{text}");
        }
    }
}
