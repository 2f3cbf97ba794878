//! Who runs what when: a ready queue, one writer, many readers.
//!
//! Invariant: at most one node writes at a time, and a node starts only after all that it waits for ended.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::aside::{Asides, Chance, Computed};
use super::hooks::Started;
use super::plan::Plan;
use super::priority;
use super::profile::NodeTime;
use super::publish::Tested;
use super::turns::{self, Job, On, Shared, State, View};
use super::{
    Connections, Ended, Finished, Run, cost, function, model, outcome, report, test, timeout,
    unit_test,
};
use crate::adapters::Session;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, Status};
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};

/// The stack of a worker: templates nest deeper than the platform's default allows.
pub(super) const STACK: usize = 16 * 1024 * 1024;

/// Runs all nodes of the plan.
pub(super) fn drive(
    run: &Run<'_>,
    connections: &Connections,
    plan: &Plan,
    started: Started,
    finished: &Mutex<Finished>,
) {
    let (ready, first) = plan.dag.ready(plan.wanted.clone());
    let paths = priority::paths(run, plan, &connections.recent);
    let mut state = State::new(ready, plan.total(), plan.dag.len(), paths);
    if started == Started::Failed && run.start_gates {
        state.stopped = Some("an `on-run-start` hook failed".to_owned());
    }
    let asides = Asides::of(run, plan, (&connections.writer, &connections.recent));
    if let Some(asides) = &asides {
        state.allow(asides);
    }
    for at in first {
        enqueue((run, plan, asides.as_ref()), &mut state, at);
    }
    let shared = (Mutex::new(state), Condvar::new());
    let workers = run.threads.clamp(1, plan.total().max(1));
    let mut open: Vec<Arc<Connection>> = (0..workers).map(|_| reader(run)).collect();
    let readers = open.clone();
    let computers: Vec<Option<Arc<Connection>>> =
        readers.iter().map(|_| asides.is_some().then(|| computer(run))).collect();
    open.extend(computers.iter().flatten().cloned());
    open.push(connections.writer.clone());
    if run.compiler.project.flags.profile_run {
        open.iter().for_each(|connection| connection.measure());
    }
    run.stop.begin();
    std::thread::scope(|scope| {
        let ending = (run.stop, &shared);
        scope.spawn(move || ending.0.watch(&open, || interrupt(ending.1)));
        let worker = |at: usize| Worker {
            run,
            connections,
            plan,
            shared: &shared,
            finished,
            reader: &readers[at],
            asides: asides.as_ref(),
            computer: computers[at].as_ref(),
        };
        let spawned: Vec<_> = (0..workers)
            .filter_map(|at| {
                let worker = worker(at);
                let thread = std::thread::Builder::new()
                    .name(format!("Thread-{} (worker)", at + 1))
                    .stack_size(STACK);
                thread.spawn_scoped(scope, move || worker.work()).ok()
            })
            .collect();
        if spawned.is_empty() {
            worker(0).work();
        }
        spawned.into_iter().for_each(|worker| drop(worker.join()));
        run.stop.end();
    });
    drop(computers);
    if let Some(asides) = asides {
        asides.clear();
    }
}

/// A connection that only reads; opened when it is needed.
fn reader(run: &Run<'_>) -> Arc<Connection> {
    let adapter = run.compiler.globals.adapter.clone();
    Arc::new(Connection::new(Box::new(move || adapter.reader().map(Some))))
}

/// A connection that computes models beside the writer.
fn computer(run: &Run<'_>) -> Arc<Connection> {
    let adapter = run.compiler.globals.adapter.clone();
    Arc::new(Connection::new(Box::new(move || adapter.aside().map(Some))))
}

/// Starts nothing new: the user wants the run to end.
fn interrupt((lock, wake): &Shared) {
    let mut state = lock.lock().expect("invariant: no panic under lock");
    state.stopped.get_or_insert_with(|| "the run was interrupted".to_owned());
    drop(state);
    wake.notify_all();
}

fn enqueue(
    (run, plan, asides): (&Run<'_>, &Plan, Option<&Asides<'_>>),
    state: &mut State,
    at: usize,
) {
    let reads = run.node(plan.dag.key(at)).is_some_and(|node| only_reads(run, node));
    let chance = asides.map_or(Chance::No, |asides| asides.chance(at));
    state.push((at, plan.index[&at]), if reads { On::Reader } else { On::Writer }, chance);
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

/// How a node ended, before that is told.
struct Done {
    ended: Ended,
    elapsed: Duration,
    /// What of that was the engine's.
    engine: Duration,
}

/// A thread that takes one job after the other.
struct Worker<'w> {
    run: &'w Run<'w>,
    connections: &'w Connections,
    plan: &'w Plan,
    shared: &'w Shared,
    finished: &'w Mutex<Finished>,
    reader: &'w Arc<Connection>,
    /// When models are computed beside the writer: how, and with which connection.
    asides: Option<&'w Asides<'w>>,
    computer: Option<&'w Arc<Connection>>,
}

impl Worker<'_> {
    fn work(&self) {
        let mut view = View::default();
        while let Some(job) = turns::next(self.shared, &mut view) {
            match job {
                Job::Skip { at, reason } => self.skip(at, reason),
                Job::Run { at, on: On::Writer } => self.write(at),
                Job::Run { at, on: On::Reader } => self.read(at, &mut view),
                Job::Done { at, status } => self.settle(at, status, false),
                Job::Compute { at } => self.compute(at),
                Job::LetGo => self.let_go(&mut view),
            }
        }
        self.let_go(&mut view);
    }

    fn skip(&self, at: usize, reason: String) {
        let ended = Ended { message: Some(reason), ..Ended::with(Status::Skipped) };
        self.report(at, ended, Duration::ZERO);
        self.settle(at, Status::Skipped, false);
    }

    /// Runs a node on the connection that writes. What comes after its transaction needs no turn.
    fn write(&self, at: usize) {
        let node = self.run.node(self.plan.dag.key(at));
        let computed = self.lock().take_computed(at);
        let done = match computed {
            Some(computed) => self.write_computed(at, computed),
            None => {
                announce(self.run, self.plan, at);
                self.run_node(at, &self.connections.writer, None)
            }
        };
        if self.asides.is_some() {
            self.connections.writer.look_for_leftovers();
        }
        let has_changed = node.is_some_and(|node| !only_reads(self.run, node));
        // Before somebody else writes, and not only when the failure has been told.
        self.stop_if_first(&mut self.lock(), at, done.ended.status);
        turns::pass_on(self.shared, has_changed);
        let status = self.tell(at, done);
        self.settle(at, status, true);
    }

    /// Writes a model from the rows that were computed; one that fails then is run the normal way.
    fn write_computed(&self, at: usize, mut computed: Computed) -> Done {
        let writer = &self.connections.writer;
        let Some(asides) = self.asides else { return self.run_node(at, writer, None) };
        asides.hand_over(&mut computed);
        let done = self.run_node(at, writer, Some(&computed));
        let had_rows = computed.rows.is_some();
        asides.take_back(&mut computed);
        let is_told = !done.ended.tested.is_empty() || self.run.stop.is_requested();
        match had_rows && done.ended.status == Status::Error && !is_told {
            true => self.run_node(at, writer, Some(&computed)),
            false => done,
        }
    }

    /// Computes a model while somebody else writes; then it waits for its turn.
    fn compute(&self, at: usize) {
        announce(self.run, self.plan, at);
        let _ = self.reader.with(|session| session.begin());
        let computed = self.asides.zip(self.computer).and_then(|(asides, computer)| {
            let work = || asides.compute(at, (self.reader, computer));
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
        });
        let _ = self.reader.rollback();
        let mut state = self.lock();
        state.keep((at, self.plan.index[&at]), computed.unwrap_or_default());
        drop(state);
        self.shared.1.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.0.lock().expect("invariant: no panic under lock")
    }

    /// Runs a test on a snapshot: one state of the data for all of it. Without it the engine gives up when tables
    /// change faster than it reads the schema. What fails here fails again in the test, and is told there.
    fn read(&self, at: usize, view: &mut View) {
        let begin = |session: &mut dyn Session| match session.in_transaction() {
            true => Ok(()),
            false => session.begin(),
        };
        let _ = self.reader.with(begin);
        announce(self.run, self.plan, at);
        let done = self.run_node(at, self.reader, None);
        // A test that failed has ended the snapshot.
        if !matches!(self.reader.with(|session| Ok(session.in_transaction())), Ok(Some(true))) {
            self.let_go(view);
        }
        let status = self.tell(at, done);
        self.settle(at, status, false);
    }

    fn let_go(&self, view: &mut View) {
        if view.is_held() {
            let _ = self.reader.rollback();
            view.let_go();
        }
    }

    /// Runs a node from where it stands.
    fn run_node(
        &self,
        at: usize,
        connection: &Arc<Connection>,
        computed: Option<&Computed>,
    ) -> Done {
        let (start, busy) = (Instant::now(), connection.busy());
        let ended = match self.run.node(self.plan.dag.key(at)) {
            Some(node) => attempt((self.run, node), connection, computed),
            None => Ended::with(Status::Skipped),
        };
        let before =
            computed.map_or((Duration::ZERO, Duration::ZERO), |one| (one.elapsed, one.busy));
        let engine = connection.busy().saturating_sub(busy) + before.1;
        Done { ended, elapsed: start.elapsed() + before.0, engine }
    }

    /// Reports how a node ended, and how the tests ended that ran in its transaction.
    fn tell(&self, at: usize, done: Done) -> Status {
        let Worker { run, plan, finished, .. } = *self;
        let Done { mut ended, elapsed, engine } = done;
        let (id, tested, status) =
            (plan.dag.key(at), std::mem::take(&mut ended.tested), ended.status);
        if run.compiler.project.flags.profile_run {
            let time = NodeTime { id: id.clone(), total: elapsed, engine, write: ended.write_time };
            finished.lock().expect("invariant: no panic under lock").times.push(time);
        }
        if let Some(node) = run.node(id) {
            cost::compare(run, node, &ended, &self.connections.recent);
            self.report(at, ended, elapsed);
        }
        let tested = report_tested(run, plan, tested, finished);
        self.lock().tested.extend(tested);
        status
    }

    fn report(&self, at: usize, ended: Ended, elapsed: Duration) {
        let Worker { run, plan, finished, .. } = *self;
        report(run, plan.dag.key(at), plan.index[&at], ended, elapsed, finished);
    }

    /// `--fail-fast`: the first failure lets nothing new begin.
    fn stop_if_first(&self, state: &mut State, at: usize, status: Status) {
        if status.is_failure() && self.run.compiler.project.flags.fail_fast {
            let node = self.run.node(self.plan.dag.key(at));
            let name = node.map_or("", |node| node.name.as_str());
            state.stopped.get_or_insert_with(|| format!("`--fail-fast`: `{name}` failed"));
        }
    }

    /// Lets begin what waited for the node.
    fn settle(&self, at: usize, status: Status, has_written: bool) {
        let Worker { run, plan, shared: (_, wake), .. } = *self;
        let mut state = self.lock();
        state.settle(has_written);
        let is_bad = status.is_failure() || status == Status::Skipped;
        if is_bad && state.stopped.is_none() {
            hold_up(run, plan, &mut state, at, status);
        }
        self.stop_if_first(&mut state, at, status);
        let newly = state.ready.finish(&plan.dag, at);
        for next in newly {
            enqueue((run, plan, self.asides), &mut state, next);
        }
        // The one who has written takes what is to be written next.
        let is_wanted = !has_written || state.has_more();
        drop(state);
        if is_wanted {
            wake.notify_all();
        }
    }
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
fn attempt(
    (run, node): (&Run<'_>, &Arc<Node>),
    connection: &Arc<Connection>,
    computed: Option<&Computed>,
) -> Ended {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        timeout::within(node, connection, || match node.resource_type {
            ResourceType::Test => test::run(run, node, connection),
            ResourceType::UnitTest => unit_test::run(run, node, connection),
            ResourceType::Function => function::run(run, node, connection),
            _ => model::run_from(run, node, connection, computed),
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
