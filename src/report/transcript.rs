//! Events as text. The consoles for people share it and differ in how they put the text on the screen.
//!
//! Invariant: a diagnostic is printed once, however often it is emitted.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::style::{Paint, Style, count, thousands};
use super::summary::{self, Tally};
use super::{diagnostic, outcome};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::events::{Event, Level, NodeOutcome, Status};
use crate::source::SourceMap;

/// How many diagnostics are printed in full while the run goes on.
const SHOWN: usize = 50;

/// What is said, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// For standard error.
    Log(String),
    /// For standard output.
    Data(String),
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verbosity {
    /// The least level that is printed; `None` prints nothing but data.
    pub least: Option<Level>,
    /// Whether `print()` of templates is shown.
    pub print: bool,
}

impl Verbosity {
    /// Progress and above.
    pub const NORMAL: Verbosity = Verbosity { least: Some(Level::Info), print: true };

    /// Whether a level is printed.
    pub fn shows(self, level: Level) -> bool {
        self.least.is_some_and(|least| level >= least)
    }
}

/// What was seen of a run so far.
pub struct Transcript {
    sources: Arc<SourceMap>,
    style: Style,
    verbosity: Verbosity,
    tally: Tally,
    unwell: Vec<NodeOutcome>,
    printed: HashSet<String>,
    hidden: usize,
}

impl Transcript {
    /// A transcript of a run that has not begun.
    pub fn new(sources: Arc<SourceMap>, style: Style, verbosity: Verbosity) -> Self {
        Transcript {
            sources,
            style,
            verbosity,
            tally: Tally::default(),
            unwell: Vec::new(),
            printed: HashSet::new(),
            hidden: 0,
        }
    }

    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// What one event makes the console say; lines have their ends.
    pub fn text(&mut self, event: Event) -> Option<Text> {
        if let Event::Print(text) = event {
            return self.verbosity.print.then(|| Text::Data(format!("{text}\n")));
        }
        let text = match event {
            Event::Message { level, text } | Event::TemplateLog { level, text, .. } => {
                self.message(level, &text)
            }
            Event::Diagnostic(diagnostic) => self.diagnostic(&diagnostic),
            Event::Statement { sql } => self.message(Level::Debug, &sql),
            Event::RunStarted { total, summary, threads } => self.started(total, &summary, threads),
            Event::NodeStarted { title, .. } => {
                self.verbosity.shows(Level::Debug).then(|| format!("start {title}\n"))
            }
            Event::NodeFinished { outcome, .. } => self.finished(outcome),
            Event::BatchFinished { index, total, outcome } => self.batch(index, total, outcome),
            Event::RunFinished { elapsed } => self.ended(elapsed),
            Event::Print(_) | Event::CommandStarted { .. } | Event::CommandFinished { .. } => None,
        };
        text.map(Text::Log)
    }

    /// The mistakes that ended the command.
    pub fn diagnostics(&self, diagnostics: Diagnostics) -> Option<String> {
        let mut shown = Diagnostics::new();
        for diagnostic in diagnostics {
            let wanted = self.verbosity.shows(level(diagnostic.severity));
            if wanted && !self.printed.contains(&self.one_line(&diagnostic)) {
                shown.push(diagnostic);
            }
        }
        if shown.is_empty() {
            return None;
        }
        Some(diagnostic::render_all(shown, &self.sources, self.style))
    }

    fn at(&self, level: Level, text: String) -> Option<String> {
        self.verbosity.shows(level).then_some(text)
    }

    fn message(&self, level: Level, text: &str) -> Option<String> {
        if !self.verbosity.shows(level) {
            return None;
        }
        let text = text.trim_end_matches('\n');
        let text = match level {
            Level::Debug => self.style.paint(Paint::Dim, text).into_owned(),
            Level::Info => text.to_owned(),
            Level::Warn => format!("{} {text}", self.style.paint(Paint::Warning, "warning:")),
            Level::Error => format!("{} {text}", self.style.paint(Paint::Error, "error:")),
        };
        Some(text + "\n")
    }

    fn one_line(&self, diagnostic: &Diagnostic) -> String {
        let style = Style { color: false, ..self.style };
        diagnostic::one_line(diagnostic, &self.sources, style)
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> Option<String> {
        if !self.verbosity.shows(level(diagnostic.severity)) {
            return None;
        }
        if !self.printed.insert(self.one_line(diagnostic)) {
            return None;
        }
        if self.printed.len() > SHOWN && diagnostic.severity != Severity::Error {
            self.hidden += 1;
            return None;
        }
        Some(diagnostic::render(diagnostic, &self.sources, self.style) + "\n")
    }

    fn started(&mut self, total: usize, summary: &str, threads: usize) -> Option<String> {
        let mut text = self.hidden();
        if !summary.is_empty() {
            text += &format!("found {summary}\n");
        }
        if total == 0 {
            text += "nothing to do: the selection is empty\n";
        } else {
            let (nodes, threads) = (count(total as i64, "node"), count(threads as i64, "thread"));
            text += &format!("running {nodes} on {threads}\n\n");
        }
        self.at(Level::Info, text)
    }

    fn finished(&mut self, outcome: NodeOutcome) -> Option<String> {
        self.tally.add(outcome.status);
        let text = self.verbosity.shows(Level::Info).then(|| {
            let reason = outcome::reason(&outcome, self.style);
            let reason = reason.map(|reason| reason + "\n").unwrap_or_default();
            outcome::line(&outcome, self.style) + "\n" + &reason
        });
        if outcome::has_details(&outcome) {
            self.unwell.push(outcome);
        }
        text
    }

    /// Batches are told while they come.
    fn batch(&self, index: usize, total: usize, outcome: NodeOutcome) -> Option<String> {
        let title = format!("  {} ({index} of {total})", outcome.title);
        let outcome = NodeOutcome { title, ..outcome };
        let level = if outcome.status == Status::Error { Level::Error } else { Level::Info };
        let shown = self.verbosity.shows(level);
        let reason = outcome::reason(&outcome, self.style).map(|reason| format!("  {reason}\n"));
        shown.then(|| outcome::line(&outcome, self.style) + "\n" + &reason.unwrap_or_default())
    }

    fn ended(&mut self, elapsed: Duration) -> Option<String> {
        // Warnings first, so that what failed stands nearest to the prompt.
        let mut unwell = std::mem::take(&mut self.unwell);
        unwell.sort_by_key(|outcome| outcome.status != Status::Warn);
        let mut text = String::new();
        for outcome in &unwell {
            let level = if outcome.status.is_failure() { Level::Error } else { Level::Warn };
            if self.verbosity.shows(level) {
                text += &format!("\n{}", outcome::details(outcome, &self.sources, self.style));
            }
        }
        if self.verbosity.shows(Level::Info) {
            text += &self.hidden();
            text += &format!("\n{}", summary::render(&self.tally, elapsed, self.style));
        }
        (!text.is_empty()).then_some(text)
    }

    fn hidden(&mut self) -> String {
        match std::mem::take(&mut self.hidden) {
            0 => String::new(),
            hidden => format!("{} more warnings not shown\n", thousands(hidden as i64)),
        }
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Note => Level::Info,
        Severity::Warning => Level::Warn,
        Severity::Error => Level::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;
    use crate::report::outcome::tests::outcome;

    fn said(verbosity: Verbosity, events: Vec<Event>) -> (String, String) {
        let sources = Arc::new(SourceMap::new());
        let mut transcript = Transcript::new(sources, Style::PLAIN, verbosity);
        let (mut log, mut data) = (String::new(), String::new());
        for event in events {
            match transcript.text(event) {
                Some(Text::Log(text)) => log += &text,
                Some(Text::Data(text)) => data += &text,
                None => {}
            }
        }
        (log, data)
    }

    fn run() -> Vec<Event> {
        let failed = NodeOutcome {
            diagnostics: vec![Diagnostic::error(codes::SQL_ERROR, "no such column: boom")],
            ..outcome(Status::Error, "view main.a")
        };
        let skipped = NodeOutcome {
            message: Some("because view main.a failed".into()),
            ..outcome(Status::Skipped, "view main.b")
        };
        vec![
            Event::Diagnostic(Diagnostic::warning(codes::UNKNOWN_KEY, "unknown key `x`")),
            Event::Diagnostic(Diagnostic::warning(codes::UNKNOWN_KEY, "unknown key `x`")),
            Event::RunStarted { total: 2, summary: "2 models".into(), threads: 4 },
            Event::Print("hello".into()),
            Event::NodeFinished { index: 1, outcome: failed },
            Event::NodeFinished { index: 2, outcome: skipped },
            Event::RunFinished { elapsed: Duration::from_millis(1500) },
        ]
    }

    #[test]
    fn a_run_reads_from_warnings_over_nodes_to_errors_and_counts() {
        let (log, data) = said(Verbosity::NORMAL, run());
        assert_eq!(data, "hello\n");
        assert_eq!(
            log,
            "\
warning[E0204] unknown-key: unknown key `x`

found 2 models
running 2 nodes on 4 threads

error view main.a                                                          0.02s
      no such column: boom
skip  view main.b                                         because view main.a failed

error[E0705] sql-error: no such column: boom

completed with errors in 1.50s
Done. PASS=0 WARN=0 ERROR=1 SKIP=1 NO-OP=0 REUSED=0 TOTAL=2
"
        );
    }

    #[test]
    fn quiet_says_errors_and_data_only() {
        let quiet = Verbosity { least: Some(Level::Error), print: true };
        let (log, data) = said(quiet, run());
        assert_eq!(data, "hello\n");
        assert_eq!(log, "\nerror[E0705] sql-error: no such column: boom\n");
    }

    #[test]
    fn an_empty_selection_says_so() {
        let started = Event::RunStarted { total: 0, summary: "2 models".into(), threads: 1 };
        let (log, _) = said(Verbosity::NORMAL, vec![started]);
        assert_eq!(log, "found 2 models\nnothing to do: the selection is empty\n");
    }

    #[test]
    fn no_print_hides_prints() {
        let verbosity = Verbosity { print: false, ..Verbosity::NORMAL };
        assert_eq!(said(verbosity, vec![Event::Print("x".into())]).1, "");
    }

    #[test]
    fn a_print_keeps_its_own_line_breaks() {
        assert_eq!(said(Verbosity::NORMAL, vec![Event::Print("x\n".into())]).1, "x\n\n");
    }
}
