//! Finds the type of a column from its values, as the type tester that dbt (1.12) gives to agate.
//!
//! A type is kept when every value of the column can be read as it; the first one that is kept wins.

use super::super::decimal::Decimal;
use super::iso;
use super::reader::Field;

/// The type of a seed column, in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InferredType {
    /// A column without any value, not even an empty one. Text is never taken for it.
    Integer,
    /// Numbers; `decimals` says whether one of them needs a place behind the point.
    Number {
        /// Whether the column is `REAL` rather than `INT`.
        decimals: bool,
    },
    /// `2024-01-31`.
    Date,
    /// `2024-01-31 10:00:00`.
    DateTime,
    /// `2024-01-31T10:00:00+02:00` and whatever else ISO 8601 allows with a `T`.
    IsoDateTime,
    /// `true` and `false`, in any case.
    Boolean,
    /// Anything.
    Text,
}

impl InferredType {
    /// The declared type in SQLite, as dbt-sqlite chooses it.
    pub fn declared(&self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Number { decimals: true } => "REAL",
            Self::Number { decimals: false } | Self::Boolean => "INT",
            Self::Date | Self::DateTime | Self::IsoDateTime | Self::Text => "TEXT",
        }
    }

    /// Whether a field that is there and not null can be read as this type.
    fn accepts(self, text: &str) -> bool {
        match self {
            Self::Integer => false,
            Self::Number { .. } => number(text).is_some(),
            Self::Date => iso::date(text).is_some(),
            Self::DateTime => iso::date_time(text).is_some(),
            Self::IsoDateTime => iso::iso_date_time(text).is_some(),
            Self::Boolean => is_null(&text.replace(',', "")) || boolean(text).is_some(),
            Self::Text => true,
        }
    }
}

const CANDIDATES: [InferredType; 7] = [
    InferredType::Integer,
    InferredType::Number { decimals: false },
    InferredType::Date,
    InferredType::DateTime,
    InferredType::IsoDateTime,
    InferredType::Boolean,
    InferredType::Text,
];

/// Significant digits at which agate stops counting places.
const DIGITS: i64 = 28;

/// The types of the first `width` columns of `rows`.
pub fn infer(rows: &[Vec<Field>], width: usize) -> Vec<InferredType> {
    (0..width).map(|index| infer_column(rows, index)).collect()
}

fn infer_column(rows: &[Vec<Field>], index: usize) -> InferredType {
    let mut kept = CANDIDATES.to_vec();
    let mut places = Places::default();
    for field in rows.iter().filter_map(|row| row.get(index)?.as_deref()) {
        match is_null(field) {
            // dbt: its `Integer` takes only numbers that are numbers already, so text rules it out (1.12).
            true => kept.retain(|kind| *kind != InferredType::Integer),
            false => kept.retain(|kind| kind.accepts(field)),
        }
        match kept.first() {
            Some(InferredType::Number { .. }) => places.count(field),
            Some(InferredType::Text) | None => break,
            _ => {}
        }
    }
    match kept.first().copied() {
        Some(InferredType::Number { .. }) => InferredType::Number { decimals: places.decimals() },
        Some(kind) => kind,
        None => InferredType::Text,
    }
}

/// Digits before and behind the point that a column needs.
struct Places {
    whole: i64,
    decimal: i64,
}

impl Default for Places {
    fn default() -> Self {
        Self { whole: 1, decimal: 0 }
    }
}

impl Places {
    fn count(&mut self, field: &str) {
        if let Some((whole, decimal)) = number(field).and_then(|number| number.places()) {
            self.whole = self.whole.max(whole);
            self.decimal = self.decimal.max(decimal);
        }
    }

    fn decimals(&self) -> bool {
        // dbt: more than 28 digits make agate's count negative, which also means `REAL` (1.12).
        self.decimal.min(DIGITS - self.whole) != 0
    }
}

/// Whether a field stands for no value, in every type.
pub(super) fn is_null(field: &str) -> bool {
    let text = field.trim();
    text.is_empty() || text.eq_ignore_ascii_case("null")
}

/// Reads a number the way agate does: with percent signs, currency signs and commas.
pub(super) fn number(field: &str) -> Option<Decimal> {
    const CURRENCIES: [char; 19] = [
        '؋', '$', 'ƒ', '៛', '¥', '₡', '₱', '£', '€', '¢', '﷼', '₪', '₩', '₭', '₮', '₦', '฿', '₤',
        '₫',
    ];
    let text = field.trim().trim_matches('%');
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let text = CURRENCIES.iter().fold(text, |text, symbol| text.trim_matches(*symbol));
    let number = Decimal::parse(&text.replace(',', ""))?;
    Some(if negative { number.negated() } else { number })
}

/// Reads `true` and `false`; commas do not count, as in agate.
pub(super) fn boolean(field: &str) -> Option<bool> {
    let text = field.replace(',', "");
    match text.trim().to_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inferred(values: &[&str]) -> InferredType {
        let rows: Vec<Vec<Field>> =
            values.iter().map(|value| vec![Some((*value).into())]).collect();
        infer(&rows, 1)[0]
    }

    const INT: InferredType = InferredType::Number { decimals: false };
    const REAL: InferredType = InferredType::Number { decimals: true };

    // All expectations below were recorded from dbt 1.12 with agate 1.9.
    #[test]
    fn numbers() {
        for text in [
            " 1",
            "007",
            "1e3",
            "5%",
            "%5",
            "1%%",
            "$5",
            "-$5",
            "$-5",
            "5 $",
            "€5€",
            "1,000",
            "1,0,0",
            "+7",
            "--5",
            "-+5",
            "1_000",
            "NaN",
            "inf",
            "-inf",
            "1.",
            "-0",
            "0.0",
            "1.00",
            "9223372036854775808",
            "1e400",
            "null",
            " NULL ",
            "",
        ] {
            assert_eq!(inferred(&[text]), INT, "{text}");
        }
        for text in [".5", "1.50", "1e-3", "1e30", "123456789012345678901234567890"] {
            assert_eq!(inferred(&[text]), REAL, "{text}");
        }
        for text in ["-", "1 000", "0x10", "sNaN", "( 5)", "%", "$", "na", "None", "."] {
            assert_eq!(inferred(&[text]), InferredType::Text, "{text}");
        }
    }

    #[test]
    fn everything_else() {
        for text in ["true", "TRUE ", "tr,ue", "False", ","] {
            assert_eq!(inferred(&[text]), InferredType::Boolean, "{text}");
        }
        for text in ["T", "yes", "10:00:00", "5 days", "2024-02-30", "2024-01-31 10:00"] {
            assert_eq!(inferred(&[text]), InferredType::Text, "{text}");
        }
        assert_eq!(inferred(&["2024-1-5"]), InferredType::Date);
        assert_eq!(inferred(&["2024-01-31 10:00:00"]), InferredType::DateTime);
        assert_eq!(inferred(&["2024-01-31T10:00:00Z"]), InferredType::IsoDateTime);
    }

    #[test]
    fn a_column_needs_one_type_for_all_values() {
        assert_eq!(inferred(&["1", "1.5", "2.50", "1e2"]), REAL);
        assert_eq!(inferred(&["1", "true"]), InferredType::Text);
        assert_eq!(inferred(&["", "true"]), InferredType::Boolean);
        assert_eq!(inferred(&["2024-01-31", "2024-01-31 10:00:00"]), InferredType::Text);
        assert_eq!(inferred(&["2024-01-31 10:00:00", "2024-01-31T10:00:00"]), InferredType::Text);
        assert_eq!(inferred(&[]), InferredType::Integer);
        assert_eq!(infer(&[vec![None]], 1), [InferredType::Integer]);
    }
}
