//! `show`: the first rows of a node.

use clap::Args;
use serde_json::{Map, Value as Json};

use crate::cli::Context;
use crate::cli::args::{OutputFormat, SelectArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::{Level, Sample};
use crate::pipeline::{self, Shown};
use crate::project::FlagOverrides;
use crate::report::{Style, table};

/// Run the SQL of a node, or SQL of your own, and show its first rows.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge show --select orders --limit 20\n  forge show --inline \"select count(*) from {{ ref('orders') }}\""
)]
pub(in crate::cli) struct Show {
    #[command(flatten)]
    select: SelectArgs,

    /// Run this SQL, a template, instead of a node
    #[arg(long, value_name = "SQL", conflicts_with_all = ["select", "selector"])]
    inline: Option<String>,

    #[arg(long, value_name = "SQL", hide = true, conflicts_with = "inline")]
    inline_direct: Option<String>,

    /// How many rows; -1 for all
    #[arg(long, default_value_t = 5, allow_negative_numbers = true, value_name = "N")]
    limit: i64,

    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: OutputFormat,

    /// Compile incremental models as a full refresh
    #[arg(short, long)]
    full_refresh: bool,
}

impl Show {
    pub(in crate::cli) fn limit(&self) -> Option<usize> {
        usize::try_from(self.limit).ok()
    }

    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        flags.full_refresh = self.full_refresh.then_some(true);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let selection = self.select.selection();
        // dbt: SQL that is no template.
        let direct =
            self.inline_direct.as_ref().map(|sql| format!("{{% raw %}}{sql}{{% endraw %}}"));
        let inline = self.inline.as_deref().or(direct.as_deref());
        let shown = pipeline::show(&context.world, &prepared, &selection, inline, self.limit())?;
        if shown.is_empty() {
            context.say(Level::Warn, "nothing to show: the selection is empty");
        }
        for node in &shown {
            self.print(context, node);
        }
        Ok(Outcome::Fine)
    }

    fn print(&self, context: &Context, shown: &Shown) {
        if self.output == OutputFormat::Json {
            return context.console.data(&format!("{:#}", object(shown)));
        }
        if let Some(name) = &shown.name {
            context.say(Level::Info, format!("{name}:"));
        }
        context.console.data(&text(shown, context.style));
    }
}

/// The rows as a table for people.
pub(super) fn text(shown: &Shown, style: Style) -> String {
    let rows = shown.rows.iter().map(|row| row.iter().map(cell).collect());
    let sample = Sample { columns: shown.columns.clone(), rows: rows.collect() };
    table::render(&sample, style, 0)
}

fn cell(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// dbt's object: the node's name unless the SQL came from the command line, and its rows.
fn object(shown: &Shown) -> Json {
    let row = |row: &Vec<Json>| {
        let cells = shown.columns.iter().cloned().zip(row.iter().cloned());
        Json::Object(cells.collect())
    };
    let mut object = Map::new();
    if let Some(name) = &shown.name {
        object.insert("node".to_owned(), name.clone().into());
    }
    object.insert("show".to_owned(), shown.rows.iter().map(row).collect());
    Json::Object(object)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown() -> Shown {
        Shown {
            name: Some("a".into()),
            columns: vec!["id".into(), "t".into()],
            rows: vec![vec![json!(1), json!("x")], vec![json!(2.5), Json::Null]],
            sql: String::new(),
        }
    }

    #[test]
    fn rows_keep_their_types_in_json() {
        let expected = json!({"node": "a", "show": [{"id": 1, "t": "x"}, {"id": 2.5, "t": null}]});
        assert_eq!(object(&shown()), expected);
    }

    #[test]
    fn rows_are_a_table_for_people() {
        assert_eq!(text(&shown(), Style::PLAIN), " id  t\n---  ----\n  1  x\n2.5  NULL\n");
    }
}
