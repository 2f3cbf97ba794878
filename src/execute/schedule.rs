//! Who runs what when: a ready queue, one writer, many readers.
//!
//! Invariant: at most one node writes at a time, and a node starts only after all that it waits for ended.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::hooks::Started;
use super::ledger::Recent;
use super::plan::Plan;
use super::priority;
use super::profile::NodeTime;
use super::publish::Tested;
use super::queue::{Queue, Waiting};
use super::{
    Connections, Ended, Finished, Run, cost, function, model, outcome, report, test, timeout,
    unit_test,
};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, Status};
use crate::graph::Ready;
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};

/// The stack of a worker: templates nest deeper than the platform's default allows.
pub(super) const STACK: usize = 16 * 1024 * 1024;

/// From this many vertices on, a connection that has to read the schema again is slower than a small test.
const LARGE: usize = 256;
/// How long a test in a large project waits for the connection that knows the schema.
const PATIENCE: Duration = Duration::from_millis(25);

struct State {
    ready: Ready,
    /// How many nodes have written: a reader that saw another number reads the schema again.
    written: usize,
    is_large: bool,
    writes: Queue,
    reads: Queue,
    /// The time from each vertex to the end of the run.
    paths: Vec<u64>,
    is_writing: bool,
    running: usize,
    left: usize,
    /// Vertices that will not run: the name of what held them up.
    held_up: HashMap<usize, String>,
    stopped: Option<String>,
    /// Tests that ran in the transaction of their model, and how they ended.
    tested: HashMap<usize, Status>,
}

/// Runs all nodes of the plan.
pub(super) fn drive(
    run: &Run<'_>,
    connections: &Connections,
    plan: &Plan,
    started: Started,
    finished: &Mutex<Finished>,
) {
    let (ready, first) = plan.dag.ready(plan.wanted.clone());
    let mut state = State {
        ready,
        written: 0,
        is_large: plan.dag.len() > LARGE,
        writes: Queue::default(),
        reads: Queue::default(),
        paths: priority::paths(run, plan, &connections.recent),
        is_writing: false,
        running: 0,
        left: plan.total(),
        held_up: HashMap::new(),
        tested: HashMap::new(),
        stopped: match started {
            Started::Fine => None,
            Started::Failed if run.start_gates => Some("an `on-run-start` hook failed".to_owned()),
            Started::Failed => None,
        },
    };
    for at in first {
        enqueue(run, plan, &mut state, at);
    }
    let shared = (Mutex::new(state), Condvar::new());
    let workers = run.threads.clamp(1, plan.total().max(1));
    let mut open: Vec<Arc<Connection>> = (0..workers).map(|_| reader(run)).collect();
    let readers = open.clone();
    open.push(connections.writer.clone());
    if run.compiler.project.flags.profile_run {
        open.iter().for_each(|connection| connection.measure());
    }
    run.stop.begin();
    std::thread::scope(|scope| {
        let ending = (run.stop, &shared);
        scope.spawn(move || ending.0.watch(&open, || interrupt(ending.1)));
        let spawned: Vec<_> = (readers.iter().enumerate())
            .filter_map(|(at, reader)| {
                let worker = Worker { run, connections, plan, shared: &shared, finished, reader };
                let thread = std::thread::Builder::new()
                    .name(format!("Thread-{} (worker)", at + 1))
                    .stack_size(STACK);
                thread.spawn_scoped(scope, move || worker.work()).ok()
            })
            .collect();
        if spawned.is_empty() {
            let reader = &readers[0];
            Worker { run, connections, plan, shared: &shared, finished, reader }.work();
        }
        spawned.into_iter().for_each(|worker| drop(worker.join()));
        run.stop.end();
    });
}

/// A connection that only reads; opened when it is needed.
fn reader(run: &Run<'_>) -> Arc<Connection> {
    let adapter = run.compiler.globals.adapter.clone();
    Arc::new(Connection::new(Box::new(move || adapter.reader().map(Some))))
}

/// Starts nothing new: the user wants the run to end.
fn interrupt((lock, wake): &(Mutex<State>, Condvar)) {
    let mut state = lock.lock().expect("invariant: no panic under lock");
    state.stopped.get_or_insert_with(|| "the run was interrupted".to_owned());
    drop(state);
    wake.notify_all();
}

fn enqueue(run: &Run<'_>, plan: &Plan, state: &mut State, at: usize) {
    let reads = run.node(plan.dag.key(at)).is_some_and(|node| only_reads(run, node));
    let queue = if reads { &mut state.reads } else { &mut state.writes };
    queue.push(Waiting::new(at, plan.index[&at], state.paths[at]));
}

/// Tests read, unless they keep their failing rows.
///
/// With one thread nothing runs beside them, and the connection that writes knows the tables already: another one
/// would have to read the whole schema again after every model.
fn only_reads(run: &Run<'_>, node: &Node) -> bool {
    matches!(node.resource_type, ResourceType::Test | ResourceType::UnitTest)
        && node.relation_name.is_none()
        && run.threads > 1
        && run.compiler.globals.adapter.capabilities().parallel_reads
}

enum Job {
    /// With the connection that writes, or with the worker's own.
    Run {
        at: usize,
        writes: bool,
    },
    Skip {
        at: usize,
        reason: String,
    },
    /// It ran already, in the transaction of its model.
    Done {
        at: usize,
        status: Status,
    },
}

/// A thread that takes one job after the other.
struct Worker<'w> {
    run: &'w Run<'w>,
    connections: &'w Connections,
    plan: &'w Plan,
    shared: &'w (Mutex<State>, Condvar),
    finished: &'w Mutex<Finished>,
    reader: &'w Arc<Connection>,
}

impl Worker<'_> {
    fn work(&self) {
        let mut seen = 0;
        while let Some(job) = next(self.shared, &mut seen) {
            match job {
                Job::Skip { at, reason } => self.skip(at, reason),
                Job::Run { at, writes } => self.take(at, writes),
                Job::Done { at, status } => {
                    settle(self.run, self.plan, self.shared, at, status, false);
                }
            }
        }
    }

    fn skip(&self, at: usize, reason: String) {
        let Worker { run, plan, shared, finished, .. } = *self;
        let ended = Ended { message: Some(reason), ..Ended::with(Status::Skipped) };
        report(run, plan.dag.key(at), plan.index[&at], ended, Duration::ZERO, finished);
        settle(run, plan, shared, at, Status::Skipped, false);
    }

    fn take(&self, at: usize, writes: bool) {
        let Worker { run, plan, shared, finished, reader, .. } = *self;
        let connection = if writes { &self.connections.writer } else { reader };
        if !writes {
            // One state of the data for the whole test: without it the engine gives up when tables change
            // faster than it reads the schema. What fails here fails again in the test, and is told there.
            let _ = reader.with(|session| session.begin());
        }
        let recent = &self.connections.recent;
        let (status, tested) = one((run, plan, recent), at, connection, finished);
        shared.0.lock().expect("invariant: no panic under lock").tested.extend(tested);
        if !writes {
            let _ = reader.rollback();
        }
        settle(run, plan, shared, at, status, writes);
    }
}

/// The next job; `None` when all is done. `seen` is how much was written when the worker's reader last read.
///
/// In a large project a test that needs the schema anew runs on the connection that writes, which knows it, unless
/// that one is busy for long.
fn next(shared: &(Mutex<State>, Condvar), seen: &mut usize) -> Option<Job> {
    let (lock, wake) = shared;
    let mut has_waited = false;
    let mut state = lock.lock().expect("invariant: no panic under lock");
    loop {
        if state.must_wait(*seen) && !has_waited {
            let (woken, timeout) =
                wake.wait_timeout(state, PATIENCE).expect("invariant: no panic under lock");
            state = woken;
            has_waited = timeout.timed_out();
            continue;
        }
        if let Some(job) = state.take(seen) {
            state.running += 1;
            return Some(job);
        }
        if state.running == 0 {
            // Nothing is ready and nothing runs that could make something ready.
            debug_assert_eq!(state.left, 0, "invariant: every wanted node becomes ready");
            wake.notify_all();
            return None;
        }
        state = wake.wait(state).expect("invariant: no panic under lock");
    }
}

impl State {
    /// What can be done now: skip what is held up, write when nobody writes, read.
    fn take(&mut self, seen: &mut usize) -> Option<Job> {
        if let Some((at, status)) = self.take_tested() {
            return Some(Job::Done { at, status });
        }
        if let Some(reason) = self.stopped.clone() {
            let at = self.writes.pop().or_else(|| self.reads.pop())?;
            return Some(Job::Skip { at, reason });
        }
        for queue in [&mut self.writes, &mut self.reads] {
            if self.held_up.is_empty() {
                break;
            }
            if let Some(at) = queue.take(|at| self.held_up.contains_key(&at)) {
                let reason = self.held_up[&at].clone();
                return Some(Job::Skip { at, reason });
            }
        }
        if !self.is_writing
            && let Some(at) = self.writes.pop()
        {
            self.is_writing = true;
            return Some(Job::Run { at, writes: true });
        }
        let at = self.reads.pop()?;
        let writes = self.is_stale(*seen) && !self.is_writing;
        match writes {
            true => self.is_writing = true,
            false => *seen = self.written,
        }
        Some(Job::Run { at, writes })
    }

    /// A test that is ready and ran already.
    fn take_tested(&mut self) -> Option<(usize, Status)> {
        if self.tested.is_empty() {
            return None;
        }
        let is_tested = |at: usize| self.tested.contains_key(&at);
        let at = self.writes.take(is_tested).or_else(|| self.reads.take(is_tested))?;
        Some((at, self.tested[&at]))
    }

    /// Whether a reader that saw this much written is slower than a small test.
    fn is_stale(&self, seen: usize) -> bool {
        self.is_large && seen != self.written
    }

    /// Whether there are only tests to run, and the connection that knows the schema will soon be free for them.
    fn must_wait(&self, seen: usize) -> bool {
        let has_other = self.stopped.is_some() || (!self.is_writing && !self.writes.is_empty());
        !has_other && self.is_writing && !self.reads.is_empty() && self.is_stale(seen)
    }
}

/// Runs one node and reports how it ended, and how the tests ended that ran in its transaction.
fn one(
    (run, plan, recent): (&Run<'_>, &Plan, &Recent),
    at: usize,
    connection: &Arc<Connection>,
    finished: &Mutex<Finished>,
) -> (Status, Vec<(usize, Status)>) {
    let id = plan.dag.key(at);
    let Some(node) = run.node(id) else {
        return (Status::Skipped, Vec::new());
    };
    announce(run, plan, at);
    let (start, busy) = (Instant::now(), connection.busy());
    let mut ended = attempt(run, node, connection);
    let (total, engine) = (start.elapsed(), connection.busy().saturating_sub(busy));
    if run.compiler.project.flags.profile_run {
        let time = NodeTime { id: id.clone(), total, engine, write: ended.write_time };
        finished.lock().expect("invariant: no panic under lock").times.push(time);
    }
    let tested = std::mem::take(&mut ended.tested);
    let status = ended.status;
    cost::compare(run, node, &ended, recent);
    report(run, id, plan.index[&at], ended, total, finished);
    (status, report_tested(run, plan, tested, finished))
}

/// Reports how the tests ended that ran in the transaction of a node.
pub(super) fn report_tested(
    run: &Run<'_>,
    plan: &Plan,
    tested: Vec<Tested>,
    finished: &Mutex<Finished>,
) -> Vec<(usize, Status)> {
    let mut ran = Vec::new();
    for test in tested {
        let Some(at) = plan.dag.index_of(&test.id) else { continue };
        ran.push((at, test.ended.status));
        announce(run, plan, at);
        report(run, &test.id, plan.index[&at], test.ended, test.elapsed, finished);
    }
    ran
}

fn announce(run: &Run<'_>, plan: &Plan, at: usize) {
    let id = plan.dag.key(at);
    run.emit(Event::NodeStarted {
        id: id.clone(),
        index: plan.index[&at],
        title: outcome::title(run.node(id)),
    });
}

/// A node that meets a bug fails alone; one that the user has stopped says so in one line.
fn attempt(run: &Run<'_>, node: &Arc<Node>, connection: &Arc<Connection>) -> Ended {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        timeout::within(node, connection, || match node.resource_type {
            ResourceType::Test => test::run(run, node, connection),
            ResourceType::UnitTest => unit_test::run(run, node, connection),
            ResourceType::Function => function::run(run, node, connection),
            _ => model::run(run, node, connection),
        })
    }));
    let ended = done.unwrap_or_else(|_| {
        let _ = connection.rollback();
        let message = format!("a bug in forge stopped {} `{}`", node.resource_type, node.name);
        Ended::error(Diagnostic::error(codes::BUG, message).at(node.span_start(), ""))
    });
    if ended.status == Status::Error && run.stop.is_requested() {
        let message = Some("interrupted and undone".to_owned());
        return Ended { message, compiled: ended.compiled, ..Ended::with(Status::Error) };
    }
    ended
}

fn settle(
    run: &Run<'_>,
    plan: &Plan,
    shared: &(Mutex<State>, Condvar),
    at: usize,
    status: Status,
    wrote: bool,
) {
    let (lock, wake) = shared;
    let mut state = lock.lock().expect("invariant: no panic under lock");
    state.left -= 1;
    state.running -= 1;
    if wrote {
        state.is_writing = false;
        let changed = run.node(plan.dag.key(at)).is_none_or(|node| !only_reads(run, node));
        state.written += usize::from(changed);
    }
    let is_bad = status.is_failure() || status == Status::Skipped;
    if is_bad && state.stopped.is_none() {
        hold_up(run, plan, &mut state, at, status);
    }
    if status.is_failure() && run.compiler.project.flags.fail_fast && state.stopped.is_none() {
        let name = run.node(plan.dag.key(at)).map_or("", |node| node.name.as_str());
        state.stopped = Some(format!("`--fail-fast`: `{name}` failed"));
    }
    let newly = state.ready.finish(&plan.dag, at);
    for next in newly {
        enqueue(run, plan, &mut state, next);
    }
    drop(state);
    wake.notify_all();
}

/// dbt 1.12: what is below a model with `on_error: continue` runs although the model failed.
fn lets_children_run(run: &Run<'_>, plan: &Plan, at: usize) -> bool {
    run.node(plan.dag.key(at)).is_some_and(|node| {
        node.resource_type == ResourceType::Model
            && node.config.get_str("on_error") == Some("continue")
    })
}

/// Marks everything below a failed node, with the node that failed first as the reason.
fn hold_up(run: &Run<'_>, plan: &Plan, state: &mut State, at: usize, status: Status) {
    if status == Status::Skipped || lets_children_run(run, plan, at) {
        return;
    }
    let name = run.node(plan.dag.key(at)).map_or("", |node| node.name.as_str());
    let kind = run.node(plan.dag.key(at)).map_or("node", |node| node.resource_type.as_str());
    let mut start = plan.dag.none();
    start.insert(at);
    for below in plan.dag.descendants(&start, None).iter().filter(|below| *below != at) {
        state
            .held_up
            .entry(below)
            .or_insert_with(|| format!("{} `{name}` failed", kind.replace('_', " ")));
    }
}
