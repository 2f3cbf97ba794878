//! `lineage`: where columns come from and what is made of them.

use clap::{Args, ValueEnum};

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline::{self, Way};
use crate::report::lineage;
use crate::report::style::count;

/// Show what columns are made of, and what is made of them.
///
/// Everything is told by the compiled SQL; nothing is built and no row is read. Each use of a column is one of three:
/// its values pass through, they are transformed, or they only filter, join or order.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge lineage orders.amount\n  forge lineage +orders.amount\n  forge lineage raw.payments.amount+ --output mermaid\n  forge lineage --check"
)]
pub(in crate::cli) struct Lineage {
    /// A model, seed, snapshot, `source.table` or exposure, or a column of it: `orders.amount`; `+` in front for what it
    /// is made of, behind for what is made of it
    #[arg(value_name = "NAME", required_unless_present = "check")]
    names: Vec<String>,

    /// Only what it is made of
    #[arg(long, conflicts_with = "downstream")]
    upstream: bool,

    /// Only what is made of it
    #[arg(long)]
    downstream: bool,

    /// The form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,

    /// Look for columns with `meta: {pii: true}` in exposures without `meta: {allows: [pii]}`; 1 when there are some
    #[arg(long, conflicts_with = "names")]
    check: bool,
}

/// The forms of the answer.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// Lines
    #[default]
    Tree,
    /// One object
    Json,
    /// A flowchart for Markdown
    Mermaid,
    /// A graph for Graphviz
    Dot,
}

impl Lineage {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let prepared = super::prepare(context)?;
        if self.check {
            let errors = pipeline::exposed_columns(&context.world, &prepared)?;
            if errors == 0 {
                context.say(Level::Info, "no exposure shows what it may not".to_owned());
                return Ok(Outcome::Fine);
            }
            context.say(Level::Info, format!("{} too many", count(errors as i64, "column")));
            return Ok(Outcome::Failed);
        }
        let way = match (self.upstream, self.downstream) {
            (true, _) => Way::Up,
            (_, true) => Way::Down,
            _ => Way::Both,
        };
        let report = pipeline::lineage(&prepared, &self.names, way)?;
        context.console.data(&match self.output {
            Format::Tree => lineage::tree(&report, context.style),
            Format::Json => format!("{:#}", lineage::json(&report)),
            Format::Mermaid => lineage::mermaid(&report),
            Format::Dot => lineage::dot(&report),
        });
        Ok(Outcome::Fine)
    }
}
