//! Constraints of models and columns, as they are used; published is what was written.

use std::fmt;

use serde_json::Value as Json;

use super::Node;

/// dbt's kinds of constraints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// An expression that is never false.
    Check,
    /// No NULL.
    NotNull,
    /// No two rows alike.
    Unique,
    /// What identifies a row.
    PrimaryKey,
    /// Values of another table's key.
    ForeignKey,
    /// SQL as it is.
    Custom,
}

impl ConstraintKind {
    /// dbt's words, in its order.
    pub const ALL: &[(&'static str, ConstraintKind)] = &[
        ("check", ConstraintKind::Check),
        ("not_null", ConstraintKind::NotNull),
        ("unique", ConstraintKind::Unique),
        ("primary_key", ConstraintKind::PrimaryKey),
        ("foreign_key", ConstraintKind::ForeignKey),
        ("custom", ConstraintKind::Custom),
    ];

    /// dbt's word.
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(word, _)| word)
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, kind)| *kind)
    }
}

/// A constraint of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Its kind.
    pub kind: ConstraintKind,
    /// Its name.
    pub name: Option<String>,
    /// SQL: what is checked, or what follows the words of the kind.
    pub expression: Option<String>,
    /// What a foreign key points to: `ref(…)`, `source(…)` or a relation.
    pub to: Option<String>,
    /// The columns there.
    pub to_columns: Vec<String>,
    /// The columns that it is about: of one on a column, that one.
    pub columns: Vec<String>,
    /// Whether it is written on a column.
    pub on_column: bool,
    /// Warn when it cannot be made.
    pub warn_unsupported: bool,
}

impl Constraint {
    /// A constraint as it was written; none without a known kind.
    pub fn of(written: &Json, column: Option<&str>) -> Option<Self> {
        let text = |key: &str| {
            written.get(key).and_then(Json::as_str).filter(|t| !t.is_empty()).map(str::to_owned)
        };
        let list = |key: &str| {
            let items = written.get(key).and_then(Json::as_array);
            items.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        Some(Constraint {
            kind: ConstraintKind::parse(written.get("type")?.as_str()?)?,
            name: text("name"),
            expression: text("expression"),
            to: text("to"),
            to_columns: list("to_columns"),
            columns: column.map_or_else(|| list("columns"), |column| vec![column.to_owned()]),
            on_column: column.is_some(),
            warn_unsupported: written
                .get("warn_unsupported")
                .and_then(Json::as_bool)
                .unwrap_or(true),
        })
    }

    /// Its columns without quotes.
    pub fn bare_columns(&self) -> Vec<String> {
        self.columns.iter().map(|column| bare(column).to_owned()).collect()
    }

    /// What it needs to be made and does not have.
    pub fn lack(&self) -> Option<&'static str> {
        let points = self.expression.is_some() || self.to.is_some() && !self.to_columns.is_empty();
        match self.kind {
            ConstraintKind::Check | ConstraintKind::Custom if self.expression.is_none() => {
                Some("`expression`")
            }
            ConstraintKind::ForeignKey if !points => Some("`to` and `to_columns`"),
            ConstraintKind::Check | ConstraintKind::Custom => None,
            _ if self.columns.is_empty() => Some("`columns`"),
            _ => None,
        }
    }

    /// Whether it forbids NULL in the column.
    pub fn forbids_null(&self, column: &str) -> bool {
        matches!(self.kind, ConstraintKind::NotNull | ConstraintKind::PrimaryKey)
            && self.columns.iter().any(|own| bare(own).eq_ignore_ascii_case(column))
    }
}

/// A name without the quotes that it may be written in.
pub fn bare(name: &str) -> &str {
    let inner =
        |open, close| name.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    inner('"', '"').or_else(|| inner('`', '`')).or_else(|| inner('[', ']')).unwrap_or(name)
}

/// ``constraint `positive` (check of `id`: id > 0)``.
impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.as_str();
        match &self.name {
            Some(name) => write!(f, "constraint `{name}` ({kind}")?,
            None => write!(f, "constraint {kind}")?,
        }
        if !self.columns.is_empty() {
            write!(f, " of `{}`", self.bare_columns().join("`, `"))?;
        }
        if let Some(expression) = &self.expression {
            write!(f, ": {expression}")?;
        }
        if self.name.is_some() { f.write_str(")") } else { Ok(()) }
    }
}

impl Node {
    /// Its constraints: those of columns, then those of the model.
    pub fn constraints(&self) -> Vec<Constraint> {
        let of_columns = self.columns.values().flat_map(|column| {
            column.constraints.iter().map(|one| Constraint::of(one, Some(&column.name)))
        });
        let of_model = self.model().map_or(&[][..], |model| &model.constraints);
        of_columns.chain(of_model.iter().map(|one| Constraint::of(one, None))).flatten().collect()
    }

    /// Whether its materialization makes the constraints of a contract: dbt's rule.
    pub fn makes_constraints(&self) -> bool {
        self.config.contract_enforced() && matches!(self.materialized(), "table" | "incremental")
    }
}
