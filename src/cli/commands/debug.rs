//! `debug`: is everything in place?

use clap::Args;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::Diagnostics;
use crate::pipeline::{self, DebugReport};
use crate::report::Style;
use crate::report::style::{Paint, columns, pad};

/// Check the project, the profile and the connection to the database.
#[derive(Debug, Args)]
pub(in crate::cli) struct Debug {}

impl Debug {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let report = pipeline::debug(&context.world, &context.flags)?;
        context.console.data(&text(&report, context.style));
        let fine = report.lines.iter().all(|(_, _, fine)| *fine);
        Ok(if fine { Outcome::Fine } else { Outcome::Failed })
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
