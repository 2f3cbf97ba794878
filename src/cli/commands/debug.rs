//! `debug`: is everything in place?

use std::path::Path;

use clap::Args;

use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::exit::Outcome;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::parity::{Finding, Verdict};
use crate::pipeline::{self, DebugReport, ParityReport};
use crate::report::style::{Paint, columns, pad};
use crate::report::{Style, parity};

/// Check the project, the profile and the connection to the database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Debug {
    /// dbt's flag: look at the connection; forge looks at everything in any case
    #[arg(long)]
    connection: bool,

    /// dbt's flag: the folder of profiles.yml; forge shows its file in any case
    #[arg(long, hide_short_help = true)]
    config_dir: bool,

    /// List what of the project forge treats differently from dbt, with place and advice
    #[arg(long)]
    parity: bool,

    /// The form of the parity report
    #[arg(long, value_enum, default_value_t, requires = "parity", value_name = "FORMAT")]
    output: OutputFormat,
}

impl Debug {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        if self.parity {
            return self.parity(context);
        }
        if let Some(folder) = &context.flags.project_dir
            && !context.world.host.is_dir(Path::new(folder))
        {
            let message = format!("the folder `{folder}` does not exist");
            return Err(Diagnostic::error(codes::NO_PROJECT, message).into());
        }
        let report = pipeline::debug(&context.world, &context.flags)?;
        context.console.data(&text(&report, context.style));
        let fine = report.lines.iter().all(|(_, _, fine)| *fine);
        Ok(if fine { Outcome::Fine } else { Outcome::Failed })
    }

    /// Fails when something is not supported, so that it can guard a migration.
    fn parity(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let ParityReport { unsupported, findings } =
            pipeline::parity(&context.world, &context.flags)?;
        let sources = &context.world.sources;
        context.console.data(&match self.output {
            OutputFormat::Text => parity::text(&unsupported, &findings, sources, context.style),
            OutputFormat::Json => format!("{:#}", parity::json(&unsupported, &findings, sources)),
        });
        let is_missing = |finding: &Finding| finding.rule.verdict == Verdict::Missing;
        let is_complete = unsupported.is_empty() && !findings.iter().any(is_missing);
        Ok(if is_complete { Outcome::Fine } else { Outcome::Failed })
    }
}

fn text(report: &DebugReport, style: Style) -> String {
    let width = report.lines.iter().map(|(subject, _, _)| columns(subject)).max().unwrap_or(0);
    let line = |(subject, finding, fine): &(String, String, bool)| {
        let (paint, word) = if *fine { (Paint::Good, "ok    ") } else { (Paint::Error, "failed") };
        format!("{}  {}  {finding}\n", style.paint(paint, word), pad(subject, width))
    };
    report.lines.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_its_verdict() {
        let lines = vec![
            ("project".to_owned(), "shop, dbt_project.yml".to_owned(), true),
            ("connection".to_owned(), "cannot open shop.db".to_owned(), false),
        ];
        assert_eq!(
            text(&DebugReport { lines }, Style::PLAIN),
            "ok      project     shop, dbt_project.yml\nfailed  connection  cannot open shop.db\n"
        );
    }
}
