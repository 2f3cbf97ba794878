//! `lint`: hazards in SQL that the engine takes.

use clap::Args;

use crate::cli::Context;
use crate::cli::args::{SelectArgs, TypeArgs};
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::events::Level;
use crate::pipeline::{self, Fixed, LintReport};
use crate::project::FlagOverrides;
use crate::report::diff;
use crate::report::style::count;

/// Look for hazards in the SQL of models, snapshots, tests and analyses, and for what the project does not want.
///
/// Which rules count, and where, is said in `forge_lint.yml`; `forge explain CODE` shows a rule with examples.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  forge lint\n  forge lint --select marts --fix\n  forge lint --strict"
)]
pub(in crate::cli) struct Lint {
    #[command(flatten)]
    select: SelectArgs,
    #[command(flatten)]
    types: TypeArgs,

    /// Mend in the files what can be mended, and show what was changed
    #[arg(long)]
    fix: bool,
}

impl Lint {
    pub(super) fn set_flags(&self, flags: &mut FlagOverrides) {
        self.select.set_flags(flags);
        self.types.set_flags(flags);
    }

    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let selection = self.types.narrow(self.select.selection());
        let fixed = match self.fix {
            true => pipeline::fix(&context.world, &context.flags, &selection)?,
            false => Vec::new(),
        };
        for file in &fixed {
            let texts = [&file.old, &file.new].map(String::as_str);
            let path = file.path.as_str();
            context.console.data(&diff::unified((path, texts[0]), (path, texts[1]), context.style));
        }
        let prepared = super::prepare(context)?;
        let report = pipeline::lint(&context.world, &prepared, &selection)?;
        context.say(Level::Info, summary(&report, &fixed));
        Ok(if report.errors > 0 { Outcome::Failed } else { Outcome::Fine })
    }
}

fn summary(report: &LintReport, fixed: &[Fixed]) -> String {
    let looked_at = count(report.looked_at as i64, "node");
    let found = [(report.errors, "error"), (report.warnings, "warning")];
    let found = found.iter().filter(|(number, _)| *number > 0);
    let found: Vec<String> = found.map(|(number, word)| count(*number as i64, word)).collect();
    let found = if found.is_empty() { "nothing found".to_owned() } else { found.join(", ") };
    let mended: usize = fixed.iter().map(|file| file.count).sum();
    let rest = match (mended, report.fixable) {
        (0, 0) => String::new(),
        (0, fixable) => format!("; `--fix` mends {fixable} of them"),
        (mended, _) => format!("; mended {mended} in {}", count(fixed.len() as i64, "file")),
    };
    format!("linted {looked_at}: {found}{rest}")
}
