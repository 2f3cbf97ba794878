//! `explain`: the page of a diagnostic code, or how the engine runs a model.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::exit::Outcome;
use crate::diagnostics::{Code, Diagnostic, Diagnostics, codes};
use crate::names::did_you_mean;
use crate::pipeline::{self, MissingIndex, NodePlan, Prepared, Selection, Step};
use crate::report::page;

/// Explain a diagnostic code, such as E0301, or how the engine runs a model; without either, list all codes.
///
/// Of a model, shows the engine's query plan, each step with the line of the template that it comes from, and the indexes
/// that would be used if they were there. What the model reads must be built.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  forge explain E0301\n  forge explain orders")]
pub(in crate::cli) struct Explain {
    /// The code or its name, or a model; any selector
    #[arg(value_name = "CODE or MODEL")]
    what: Option<String>,

    /// The form of a plan
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: OutputFormat,
}

impl Explain {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let text = match self.what.as_deref() {
            None => page::index(context.style),
            Some(wanted) => match Code::find(wanted) {
                Some(code) => page::render(code, context.style),
                None if looks_like_a_code(wanted) => return Err(unknown(wanted)),
                None => self.plans(context, wanted)?,
            },
        };
        context.console.data(&text);
        Ok(Outcome::Fine)
    }

    fn plans(&self, context: &Context, wanted: &str) -> Result<String, Diagnostics> {
        let prepared = super::prepare(context)?;
        let selection = Selection { select: vec![wanted.to_owned()], ..Selection::default() };
        let plans = pipeline::explain_plans(&context.world, &prepared, &selection)?;
        if plans.is_empty() {
            return Err(unknown(wanted));
        }
        Ok(match self.output {
            OutputFormat::Text => {
                plans.iter().map(|plan| text(&prepared, plan)).collect::<Vec<_>>().join("\n")
            }
            OutputFormat::Json => {
                let all = plans.iter().map(|plan| object(&prepared, plan)).collect();
                format!("{:#}", Json::Array(all))
            }
        })
    }
}

/// `E` and a number, or a name that only a code could have meant.
fn looks_like_a_code(wanted: &str) -> bool {
    let digits = wanted.strip_prefix(['E', 'e']).unwrap_or_default();
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    is_number || did_you_mean(wanted, names()).is_some_and(|near| near.contains('-'))
}

fn names() -> impl Iterator<Item = &'static str> {
    codes::ALL.iter().flat_map(|code| [code.id(), code.name()])
}

fn unknown(wanted: &str) -> Diagnostics {
    let message = format!("there is no diagnostic code and no model `{wanted}`");
    let near = did_you_mean(wanted, names());
    let unknown = Diagnostic::error(codes::UNKNOWN_NAME, message);
    match near {
        Some(_) => unknown.suggest(near),
        None => unknown.hint("`forge explain` lists all codes, `forge ls` all models"),
    }
    .into()
}

fn text(prepared: &Prepared, plan: &NodePlan) -> String {
    let node = &plan.node;
    let variant = plan.variant.map_or_else(String::new, |variant| format!(", {variant}"));
    let mut out =
        format!("{} ({}{variant}) {}\n", node.name, node.materialized(), node.original_file_path);
    let steps: Vec<String> = plan.steps.iter().map(shown).collect();
    let width = steps.iter().map(|step| step.chars().count()).max().unwrap_or(0);
    for (step, shown) in plan.steps.iter().zip(&steps) {
        let place = step.place.map(|place| prepared.project.sources.place(place));
        let line = format!("  {shown:<width$}  {}", place.unwrap_or_default());
        out += &format!("{}\n", line.trim_end());
    }
    if !plan.missing.is_empty() {
        out += "\n  indexes that the engine makes for this query alone, and throws away:\n";
        for missing in &plan.missing {
            out += &format!("  {}\n", advice(prepared, missing));
        }
    }
    out
}

fn shown(step: &Step) -> String {
    format!("{}{}", "  ".repeat(step.plan.depth), step.plan.text)
}

/// What to write where, so that an index is there.
fn advice(prepared: &Prepared, missing: &MissingIndex) -> String {
    let columns = missing.columns.join(", ");
    let node = missing.of.as_ref().and_then(|id| prepared.manifest.nodes.get(id));
    match node {
        Some(node) if node.materialized() == "view" || node.is_ephemeral() => format!(
            "{}({columns}): `{}` is a view; as a table it can have `indexes: [{{columns: [{columns}]}}]`",
            missing.table, node.name
        ),
        Some(node) => format!(
            "{}({columns}): add `indexes: [{{columns: [{columns}]}}]` to the config of `{}`",
            missing.table, node.name
        ),
        None => format!("{}({columns})", missing.table),
    }
}

fn object(prepared: &Prepared, plan: &NodePlan) -> Json {
    let place = |step: &Step| step.place.map(|place| prepared.project.sources.place(place));
    let steps = plan.steps.iter().map(|step| {
        json!({
            "depth": step.plan.depth,
            "text": step.plan.text,
            "table": step.plan.table,
            "place": place(step),
        })
    });
    let missing = plan.missing.iter().map(|missing| {
        json!({
            "table": missing.table,
            "columns": missing.columns,
            "unique_id": missing.of.as_ref().map(|id| id.as_str()),
        })
    });
    json!({
        "unique_id": plan.node.unique_id.as_str(),
        "variant": plan.variant,
        "steps": steps.collect::<Vec<Json>>(),
        "missing_indexes": missing.collect::<Vec<Json>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_codes_get_a_suggestion() {
        let hint = |wanted| unknown(wanted).into_iter().next().and_then(|d| d.hint);
        assert_eq!(hint("unknown-reff").as_deref(), Some("did you mean `unknown-ref`?"));
        let none = "`forge explain` lists all codes, `forge ls` all models";
        assert_eq!(hint("zzzzzzzzzz").as_deref(), Some(none));
        assert!(looks_like_a_code("E9999") && looks_like_a_code("unknown-reff"));
        assert!(!looks_like_a_code("orders") && !looks_like_a_code("e"));
    }
}
