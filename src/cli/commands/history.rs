//! `history`: what ran on this database.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline::{self, History as Told, Wanted};
use crate::report::{gaps, history};

/// Show the runs that the database remembers, or those of one model.
#[derive(Debug, Args)]
pub(in crate::cli) struct History {
    /// A model, seed, snapshot or test, by its name or id
    #[arg(value_name = "NODE", conflicts_with = "run")]
    node: Option<String>,

    /// The nodes and batches of one run, by its number
    #[arg(long, value_name = "NUMBER")]
    run: Option<i64>,

    /// The batches of microbatch models that never succeeded
    #[arg(long, conflicts_with = "run")]
    gaps: bool,

    /// How many runs
    #[arg(long, default_value_t = 20, value_name = "N")]
    limit: usize,

    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: OutputFormat,
}

impl History {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        if self.gaps {
            return self.tell_gaps(context);
        }
        let wanted = match (&self.node, self.run) {
            (Some(node), _) => Wanted::Node(node.clone()),
            (None, Some(number)) => Wanted::Run(number),
            (None, None) => Wanted::Runs,
        };
        let told = pipeline::history(&context.world, &context.flags, &wanted, self.limit)?;
        context.console.data(&match self.output {
            OutputFormat::Json => format!("{:#}", json(&told)),
            OutputFormat::Text => text(&told, context),
        });
        Ok(Outcome::Fine)
    }

    fn tell_gaps(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        let found = pipeline::gaps(&prepared, self.node.as_deref())?;
        if self.output == OutputFormat::Json {
            context.console.data(&format!("{:#}", gaps::json(&found)));
            return Ok(Outcome::Fine);
        }
        for line in gaps::headings(&found) {
            context.say(Level::Info, line);
        }
        if let Some(text) = gaps::text(&found, context.style) {
            context.console.data(&text);
        }
        Ok(Outcome::Fine)
    }
}

fn text(told: &Told, context: &Context) -> String {
    match told {
        Told::Runs(runs) => history::runs(runs, context.style),
        Told::Run(run, nodes, batches) => history::run(run, nodes, batches, context.style),
        Told::Node(_, runs) => history::node(runs, context.style),
    }
}

fn json(told: &Told) -> Json {
    match told {
        Told::Runs(runs) => runs.iter().map(history::counted_json).collect(),
        Told::Run(run, nodes, batches) => {
            let mut all = history::run_json(run);
            all["nodes"] = nodes.iter().map(history::node_json).collect();
            all["batches"] = batches.iter().map(history::batch_json).collect();
            all
        }
        Told::Node(id, runs) => {
            let runs: Vec<Json> = runs.iter().map(history::node_json).collect();
            json!({"unique_id": id, "runs": runs})
        }
    }
}
