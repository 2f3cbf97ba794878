//! `run-operation`: a macro, or SQL of the command line, for what it does.

use clap::Args;
use serde_json::{Map, Value as Json};

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::{self, Operation};
use crate::project::{FlagOverrides, parse_vars};

/// Call a macro.
///
/// What it changes in the database is committed when it ends, and undone when it fails.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  forge run-operation grant_all --args '{role: reader}'")]
pub(in crate::cli) struct RunOperation {
    /// The macro, `name` or `package.name`
    #[arg(value_name = "MACRO", required_unless_present = "sql", conflicts_with = "sql")]
    name: Option<String>,

    /// Its arguments, as YAML
    #[arg(long, value_name = "YAML", conflicts_with = "sql")]
    args: Option<String>,

    /// Run this SQL, a template, instead of a macro
    #[arg(long, value_name = "SQL")]
    sql: Option<String>,
}

impl RunOperation {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        flags.argument("macro", self.name.clone());
        if let Some(args) = self.args.as_deref().and_then(|text| parse_vars(text).ok()) {
            let args = args.iter().map(|(name, value)| (name.to_owned(), value.to_json()));
            flags.argument("args", args.collect::<Map<String, Json>>());
        }
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let operation = match (&self.name, &self.sql) {
            (Some(name), _) => Operation::Macro { name, args: self.args.as_deref() },
            (None, sql) => Operation::Sql(sql.as_deref().unwrap_or_default()),
        };
        let prepared = super::prepare(context)?;
        let summary = pipeline::run_operation(&context.world, &prepared, &operation)?;
        Ok(Outcome::of(&summary))
    }
}
