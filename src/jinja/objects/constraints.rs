//! Constraints of a contract as they stand in `create table`.
//!
//! Source: dbt 1.12, `BaseAdapter.render_column_constraint` and `render_model_constraint`.

use minijinja::value::Value;

/// One constraint as YAML gives it.
struct Constraint<'a>(&'a Value);

impl Constraint<'_> {
    fn text(&self, key: &str) -> Option<String> {
        let value = self.0.get_attr(key).ok().filter(|v| !v.is_undefined() && !v.is_none())?;
        Some(value.to_string()).filter(|text| !text.is_empty())
    }

    fn list(&self, key: &str) -> Option<String> {
        let items = self.0.get_attr(key).ok()?;
        let items: Vec<String> = items.try_iter().ok()?.map(|item| item.to_string()).collect();
        (!items.is_empty()).then(|| items.join(", "))
    }

    fn kind(&self) -> String {
        self.text("type").unwrap_or_default()
    }

    /// What a foreign key points to.
    fn target(&self) -> Option<String> {
        match (self.text("to"), self.list("to_columns")) {
            (Some(to), Some(columns)) => Some(format!("references {to} ({columns})")),
            _ => self.text("expression").map(|text| format!("references {text}")),
        }
    }
}

/// `name type constraint …` of one column; `quote` puts a name in the engine's quotes.
pub(super) fn column(column: &Value, quote: impl Fn(&str) -> String) -> String {
    let facts = Constraint(column);
    let name = facts.text("name").unwrap_or_default();
    let is_quoted = column.get_attr("quote").is_ok_and(|v| v.is_true());
    let mut parts = vec![if is_quoted { quote(&name) } else { name }];
    parts.extend(facts.text("data_type"));
    let constraints = column.get_attr("constraints").ok().and_then(|list| list.try_iter().ok());
    parts.extend(constraints.into_iter().flatten().filter_map(|one| on_column(&Constraint(&one))));
    parts.join(" ")
}

fn on_column(constraint: &Constraint<'_>) -> Option<String> {
    let expression = constraint.text("expression");
    let with = |words: &str| {
        format!("{words} {}", expression.as_deref().unwrap_or("")).trim_end().to_owned()
    };
    match constraint.kind().as_str() {
        "check" => expression.map(|text| format!("check ({text})")),
        "not_null" => Some(with("not null")),
        "unique" => Some(with("unique")),
        "primary_key" => Some(with("primary key")),
        "foreign_key" => constraint.target(),
        "custom" => expression,
        _ => None,
    }
}

/// A constraint of the whole table.
pub(super) fn on_model(constraint: &Value) -> Option<String> {
    let constraint = Constraint(constraint);
    let expression = constraint.text("expression");
    let columns = constraint.list("columns").unwrap_or_default();
    let before = expression.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
    let body = match constraint.kind().as_str() {
        "check" => format!("check ({})", expression?),
        "unique" => format!("unique{before} ({columns})"),
        "primary_key" => format!("primary key{before} ({columns})"),
        "foreign_key" => format!("foreign key ({columns}) {}", constraint.target()?),
        "custom" => expression?,
        _ => return None,
    };
    Some(match constraint.text("name") {
        Some(name) => format!("constraint {name} {body}"),
        None => body,
    })
}
