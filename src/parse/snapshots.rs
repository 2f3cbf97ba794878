//! What a snapshot's configuration must say, looked at before anything runs.
//!
//! Source: dbt 1.12, `artifacts/resources/v1/snapshot.py` (`final_validate`) for enabled snapshots; what dbt finds
//! only when a snapshot runs (`hard_deletes`, the macro of a strategy) is found here too.

use serde_json::Value as Json;

use super::configs::config_call;
use super::context::Context;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::Node;
use crate::manifest::config::SNAPSHOT_COLUMNS;
use crate::names::did_you_mean;
use crate::source::Span;

const STRATEGIES: [&str; 2] = ["timestamp", "check"];
const HARD_DELETES: [&str; 3] = ["ignore", "invalidate", "new_record"];

/// The mistakes in the configuration of an enabled snapshot.
pub(super) fn mistakes(cx: &Context<'_>, node: &Node) -> Vec<Diagnostic> {
    if !node.config.enabled() {
        return Vec::new();
    }
    let found = Mistakes { cx, node };
    [
        found.strategy(),
        found.unique_key(),
        found.needs_of_strategy(),
        found.materialized(),
        found.hard_deletes(),
        found.column_names(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

struct Mistakes<'a> {
    cx: &'a Context<'a>,
    node: &'a Node,
}

impl Mistakes<'_> {
    fn strategy(&self) -> Option<Diagnostic> {
        let Some(strategy) = self.get("strategy") else {
            return Some(self.missing("strategy", "`strategy: timestamp`, or `strategy: check`"));
        };
        let name = strategy.as_str().unwrap_or_default();
        let is_known = match name.split_once('.') {
            None => self.has_macro(None, name),
            Some((package, name)) => self.has_macro(Some(package), name),
        };
        if is_known {
            return None;
        }
        let message = format!("the strategy `{}` does not exist", shown(strategy));
        let mistake = self.error("strategy", message);
        Some(match did_you_mean(name, STRATEGIES) {
            Some(near) => mistake.suggest(Some(near)),
            None => mistake.hint(match name.split_once('.') {
                None => {
                    format!(
                        "use `timestamp` or `check`, or define a macro `snapshot_{name}_strategy`"
                    )
                }
                Some((package, name)) => {
                    format!("the package `{package}` needs a macro `snapshot_{name}_strategy`")
                }
            }),
        })
    }

    fn has_macro(&self, package: Option<&str>, strategy: &str) -> bool {
        let name = format!("snapshot_{strategy}_strategy");
        let macros = &self.cx.globals.macros;
        match package {
            Some(package) => macros.get(package, &name).is_some(),
            None => macros.resolve(&self.node.package_name, &name).is_some(),
        }
    }

    fn unique_key(&self) -> Option<Diagnostic> {
        let hint = "`unique_key: id`, or a list of columns";
        match self.get("unique_key") {
            None => Some(self.missing("unique_key", hint)),
            Some(key) if is_text_or_texts(key) => None,
            Some(key) => {
                let message = format!("`unique_key` is `{}`", shown(key));
                Some(self.error("unique_key", message).hint(format!("write {hint}")))
            }
        }
    }

    fn needs_of_strategy(&self) -> Option<Diagnostic> {
        let (updated_at, check_cols) = (self.get("updated_at"), self.get("check_cols"));
        match (self.node.config.get_str("strategy")?, updated_at, check_cols) {
            ("timestamp", None, _) => Some(self.missing(
                "updated_at",
                "`updated_at:` with the column that tells when a row was changed",
            )),
            ("timestamp", Some(time), _) if !time.is_string() => {
                let message =
                    format!("`updated_at` is a column or an expression, not `{}`", shown(time));
                Some(self.error("updated_at", message).hint("write `updated_at: changed_at`"))
            }
            ("timestamp", _, Some(_)) => {
                let message = "the strategy `timestamp` takes no `check_cols`".to_owned();
                Some(self.error("check_cols", message).hint("remove it, or use `strategy: check`"))
            }
            ("check", _, None) => {
                Some(self.missing("check_cols", "`check_cols: all`, or a list of columns"))
            }
            ("check", _, Some(columns)) => {
                let is_right = match columns.as_str() {
                    Some(word) => word == "all",
                    None => is_text_or_texts(columns),
                };
                (!is_right).then(|| {
                    let message = format!(
                        "`check_cols` is `all` or a list of columns, not `{}`",
                        shown(columns)
                    );
                    self.error("check_cols", message).hint("write `check_cols: [name, price]`")
                })
            }
            _ => None,
        }
    }

    fn materialized(&self) -> Option<Diagnostic> {
        let other = self.node.config.get_str("materialized").filter(|kind| *kind != "snapshot")?;
        let message = format!("a snapshot cannot be materialized as `{other}`");
        Some(self.error("materialized", message).hint("remove `materialized`"))
    }

    fn hard_deletes(&self) -> Option<Diagnostic> {
        let new = self.get("hard_deletes")?;
        if self.get("invalidate_hard_deletes").is_some() {
            let message = "it has both `hard_deletes` and `invalidate_hard_deletes`".to_owned();
            return Some(
                self.error("invalidate_hard_deletes", message).hint("keep `hard_deletes`"),
            );
        }
        let word = new.as_str().unwrap_or_default();
        if HARD_DELETES.contains(&word) {
            return None;
        }
        let message = format!(
            "`hard_deletes` is `ignore`, `invalidate` or `new_record`, not `{}`",
            shown(new)
        );
        let mistake = self.error("hard_deletes", message);
        Some(match did_you_mean(word, HARD_DELETES) {
            Some(near) => mistake.suggest(Some(near)),
            None => mistake.hint("write `hard_deletes: invalidate`"),
        })
    }

    fn column_names(&self) -> Option<Diagnostic> {
        const KEY: &str = "snapshot_meta_column_names";
        let names = self.get(KEY)?;
        let Some(names) = names.as_object() else {
            let message = format!("`{KEY}` is a mapping, not `{}`", shown(names));
            return Some(self.error(KEY, message).hint("write `{dbt_valid_from: valid_from}`"));
        };
        if let Some(key) = names.keys().find(|key| !SNAPSHOT_COLUMNS.contains(&key.as_str())) {
            let message = format!("`{KEY}` has the key `{key}`, and there is no such column");
            return Some(self.error(KEY, message).suggest(did_you_mean(key, SNAPSHOT_COLUMNS)));
        }
        let named = |usual: &&str| {
            let own = names.get(*usual).and_then(Json::as_str);
            own.filter(|own| !own.is_empty()).unwrap_or(usual).to_lowercase()
        };
        let all: Vec<String> = SNAPSHOT_COLUMNS.iter().map(named).collect();
        let twice = all.iter().enumerate().find(|(at, name)| all[..*at].contains(name))?.1;
        let message = format!("`{KEY}` gives two columns the name `{twice}`");
        Some(self.error(KEY, message).hint("give every column its own name"))
    }

    /// A value that says something: dbt takes an empty one as none.
    fn get(&self, key: &str) -> Option<&Json> {
        self.node.config.get(key).filter(|value| match value {
            Json::String(text) => !text.is_empty(),
            Json::Array(items) => !items.is_empty(),
            Json::Object(map) => !map.is_empty(),
            _ => true,
        })
    }

    fn missing(&self, key: &str, hint: &str) -> Diagnostic {
        let reason = match (key, self.node.config.get_str("strategy")) {
            ("updated_at" | "check_cols", Some(strategy)) => {
                format!("the strategy `{strategy}` needs `{key}`")
            }
            _ => format!("it has no `{key}`"),
        };
        self.error(key, reason).hint(format!("add {hint}"))
    }

    fn error(&self, key: &str, reason: String) -> Diagnostic {
        let message = format!("snapshot `{}`: {reason}", self.node.name);
        Diagnostic::error(codes::BAD_SNAPSHOT, message).at(self.place(key), "")
    }

    /// Where the key is written: in the property file's entry, in `config()`, else where the snapshot begins.
    fn place(&self, key: &str) -> Span {
        let in_entry = self.node.patch_span.and_then(|entry| {
            let text = &self.cx.project.sources.file(entry.file).text;
            key_in_entry(text, entry, key).or(Some(entry).filter(|_| self.is_in_yaml()))
        });
        in_entry.unwrap_or_else(|| config_call(self.node, key))
    }

    fn is_in_yaml(&self) -> bool {
        self.node.patch_span.is_some_and(|entry| entry.file == self.node.span.file)
    }
}

/// The key of a list's entry whose name stands at `name`, as far as the entry goes.
fn key_in_entry(text: &str, name: Span, key: &str) -> Option<Span> {
    let (start, end) = (name.start as usize, name.end as usize);
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let dash = text[line..start].find('-')?;
    let mut at = end + text[end..].find('\n').map_or(text.len() - end, |found| found + 1);
    for line in text[at..].split_inclusive('\n') {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if !content.is_empty() && indent <= dash {
            return None;
        }
        let content = content.strip_prefix('+').unwrap_or(content);
        if content.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(':')) {
            let from = at + line.len() - content.len();
            return Some(Span::new(name.file, from, from + content.trim_end().len()));
        }
        at += line.len();
    }
    None
}

fn is_text_or_texts(value: &Json) -> bool {
    match value {
        Json::String(_) => true,
        Json::Array(items) => items.iter().all(Json::is_string),
        _ => false,
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
