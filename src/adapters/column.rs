//! A column of a relation, with the questions that macros ask of it.
//!
//! Follows dbt 1.12's base `Column`. The type is kept as the engine declares it; empty means undeclared.

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its declared type without sizes, in the engine's spelling; empty when there is none.
    pub dtype: String,
    /// Declared length of text.
    pub char_size: Option<i64>,
    /// Declared digits of a number.
    pub numeric_precision: Option<i64>,
    /// Declared digits behind the point.
    pub numeric_scale: Option<i64>,
}

/// What stands for an undeclared type, as in dbt-sqlite.
pub const UNKNOWN_TYPE: &str = "UNKNOWN";

/// Length assumed for text without a declared one.
const DEFAULT_STRING_SIZE: i64 = 256;

const STRINGS: &[&str] = &["text", "character varying", "character", "varchar"];
const FLOATS: &[&str] = &["real", "float4", "float", "double precision", "float8", "double"];
const INTEGERS: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "smallserial",
    "serial",
    "bigserial",
    "int2",
    "int4",
    "int8",
    "serial2",
    "serial4",
    "serial8",
];
const NUMERICS: &[&str] = &["numeric", "decimal"];

/// A question that only text columns answer was asked of another column, or a type was not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnError {
    /// `string_size()` of a column that is not text.
    #[error("`string_size()` was called on `{name}`, which is not a text column")]
    NotAString {
        /// The column.
        name: String,
    },
    /// A type such as `numeric(a, b)`.
    #[error("cannot read the data type `{raw}`: `{part}` is not an integer")]
    BadSize {
        /// The whole type.
        raw: String,
        /// The part that is not a number.
        part: String,
    },
    /// An empty type.
    #[error("cannot read the data type `{raw}`")]
    Unreadable {
        /// The whole type.
        raw: String,
    },
}

impl Column {
    /// A column without sizes; the type is taken as it is.
    pub fn new(name: impl Into<String>, dtype: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            dtype: dtype.into(),
            char_size: None,
            numeric_precision: None,
            numeric_scale: None,
        }
    }

    /// A column from a portable type label such as `string`.
    pub fn create(name: &str, label_or_dtype: &str) -> Self {
        Self::new(name, Self::translate_type(label_or_dtype))
    }

    /// A column from a type with sizes such as `numeric(10, 2)` or `varchar(20)`.
    pub fn from_description(name: &str, raw: &str) -> Result<Self, ColumnError> {
        let (dtype, sizes) = match raw.split_once('(') {
            Some((dtype, rest)) => match rest.split_once(')') {
                Some((sizes, _)) if !sizes.is_empty() => (dtype, Some(sizes)),
                _ => (dtype, None),
            },
            None => (raw, None),
        };
        if dtype.is_empty() {
            return Err(ColumnError::Unreadable { raw: raw.into() });
        }
        let mut column = Self::new(name, dtype);
        let Some(sizes) = sizes else {
            return Ok(column);
        };
        let sizes: Vec<i64> = sizes
            .split(',')
            .map(|part| {
                part.trim()
                    .parse()
                    .map_err(|_| ColumnError::BadSize { raw: raw.into(), part: part.into() })
            })
            .collect::<Result<_, _>>()?;
        match sizes[..] {
            [size] => column.char_size = Some(size),
            [precision, scale] => {
                column.numeric_precision = Some(precision);
                column.numeric_scale = Some(scale);
            }
            _ => {}
        }
        Ok(column)
    }

    /// The engine's name for a portable type label.
    pub fn translate_type(label: &str) -> String {
        if label.eq_ignore_ascii_case("string") { "TEXT".to_owned() } else { label.to_owned() }
    }

    /// The name in double quotes.
    pub fn quoted(&self) -> String {
        format!("\"{}\"", self.name.replace('"', "\"\""))
    }

    /// The declared type, or `UNKNOWN`.
    pub fn dtype_or_unknown(&self) -> &str {
        if self.dtype.is_empty() { UNKNOWN_TYPE } else { &self.dtype }
    }

    /// The type with sizes.
    pub fn data_type(&self) -> String {
        if let Ok(size) = self.string_size() {
            Self::string_type(size)
        } else if self.is_numeric() {
            Self::numeric_type(&self.dtype, self.numeric_precision, self.numeric_scale)
        } else {
            self.dtype_or_unknown().to_owned()
        }
    }

    /// Whether the type is text.
    pub fn is_string(&self) -> bool {
        self.is_one_of(STRINGS)
    }

    /// Whether the type is any number.
    pub fn is_number(&self) -> bool {
        self.is_integer() || self.is_numeric() || self.is_float()
    }

    /// Whether the type is a floating point number.
    pub fn is_float(&self) -> bool {
        self.is_one_of(FLOATS)
    }

    /// Whether the type is a whole number.
    pub fn is_integer(&self) -> bool {
        // dbt: `INT` is not in the list (1.12).
        self.is_one_of(INTEGERS)
    }

    /// Whether the type is a decimal number.
    pub fn is_numeric(&self) -> bool {
        self.is_one_of(NUMERICS)
    }

    fn is_one_of(&self, names: &[&str]) -> bool {
        let dtype = self.dtype.to_lowercase();
        names.contains(&dtype.as_str())
    }

    /// The length of a text column; 256 when none is declared.
    pub fn string_size(&self) -> Result<i64, ColumnError> {
        if !self.is_string() {
            return Err(ColumnError::NotAString { name: self.name.clone() });
        }
        match self.char_size {
            Some(size) if self.dtype != "text" => Ok(size),
            _ => Ok(DEFAULT_STRING_SIZE),
        }
    }

    /// Whether `other` is text that is longer than this text column allows.
    pub fn can_expand_to(&self, other: &Self) -> bool {
        match (self.string_size(), other.string_size()) {
            (Ok(mine), Ok(theirs)) => theirs > mine,
            _ => false,
        }
    }

    /// `value` cast to this column's type.
    pub fn literal(&self, value: &str) -> String {
        // dbt: writes a `::` cast for every engine (1.12), also where there is none.
        format!("{value}::{}", self.data_type())
    }

    /// The text type of a length.
    pub fn string_type(size: i64) -> String {
        format!("character varying({size})")
    }

    /// A decimal type, with precision and scale when both are known.
    pub fn numeric_type(dtype: &str, precision: Option<i64>, scale: Option<i64>) -> String {
        match (precision, scale) {
            (Some(precision), Some(scale)) => format!("{dtype}({precision},{scale})"),
            _ => dtype.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_a_size_and_numbers_keep_theirs() {
        assert_eq!(Column::new("a", "TEXT").data_type(), "character varying(256)");
        let column = Column::from_description("a", "numeric(10, 2)").unwrap();
        assert_eq!(column.data_type(), "numeric(10,2)");
        let column = Column::from_description("a", "varchar(20)").unwrap();
        assert_eq!(column.data_type(), "character varying(20)");
        assert!(!column.can_expand_to(&Column::new("b", "INT")));
        assert!(column.can_expand_to(&Column::new("b", "text")));
    }

    #[test]
    fn an_undeclared_type_is_unknown() {
        assert_eq!(Column::new("a", "").data_type(), "UNKNOWN");
    }

    #[test]
    fn kinds_follow_the_lists() {
        assert!(Column::new("a", "BIGINT").is_integer());
        assert!(!Column::new("a", "INT").is_integer());
        assert!(Column::new("a", "REAL").is_number());
        assert_eq!(Column::create("a", "string").dtype, "TEXT");
        assert!(Column::from_description("a", "numeric(x)").is_err());
    }
}
