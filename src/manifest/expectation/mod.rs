//! Expectations: what must hold for every row of a model, and what happens to a row for which it does not.
//!
//! The configuration `expectations` is a list of mappings in three forms: `expression` (any SQL condition), `not_null`
//! (columns) and `accepted_values` (a column and values). All become conditions here.
//! Invariant: a row violates an expectation unless its condition is true; a condition that is null is violated.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::Config;
use crate::names::did_you_mean;

mod fragment;

pub use fragment::check_fragment;

/// The configuration key.
pub const KEY: &str = "expectations";
/// What the names of columns and relations that belong to forge begin with.
pub const RESERVED: &str = "_forge";
/// What is put behind a model's identifier to name the table of its quarantined rows.
pub const SUFFIX: &str = "__quarantine";

/// The columns that a table of quarantined rows has besides those of its model: which expectations the row violates,
/// separated by commas, the run that put it there, and when that run began, UTC.
pub const QUARANTINE_COLUMNS: [&str; 3] =
    ["_forge_reason", "_forge_run_id", "_forge_quarantined_at"];

const FORMS: &[&str] = &["expression", "not_null", "accepted_values"];
const KEYS: &[&str] =
    &["name", "expression", "not_null", "accepted_values", "on_violation", "description"];
const ACTIONS: &[&str] = &["warn", "drop", "quarantine", "fail"];

/// What happens to a row that violates an expectation; the later one of two is the stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is kept, and counted in a warning.
    Warn,
    /// It is left out, and counted.
    Drop,
    /// It goes to the table of quarantined rows.
    Quarantine,
    /// The node fails.
    Fail,
}

impl Action {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "warn" => Some(Action::Warn),
            "drop" => Some(Action::Drop),
            "quarantine" => Some(Action::Quarantine),
            "fail" => Some(Action::Fail),
            _ => None,
        }
    }
}

/// A condition on every row of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// What reports and reasons call it.
    pub name: String,
    /// The condition, a template.
    pub expression: String,
    /// What happens to rows for which it is not true.
    pub on_violation: Action,
    /// The place in the configured list that it comes from.
    pub entry: usize,
}

/// A mistake in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The place in the configured list; none when it is no list.
    pub entry: Option<usize>,
    /// The key that is wrong.
    pub key: Option<String>,
    /// What is wrong, to be put behind the model's name.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// The expectations of a configuration, and what is wrong with it.
pub fn read(config: &Config) -> (Vec<Expectation>, Vec<Mistake>) {
    let mut reader = Reader::default();
    match config.get(KEY) {
        None => {}
        Some(Json::Array(entries)) => {
            for (at, entry) in entries.iter().enumerate() {
                reader.at = at;
                reader.entry(entry);
            }
        }
        Some(_) => reader.mistakes.push(Mistake {
            entry: None,
            key: None,
            message: "`expectations` must be a list".to_owned(),
            hint: None,
        }),
    }
    (reader.found, reader.mistakes)
}

/// The expectations of a configuration that was checked.
pub fn of(config: &Config) -> Vec<Expectation> {
    read(config).0
}

/// Whether there is an expectation at all.
pub fn has_any(config: &Config) -> bool {
    config.get(KEY).and_then(Json::as_array).is_some_and(|entries| !entries.is_empty())
}

/// Whether rows of the model can go into quarantine.
pub fn has_quarantine(config: &Config) -> bool {
    has_any(config) && of(config).iter().any(|one| one.on_violation == Action::Quarantine)
}

#[derive(Default)]
struct Reader {
    found: Vec<Expectation>,
    mistakes: Vec<Mistake>,
    names: HashSet<String>,
    at: usize,
}

impl Reader {
    fn wrong(&mut self, key: Option<&str>, message: impl Into<String>, hint: Option<String>) {
        self.mistakes.push(Mistake {
            entry: Some(self.at),
            key: key.map(str::to_owned),
            message: message.into(),
            hint,
        });
    }

    fn entry(&mut self, entry: &Json) {
        let Some(map) = entry.as_object() else {
            let hint = "write `{name: …, expression: …, on_violation: …}`".to_owned();
            return self.wrong(None, "an expectation must be a mapping", Some(hint));
        };
        for key in map.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let near = did_you_mean(key, KEYS.iter().copied());
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("keys: {}", KEYS.join(", ")),
            };
            self.wrong(Some(key), format!("`{key}` is not a key of an expectation"), Some(hint));
        }
        let Some(on_violation) = self.action(map) else { return };
        let given: Vec<&str> =
            FORMS.iter().copied().filter(|form| map.contains_key(*form)).collect();
        match given[..] {
            ["expression"] => self.expression(map, on_violation),
            ["not_null"] => self.not_null(map, on_violation),
            ["accepted_values"] => self.accepted_values(map, on_violation),
            [] => {
                let hint = "give one of expression, not_null, accepted_values".to_owned();
                self.wrong(None, "an expectation says nothing that must hold", Some(hint));
            }
            _ => {
                let hint = "write one expectation for each".to_owned();
                let message = format!("an expectation has both `{}`", given.join("` and `"));
                self.wrong(Some(given[1]), message, Some(hint));
            }
        }
    }

    fn action(&mut self, map: &Map<String, Json>) -> Option<Action> {
        let all = || ACTIONS.join(", ");
        let Some(written) = map.get("on_violation") else {
            let hint = format!("one of {}", all());
            self.wrong(None, "an expectation has no `on_violation`", Some(hint));
            return None;
        };
        let word = written.as_str().map_or_else(|| written.to_string(), str::to_owned);
        let found = Action::parse(&word);
        if found.is_none() {
            let near = did_you_mean(&word, ACTIONS.iter().copied());
            let hint = near
                .map_or_else(|| format!("one of {}", all()), |n| format!("did you mean `{n}`?"));
            let message = format!("`on_violation` of an expectation is `{word}`");
            self.wrong(Some("on_violation"), message, Some(hint));
        }
        found
    }

    fn expression(&mut self, map: &Map<String, Json>, on_violation: Action) {
        let expression = match &map["expression"] {
            Json::String(text) => text.trim().to_owned(),
            Json::Bool(truth) => truth.to_string(),
            other => {
                let message =
                    format!("`expression` of an expectation must be text, but is `{other}`");
                return self.wrong(Some("expression"), message, None);
            }
        };
        let is_template = ["{{", "{%", "{#"].iter().any(|open| expression.contains(open));
        if !is_template && let Err(reason) = check_fragment(&expression) {
            let message = format!("`expression` of an expectation {reason}");
            return self.wrong(Some("expression"), message, Some(ONE_CONDITION.to_owned()));
        }
        if !map.contains_key("name") {
            let hint = "the name is the reason that a quarantined row carries".to_owned();
            return self.wrong(None, "an expectation has no `name`", Some(hint));
        }
        self.push(map, "", expression, on_violation);
    }

    fn not_null(&mut self, map: &Map<String, Json>, on_violation: Action) {
        let columns: Option<Vec<&str>> = match &map["not_null"] {
            Json::String(column) => Some(vec![column]),
            Json::Array(columns) => columns.iter().map(Json::as_str).collect(),
            _ => None,
        };
        let Some(columns) = columns.filter(|columns| !columns.is_empty()) else {
            let message = "`not_null` of an expectation must be a column or a list of columns";
            return self.wrong(Some("not_null"), message, None);
        };
        let is_there = |column: &&str| format!("{} is not null", quoted(column));
        if map.contains_key("name") {
            let all: Vec<String> = columns.iter().map(is_there).collect();
            return self.push(map, "", all.join(" and "), on_violation);
        }
        for column in &columns {
            self.push(map, &format!("not_null_{column}"), is_there(column), on_violation);
        }
    }

    fn accepted_values(&mut self, map: &Map<String, Json>, on_violation: Action) {
        let written = &map["accepted_values"];
        let column = written.get("column").and_then(Json::as_str);
        let values = written.get("values").and_then(Json::as_array).filter(|v| !v.is_empty());
        let literals = values.map(|values| values.iter().map(literal).collect::<Option<Vec<_>>>());
        let (Some(column), Some(Some(literals))) = (column, literals) else {
            let message = "`accepted_values` of an expectation must be `{column: …, values: […]}`";
            return self.wrong(Some("accepted_values"), message, None);
        };
        let takes_null = literals.iter().any(|literal| literal == NULL);
        let named: Vec<String> = literals.into_iter().filter(|literal| literal != NULL).collect();
        let name = quoted(column);
        let mut condition = format!("{name} in ({})", named.join(", "));
        if takes_null {
            condition = format!("{name} is null or {condition}");
        }
        self.push(map, &format!("accepted_values_{column}"), condition, on_violation);
    }

    fn push(&mut self, map: &Map<String, Json>, made: &str, expression: String, on: Action) {
        let name = match map.get("name") {
            None => made.to_owned(),
            Some(Json::String(name)) => name.trim().to_owned(),
            Some(_) => String::new(),
        };
        if name.is_empty() || name.contains([',', '\n', '`']) {
            let message = "the `name` of an expectation must be text without commas";
            return self.wrong(Some("name"), message, None);
        }
        if !self.names.insert(name.clone()) {
            let key = map.contains_key("name").then_some("name");
            let hint = "names are reasons: give each its own; those of folders add up".to_owned();
            let message = format!("two expectations are named `{name}`");
            return self.wrong(key, message, Some(hint));
        }
        let entry = self.at;
        self.found.push(Expectation { name, expression, on_violation: on, entry });
    }
}

const NULL: &str = "null";
/// What an expression has to be.
pub const ONE_CONDITION: &str =
    "it is one SQL condition over the columns of a row, such as `amount > 0`";

/// An identifier in the quotes of standard SQL.
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some(NULL.to_owned()),
        Json::Bool(true) => Some("1".to_owned()),
        Json::Bool(false) => Some("0".to_owned()),
        Json::Number(number) => Some(number.to_string()),
        Json::String(text) => Some(format!("'{}'", text.replace('\'', "''"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_of(value: Json) -> (Vec<Expectation>, Vec<Mistake>) {
        let mut config = Config::new();
        config.merge(KEY, value);
        read(&config)
    }

    fn complaints(value: Json) -> Vec<String> {
        read_of(value).1.into_iter().map(|mistake| mistake.message).collect()
    }

    #[test]
    fn short_forms_become_conditions() {
        let (found, mistakes) = read_of(json!([
            {"not_null": ["a", "b"], "on_violation": "drop"},
            {"not_null": ["a", "b"], "on_violation": "drop", "name": "both"},
            {"accepted_values": {"column": "c", "values": ["x", "it's", 1, null]}, "on_violation": "warn"},
        ]));
        let found: Vec<(&str, &str, usize)> =
            found.iter().map(|e| (e.name.as_str(), e.expression.as_str(), e.entry)).collect();
        assert_eq!(mistakes, []);
        assert_eq!(
            found,
            [
                ("not_null_a", "\"a\" is not null", 0),
                ("not_null_b", "\"b\" is not null", 0),
                ("both", "\"a\" is not null and \"b\" is not null", 1),
                ("accepted_values_c", "\"c\" is null or \"c\" in ('x', 'it''s', 1)", 2),
            ]
        );
    }

    #[test]
    fn layers_add_up_and_names_stay_apart() {
        let mut config = Config::new();
        let one = json!([{"name": "a", "expression": "x > 0", "on_violation": "warn"}]);
        config.merge(KEY, one.clone());
        config.merge(KEY, json!({"name": "b", "expression": "y > 0", "on_violation": "fail"}));
        assert_eq!(of(&config).len(), 2);
        config.merge(KEY, one);
        assert_eq!(read(&config).1[0].message, "two expectations are named `a`");
        assert_eq!(read(&config).1[0].entry, Some(2));
    }

    #[test]
    fn mistakes_are_told_one_by_one() {
        let entry = |more: Json| {
            let mut base = json!({"name": "a", "expression": "x > 0", "on_violation": "warn"});
            for (key, value) in more.as_object().unwrap() {
                base[key.as_str()] = value.clone();
            }
            json!([base])
        };
        assert_eq!(
            complaints(entry(json!({"on_violation": "quarantin"}))),
            ["`on_violation` of an expectation is `quarantin`"]
        );
        assert_eq!(
            complaints(entry(json!({"on_violations": 1}))),
            ["`on_violations` is not a key of an expectation"]
        );
        assert_eq!(
            complaints(entry(json!({"expression": "a > 0; drop table x"}))),
            ["`expression` of an expectation has a semicolon"]
        );
        assert_eq!(
            complaints(entry(json!({"not_null": "a"}))),
            ["an expectation has both `expression` and `not_null`"]
        );
        assert_eq!(complaints(json!(["a > 0"])), ["an expectation must be a mapping"]);
        assert_eq!(
            complaints(json!([{"name": "a", "on_violation": "fail"}])),
            ["an expectation says nothing that must hold"]
        );
        assert_eq!(
            complaints(json!([{"expression": "a > 0", "on_violation": "fail"}])),
            ["an expectation has no `name`"]
        );
        assert_eq!(
            complaints(json!([{"expression": "a > 0", "name": "a"}])),
            ["an expectation has no `on_violation`"]
        );
    }

    #[test]
    fn the_stronger_action_is_the_greater_one() {
        assert!(Action::Fail > Action::Quarantine && Action::Quarantine > Action::Drop);
        assert!(Action::Drop > Action::Warn);
    }
}
