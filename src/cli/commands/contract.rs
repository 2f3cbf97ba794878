//! `contract`: what a model promises and what keeps it.

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use crate::adapters::{Datum, PrintOptions, Table, print_table};
use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::{self, ConstraintReport, ContractReport, Covered, Kept, Selection};

/// Look at the contracts of models.
#[derive(Debug, Args)]
pub(in crate::cli) struct Contract {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Explain(Explain),
}

/// Tell for each constraint of a model whether something keeps it, and which tests look at it.
#[derive(Debug, Args)]
struct Explain {
    /// The model; any selector of models
    #[arg(required = true, num_args = 1.., value_name = "MODEL")]
    models: Vec<String>,

    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: OutputFormat,
}

impl Contract {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let Verb::Explain(verb) = &self.verb;
        let prepared = super::prepare(context)?;
        let selection = Selection { select: verb.models.clone(), ..Selection::default() };
        let reports = pipeline::explain_contract(&context.world, &prepared, &selection)?;
        context.console.data(&match verb.output {
            OutputFormat::Text => {
                let all: Vec<String> = reports.iter().map(text).collect();
                all.join("\n")
            }
            OutputFormat::Json => {
                format!("{:#}", Json::Array(reports.iter().map(object).collect()))
            }
        });
        Ok(Outcome::Fine)
    }
}

fn text(report: &ContractReport) -> String {
    let node = &report.node;
    let state = match (report.enforced, report.built) {
        (false, _) => "contract not enforced",
        (true, false) => "contract enforced, not built yet",
        (true, true) => "contract enforced",
    };
    let title = format!("{} ({}, {state})", node.name, node.materialized());
    if report.constraints.is_empty() {
        return format!("{title}: no constraints\n");
    }
    let rows = report.constraints.iter().map(|one| cells(report, one).map(Datum::Text).to_vec());
    let columns = ["constraint", "columns", "kept", "in the table", "tests"];
    let table = Table::new(columns.map(str::to_owned).to_vec(), rows.collect());
    let options =
        PrintOptions { max_columns: None, max_column_width: None, ..PrintOptions::default() };
    format!("{title}\n{}", print_table(&table, options))
}

fn cells(report: &ContractReport, one: &ConstraintReport) -> [String; 5] {
    let constraint = &one.constraint;
    let kind = match (&constraint.name, &constraint.expression) {
        (Some(name), Some(expression)) => {
            format!("{} {name}: {expression}", constraint.kind.as_str())
        }
        (Some(name), None) => format!("{} {name}", constraint.kind.as_str()),
        (None, Some(expression)) => format!("{}: {expression}", constraint.kind.as_str()),
        (None, None) => constraint.kind.as_str().to_owned(),
    };
    let in_table = match one.in_table {
        Some(true) => "yes",
        Some(false) => "no, older than it",
        None if report.built && report.enforced => "-",
        None => "",
    };
    let tests = match one.covered {
        Covered::None => "none".to_owned(),
        Covered::Part => format!("{} (a part)", one.tests.join(", ")),
        Covered::Whole => one.tests.join(", "),
    };
    let columns = constraint.bare_columns().join(", ");
    [kind, columns, kept(&one.kept), in_table.to_owned(), tests]
}

fn kept(kept: &Kept) -> String {
    match kept {
        Kept::ByTable => "by the table".to_owned(),
        Kept::AtBuild => "when it is built".to_owned(),
        Kept::ByTableAndAtBuild => "by the table and when it is built".to_owned(),
        Kept::ByNothing(why) => format!("no: {why}"),
    }
}

fn object(report: &ContractReport) -> Json {
    let node = &report.node;
    let columns: Vec<Json> = node
        .columns
        .values()
        .map(|column| json!({"name": column.name, "data_type": column.data_type}))
        .collect();
    let constraints: Vec<Json> = report.constraints.iter().map(constraint).collect();
    json!({
        "unique_id": node.unique_id.as_str(),
        "name": node.name,
        "materialized": node.materialized(),
        "enforced": report.enforced,
        "built": report.built,
        "columns": columns,
        "constraints": constraints,
    })
}

fn constraint(one: &ConstraintReport) -> Json {
    let constraint = &one.constraint;
    let reason = match &one.kept {
        Kept::ByNothing(why) => Some(why),
        _ => None,
    };
    json!({
        "type": constraint.kind.as_str(),
        "name": constraint.name,
        "columns": constraint.bare_columns(),
        "expression": constraint.expression,
        "to": constraint.to,
        "enforced": reason.is_none(),
        "enforced_by": match &one.kept {
            Kept::ByTable => json!(["table"]),
            Kept::AtBuild => json!(["build"]),
            Kept::ByTableAndAtBuild => json!(["table", "build"]),
            Kept::ByNothing(_) => json!([]),
        },
        "reason": reason,
        "in_table": one.in_table,
        "tests": one.tests,
        "tested": match one.covered {
            Covered::Whole => "yes",
            Covered::Part => "partly",
            Covered::None => "no",
        },
    })
}
