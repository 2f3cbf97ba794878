//! Source freshness: how old the newest row of a source is, held against its thresholds.
//!
//! Source: dbt 1.12, `task/freshness.py`. Invariant: a source whose age cannot be found out does not stop the others.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::{Connections, Ended, Finished, Run, failure, hooks, outcome};
use crate::artifacts::sources::{Checked, Failed, RUNTIME_ERROR, SourceResult};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, NodeOutcome, Status};
use crate::jinja::contexts::Connection;
use crate::manifest::{ResourceType, SourceTable};

mod ask;
mod moment;

/// How looking at the sources ended.
#[derive(Debug, Default)]
pub struct Looked {
    /// The sources in the given order; none when a hook failed first.
    pub results: Vec<SourceResult>,
    /// Whether a hook failed.
    pub hook_failed: bool,
}

/// Looks at the sources, between the hooks of the project unless a flag says otherwise.
///
/// # Errors
/// The database cannot be opened.
pub fn freshness(run: &Run<'_>, sources: &[Arc<SourceTable>]) -> Result<Looked, Box<Diagnostic>> {
    run.emit(Event::RunStarted {
        total: sources.len(),
        summary: outcome::summary(&run.compiler.manifest),
        threads: run.threads,
    });
    if sources.is_empty() {
        return Ok(Looked::default());
    }
    let flags = &run.compiler.project.flags;
    let has_hooks = has_hooks(run) && flags.behavior("source_freshness_run_project_hooks");
    let finished = Mutex::new(Finished::default());
    let connections = if has_hooks { Some(writer(run)?) } else { None };
    let hooks = |when| match &connections {
        Some(connections) => hooks::run(run, connections, when, &finished),
        None => hooks::Started::Fine,
    };
    let started = hooks(hooks::When::Start);
    if started == hooks::Started::Failed && run.start_gates {
        return Ok(Looked { results: Vec::new(), hook_failed: true });
    }
    let results = look(run, sources);
    let ended = hooks(hooks::When::End);
    let hook_failed = [started, ended].contains(&hooks::Started::Failed);
    Ok(Looked { results, hook_failed })
}

fn has_hooks(run: &Run<'_>) -> bool {
    run.compiler.manifest.nodes.values().any(|node| node.resource_type == ResourceType::Operation)
}

fn writer(run: &Run<'_>) -> Result<Connections, Box<Diagnostic>> {
    let session = run.compiler.globals.adapter.writer();
    let session = session.map_err(|error| failure::of_adapter(&error))?;
    Ok(Connections::over(session))
}

/// Each worker takes the next source until there is none.
fn look(run: &Run<'_>, sources: &[Arc<SourceTable>]) -> Vec<SourceResult> {
    let parallel = run.compiler.globals.adapter.capabilities().parallel_reads;
    let workers = if parallel { run.threads.clamp(1, sources.len()) } else { 1 };
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let work = || {
        let connection = reader(run);
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(source) = sources.get(at) else { break };
            let result = one(run, source, at + 1, &connection);
            results.lock().expect("invariant: no panic under lock").push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for number in 1..=workers {
            let name = format!("Thread-{number} (worker)");
            let builder = std::thread::Builder::new().name(name).stack_size(super::schedule::STACK);
            if builder.spawn_scoped(scope, work).is_err() && number == 1 {
                work();
            }
        }
    });
    let mut results = results.into_inner().expect("invariant: no panic under lock");
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// As long as there is no database, an empty one answers.
fn reader(run: &Run<'_>) -> Arc<Connection> {
    let adapter = run.compiler.globals.adapter.clone();
    Arc::new(Connection::new(Box::new(move || match adapter.exists() {
        true => adapter.reader().map(Some),
        false => adapter.scratch().map(Some),
    })))
}

/// The age of a source.
struct Age {
    /// The newest row; `None` when there is none.
    newest: Option<Timestamp>,
    looked_at: Timestamp,
    /// What the engine answered.
    response: Map<String, Json>,
}

impl Age {
    /// dbt: without a row the source is as old as can be, from the first moment of the year 1.
    fn newest_or_first(&self) -> Timestamp {
        let first = jiff::civil::Date::constant(1, 1, 1).to_datetime(jiff::civil::Time::midnight());
        self.newest.unwrap_or_else(|| {
            first
                .to_zoned(jiff::tz::TimeZone::UTC)
                .map_or(Timestamp::MIN, |first| first.timestamp())
        })
    }

    fn seconds(&self) -> f64 {
        self.looked_at.duration_since(self.newest_or_first()).as_secs_f64()
    }
}

fn one(
    run: &Run<'_>,
    source: &SourceTable,
    index: usize,
    connection: &Arc<Connection>,
) -> SourceResult {
    let title = format!("freshness of {}.{}", source.source_name, source.name);
    let id = source.unique_id.clone();
    run.emit(Event::NodeStarted { id, index, title: title.clone() });
    let start = Instant::now();
    let asked = std::panic::AssertUnwindSafe(|| ask::age(run, source, connection));
    let asked = std::panic::catch_unwind(asked).unwrap_or_else(|_| {
        let message = format!("a bug in forge stopped the freshness of `{}`", source.name);
        Err(Box::new(Diagnostic::error(codes::BUG, message).at(source.span, "")))
    });
    let elapsed = start.elapsed();
    let (title, ended, result) = match asked {
        Ok(age) => {
            let (status, found) = judge(source, &age);
            let title = match age.newest {
                Some(_) => format!("{title}: {} old", moment::words(age.seconds())),
                None => format!("{title}: no rows"),
            };
            let result = checked(run, source, (&age, status), elapsed);
            let diagnostics = found.into_iter().collect();
            (title, Ended { diagnostics, ..Ended::with(status) }, result)
        }
        Err(diagnostic) => {
            let failed = Failed {
                unique_id: source.unique_id.to_string(),
                error: Some(diagnostic.message.clone()),
                status: RUNTIME_ERROR.to_owned(),
            };
            (title, Ended::error(*diagnostic), SourceResult::Failed(failed))
        }
    };
    tell(run, source, (index, title), (ended, elapsed));
    result
}

fn tell(
    run: &Run<'_>,
    source: &SourceTable,
    (index, title): (usize, String),
    (ended, elapsed): (Ended, Duration),
) {
    let outcome = NodeOutcome {
        id: source.unique_id.clone(),
        status: ended.status,
        title,
        message: ended.message,
        rows: None,
        quarantined: None,
        dropped: None,
        elapsed,
        diagnostics: ended.diagnostics,
        sample: None,
        keys: None,
        diff: None,
        show_command: None,
    };
    run.emit(Event::NodeFinished { index, outcome });
}

/// The status, and what there is to say about it.
fn judge(source: &SourceTable, age: &Age) -> (Status, Option<Diagnostic>) {
    let levels = [("error_after", Status::Fail), ("warn_after", Status::Warn)];
    let exceeded = levels.into_iter().find_map(|(key, status)| {
        let threshold = Threshold::of(source.freshness.get(key)?)?;
        (age.seconds() > threshold.seconds()).then_some((key, status, threshold))
    });
    match exceeded {
        Some((key, status, threshold)) => {
            (status, Some(stale(source, age, status, (key, threshold))))
        }
        None => (Status::Pass, None),
    }
}

/// What to do about it.
const STALE: &str = "find out why no new rows come, or allow more time";

fn stale(
    source: &SourceTable,
    age: &Age,
    status: Status,
    (key, threshold): (&str, Threshold),
) -> Diagnostic {
    let name = format!("{}.{}", source.source_name, source.name);
    let limit = moment::counted(threshold.count, &threshold.period);
    let message = match age.newest {
        Some(_) => {
            let old = moment::words(age.seconds());
            format!("source `{name}` is {old} old; `{key}` allows {limit}")
        }
        None => format!("source `{name}` has no row that says when it was loaded"),
    };
    let diagnostic = match status {
        Status::Fail => Diagnostic::error(codes::STALE_SOURCE, message).hint(STALE),
        _ => Diagnostic::warning(codes::STALE_SOURCE, message).hint(STALE),
    };
    let diagnostic = diagnostic.at(source.span, "");
    match age.newest {
        Some(newest) => diagnostic.note(format!("the newest row is of {}", moment::iso(newest))),
        None => diagnostic.note(format!("without one it is older than the {limit} of `{key}`")),
    }
}

/// `{count: 12, period: hour}`.
struct Threshold {
    count: i64,
    period: String,
}

impl Threshold {
    /// dbt: half a threshold is none.
    fn of(written: &Json) -> Option<Self> {
        let count = written.get("count")?.as_i64()?;
        let period = written.get("period")?.as_str()?.to_owned();
        Some(Threshold { count, period })
    }

    fn seconds(&self) -> f64 {
        let unit = match self.period.as_str() {
            "minute" => 60.0,
            "hour" => 3_600.0,
            _ => 86_400.0,
        };
        self.count as f64 * unit
    }
}

/// Whether a source has thresholds: without any it is not looked at.
pub fn is_checked(source: &SourceTable) -> bool {
    ["warn_after", "error_after"]
        .iter()
        .any(|key| source.freshness.get(key).and_then(Threshold::of).is_some())
}

fn checked(
    run: &Run<'_>,
    source: &SourceTable,
    (age, status): (&Age, Status),
    elapsed: Duration,
) -> SourceResult {
    SourceResult::Checked(Box::new(Checked {
        unique_id: source.unique_id.to_string(),
        max_loaded_at: moment::iso(age.newest_or_first()),
        snapshotted_at: moment::iso(age.looked_at),
        max_loaded_at_time_ago_in_s: age.seconds(),
        status: if status == Status::Fail { "error" } else { status.as_str() }.to_owned(),
        criteria: source.freshness.clone(),
        adapter_response: age.response.clone(),
        timing: outcome::timing(run, &Ended::with(status), elapsed),
        thread_id: std::thread::current().name().unwrap_or("MainThread").to_owned(),
        execution_time: elapsed.as_secs_f64(),
    }))
}
