//! Files for the gate before a merge: JUnit, SARIF, Markdown, annotations of GitHub; the quality report of a run, and
//! the message to a webhook.
//!
//! [`Gated`] hears what the console hears and writes at the end of the command, also of one that failed or was ended.
//! Invariants: no value of a row is in any of them, but for keys of failing rows in the quality report; secrets are hidden before a form escapes anything; paths are below the
//! root of the repository; a file that cannot be written is one warning and never a run.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::outbox::Outbox;
use super::output;
use super::{Begun, Console};
use crate::artifacts::stamp;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::events::{Event, EventSink, NodeOutcome, Status};
use crate::host::Host;
use crate::manifest::Resource;
use crate::source::{SourceMap, Span};

mod github;
mod junit;
mod markdown;
mod message;
mod quality;
mod sarif;

pub use quality::Rows;

/// The file of the quality report.
const QUALITY_REPORT: &str = "quality_report.json";

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The JUnit file.
    pub junit: Option<PathBuf>,
    /// The SARIF file.
    pub sarif: Option<PathBuf>,
    /// The Markdown file.
    pub summary: Option<PathBuf>,
    /// Annotations on standard error, and the summary where GitHub wants it.
    pub github: bool,
    /// What the quality report says of failing rows.
    pub rows: Rows,
    /// Who is told.
    pub notify: Option<Notify>,
}

/// Who is told how the command ended.
#[derive(Clone, Debug)]
pub struct Notify {
    /// The webhook.
    pub outbox: Outbox,
    /// When.
    pub occasion: Occasion,
}

/// When a webhook is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Occasion {
    /// At the end of every command.
    #[default]
    Always,
    /// At the end of one that failed.
    Failure,
}

/// A console with reports for the gate beside it.
pub struct Gated {
    console: Arc<dyn Console>,
    host: Arc<dyn Host>,
    sources: Arc<SourceMap>,
    wanted: Wanted,
    /// From the root of the repository to the project, with a `/` at the end.
    prefix: String,
    heard: Mutex<Heard>,
}

/// What a command told.
#[derive(Default)]
struct Heard {
    begun: Option<Begun>,
    invocation_id: String,
    has_run: bool,
    nodes: Vec<NodeOutcome>,
    diagnostics: Vec<Diagnostic>,
}

/// The end of a command, for those who write it down.
struct Told<'h> {
    command: String,
    success: bool,
    elapsed: Duration,
    nodes: Vec<Ended<'h>>,
    /// What belongs to no node, and then what belongs to one.
    findings: Vec<Finding>,
}

/// How one node ended.
struct Ended<'h> {
    outcome: &'h NodeOutcome,
    name: String,
    /// What went wrong, in a line; of a node that went well, nothing.
    message: String,
    place: Option<Place>,
}

/// A mistake, a failure, a warning.
struct Finding {
    severity: Severity,
    code: &'static str,
    name: &'static str,
    message: String,
    hint: Option<String>,
    place: Option<Place>,
    /// The id of the node that it is about.
    node: Option<String>,
}

/// A place in a file of the repository; lines and columns from 1, the end exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl Gated {
    /// Writes what is `wanted` of what `console` hears. `project` is the folder of the project.
    pub fn new(
        console: Arc<dyn Console>,
        host: Arc<dyn Host>,
        sources: Arc<SourceMap>,
        wanted: Wanted,
        project: Option<&Path>,
    ) -> Self {
        let prefix = project.map_or_else(String::new, |project| prefix(&*host, project));
        Gated { console, host, sources, wanted, prefix, heard: Mutex::default() }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn note(&self, event: &Event) {
        match event {
            Event::NodeFinished { outcome, .. } => self.heard().nodes.push(outcome.clone()),
            Event::CommandStarted { invocation_id, .. } => {
                self.heard().invocation_id.clone_from(invocation_id);
            }
            Event::RunStarted { .. } => self.heard().has_run = true,
            Event::Diagnostic(diagnostic) => self.heard().diagnostics.push(diagnostic.clone()),
            _ => {}
        }
    }

    fn write(&self, command: &str, success: bool, elapsed: Duration) {
        let heard = self.heard();
        let nodes: Vec<Ended<'_>> = heard.nodes.iter().map(|one| self.ended(one, &heard)).collect();
        let mut findings: Vec<Finding> =
            heard.diagnostics.iter().map(|one| self.finding(one, None)).collect();
        for node in &nodes {
            findings.extend(self.findings_of(node));
        }
        let command = output::masked(command).into_owned();
        let told = Told { command, success, elapsed, nodes, findings };
        let files = [
            (&self.wanted.junit, junit::text as fn(&Told<'_>) -> String),
            (&self.wanted.sarif, sarif::text),
            (&self.wanted.summary, markdown::text),
        ];
        for (path, text) in files {
            if let Some(path) = path {
                let path = self.host.cwd().join(path);
                self.put(&path, |host| host.write(&path, &output::masked(&text(&told))));
            }
        }
        if self.wanted.github {
            output::stderr(&output::masked(&github::text(&told)));
            let step = self.host.env("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
            if let Some(path) = step.map(PathBuf::from) {
                let text = output::masked(&markdown::text(&told)).into_owned();
                self.put(&path, |host| host.append(&path, &text));
            }
        }
        self.report(&told, &heard);
    }

    /// Writes the quality report of a run, and tells the webhook.
    fn report(&self, told: &Told<'_>, heard: &Heard) {
        let begun = heard.begun.as_ref();
        let report = quality::json(
            told,
            &quality::Facts {
                generated_at: stamp(self.host.now()),
                invocation_id: &heard.invocation_id,
                target: begun.map(|begun| begun.target.as_str()),
                manifest: begun.map(|begun| &*begun.manifest),
                rows: self.wanted.rows,
            },
        );
        if let Some(folder) =
            begun.and_then(|begun| begun.artifacts.as_ref()).filter(|_| heard.has_run)
        {
            let path = folder.join(QUALITY_REPORT);
            let text = format!("{report:#}\n");
            self.put(&path, |host| host.write(&path, &output::masked(&text)));
        }
        let notify = self.wanted.notify.as_ref();
        let notify = notify.filter(|one| !told.success || one.occasion == Occasion::Always);
        if let Some(notify) = notify {
            let place = begun.map_or_else(String::new, |begun| {
                format!("of {} on {}", begun.manifest.metadata.project_name, begun.target)
            });
            let message = message::json(told, &place, report).to_string();
            let message = output::masked(&message);
            let warning = notify.outbox.send(&self.host, &heard.invocation_id, &message);
            if let Some(warning) = warning {
                self.console.emit(Event::Diagnostic(warning));
            }
        }
    }

    fn put(&self, path: &Path, write: impl Fn(&dyn Host) -> std::io::Result<()>) {
        if let Err(error) = write(&*self.host) {
            let message = format!("cannot write `{}`: {error}", path.display());
            let warning = Diagnostic::warning(codes::NOT_WRITTEN, message);
            self.console.emit(Event::Diagnostic(warning));
        }
    }

    fn ended<'h>(&self, outcome: &'h NodeOutcome, heard: &Heard) -> Ended<'h> {
        let resource =
            heard.begun.as_ref().and_then(|begun| begun.manifest.resource(outcome.id.as_str()));
        let told = outcome.diagnostics.iter().find_map(|one| Some(one.primary.as_ref()?.span));
        let span = told.or_else(|| match resource {
            Some(Resource::Node(node)) => Some(node.span_start()),
            Some(Resource::Definition(definition)) => Some(definition.span),
            _ => None,
        });
        // The message of an outcome can show rows; that of a diagnostic does not.
        let first = outcome.diagnostics.first().map(|one| one.message.as_str());
        let message = first.or(outcome.message.as_deref()).unwrap_or_default();
        let message = output::masked(message.lines().next().unwrap_or_default()).into_owned();
        let name = match resource {
            Some(resource) => resource.name().to_owned(),
            None => outcome.id.to_string(),
        };
        Ended { outcome, name, message, place: span.and_then(|span| self.place(span)) }
    }

    /// The mistakes of a node; of one that failed without any, its message.
    fn findings_of(&self, node: &Ended<'_>) -> Vec<Finding> {
        let outcome = node.outcome;
        if !outcome.diagnostics.is_empty() {
            let findings = outcome.diagnostics.iter();
            return findings.map(|one| self.finding(one, Some(node))).collect();
        }
        let severity = match outcome.status {
            Status::Error | Status::Fail | Status::PartialSuccess => Severity::Error,
            Status::Warn => Severity::Warning,
            _ => return Vec::new(),
        };
        vec![Finding {
            severity,
            code: codes::TEST_FAILED.id(),
            name: codes::TEST_FAILED.name(),
            message: format!("{}: {}", node.name, node.message),
            hint: None,
            place: node.place.clone(),
            node: Some(outcome.id.to_string()),
        }]
    }

    fn finding(&self, diagnostic: &Diagnostic, node: Option<&Ended<'_>>) -> Finding {
        let place = diagnostic.primary.as_ref().and_then(|label| self.place(label.span));
        let masked = |text: &str| output::masked(text).into_owned();
        Finding {
            severity: diagnostic.severity,
            code: diagnostic.code.id(),
            name: diagnostic.code.name(),
            message: masked(&diagnostic.message),
            hint: diagnostic.hint.as_deref().map(masked),
            place: place.or_else(|| node?.place.clone()),
            node: node.map(|node| node.outcome.id.to_string()),
        }
    }

    /// The place of a span; none outside of the project.
    fn place(&self, span: Span) -> Option<Place> {
        let file = self.sources.file(span.file);
        let path = file.path.replace('\\', "/");
        if path.starts_with('/') || path.starts_with("..") {
            return None;
        }
        let (start, end) = (span.start as usize, span.end as usize);
        // The span of a YAML block ends where the next line begins.
        let end = file.text.get(start..end).map_or(end, |text| start + text.trim_end().len());
        let (line, column) = file.position(start);
        let (end_line, end_column) = file.position(end.max(start));
        Some(Place { file: format!("{}{path}", self.prefix), line, column, end_line, end_column })
    }
}

/// From the root of the repository, the nearest folder above with a `.git`, to the project.
fn prefix(host: &dyn Host, project: &Path) -> String {
    let root = project.ancestors().find(|folder| host.exists(&folder.join(".git")));
    let below = root.and_then(|root| project.strip_prefix(root).ok());
    match below.map(|below| below.to_string_lossy().replace('\\', "/")) {
        Some(below) if !below.is_empty() => format!("{below}/"),
        _ => String::new(),
    }
}

impl EventSink for Gated {
    fn emit(&self, event: Event) {
        self.note(&event);
        if let Event::CommandFinished { command, success, elapsed } = &event {
            self.write(command, *success, *elapsed);
        }
        self.console.emit(event);
    }
}

impl Console for Gated {
    fn begin(&self, begun: &Begun) {
        self.heard().begun = Some(begun.clone());
        self.console.begin(begun);
    }

    fn data(&self, text: &str) {
        self.console.data(text);
    }

    fn lines(&self, lines: &[String]) {
        self.console.lines(lines);
    }

    fn diagnostics(&self, diagnostics: Diagnostics) {
        self.heard().diagnostics.extend(diagnostics.iter().cloned());
        self.console.diagnostics(diagnostics);
    }

    fn close(&self) {
        self.console.close();
    }

    fn interrupted(&self) {
        self.console.interrupted();
    }
}
