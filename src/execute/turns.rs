//! Whose turn it is: what is ready, who writes, and what a reader's snapshot shows.
//!
//! A reader that sees a changed schema reads all of it again. In a large project that takes longer than a small test, so
//! that a snapshot is taken for many tests at once, and a few run on the connection that writes, which knows the schema.
//! Invariant: a test runs on a snapshot that was taken after all that it waits for was committed.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use super::aside::{Asides, Chance, Computed};
use super::queue::{Queue, Waiting};
use crate::events::Status;
use crate::graph::Ready;

/// From this many vertices on, a connection that has to read the schema again is slower than a small test.
const LARGE: usize = 256;
/// So many vertices make reading the schema again as long as a small test.
const VERTICES_PER_TEST: usize = 128;
/// How long a few tests in a large project wait for more of them, or for the connection that knows the schema.
const PATIENCE: Duration = Duration::from_millis(25);
/// How long a snapshot is kept at most: the log of the database grows as long as one is.
const LONGEST: Duration = Duration::from_millis(250);

/// How long the writer is busy with one node before something of which nothing is known is computed beside it.
const BUSY: Duration = Duration::from_millis(20);

/// The state of a run, and what wakes those who wait for it to change.
pub(super) type Shared = (Mutex<State>, Condvar);

/// What is ready and who does what.
pub(super) struct State {
    pub(super) ready: Ready,
    /// How many nodes have written: a reader that saw another number reads the schema again.
    written: usize,
    /// How many tests make a new snapshot worth its price.
    enough: usize,
    writes: Queue,
    reads: Queue,
    /// The time from each vertex to the end of the run.
    paths: Vec<u64>,
    /// Since when somebody writes.
    writing: Option<Instant>,
    /// Models that are being computed beside the writer, and how many there may be.
    computing: usize,
    most: usize,
    /// All that can be is computed first.
    is_forced: bool,
    /// What was computed, and waits for its turn.
    computed: HashMap<usize, Computed>,
    /// Workers that have written and are not done with what comes after that.
    settling: usize,
    /// Workers that wait for something to do.
    idle: usize,
    running: usize,
    left: usize,
    /// Vertices that will not run: the name of what held them up.
    pub(super) held_up: HashMap<usize, String>,
    /// Why nothing new begins.
    pub(super) stopped: Option<String>,
    /// Tests that ran in the transaction of their model, and how they ended.
    pub(super) tested: HashMap<usize, Status>,
}

/// With which connection something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// The one that writes.
    Writer,
    /// The worker's own.
    Reader,
}

/// What a worker does next.
#[derive(Debug)]
pub(super) enum Job {
    Run {
        at: usize,
        on: On,
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
    /// Computes it beside the writer.
    Compute {
        at: usize,
    },
    /// Lets the snapshot go.
    LetGo,
}

/// What a worker's own connection sees.
#[derive(Debug, Default)]
pub(super) struct View {
    /// How much was written when it looked last.
    seen: usize,
    /// Since when it holds on to that; none when it does not.
    since: Option<Instant>,
    /// Tests that ran on it.
    ran: usize,
}

impl View {
    /// There is no snapshot any more.
    pub(super) fn let_go(&mut self) {
        self.since = None;
    }

    /// Whether there is a snapshot.
    pub(super) fn is_held(&self) -> bool {
        self.since.is_some()
    }

    /// Another test runs, on a snapshot of all that was written until now when there is none.
    fn used(&mut self, written: usize) {
        if self.since.is_none() {
            *self = View { seen: written, since: Some(Instant::now()), ran: 0 };
        }
        self.ran += 1;
    }
}

/// The next job; `None` when all is done.
pub(super) fn next((lock, wake): &Shared, view: &mut View) -> Option<Job> {
    let mut waits_since = None;
    let mut state = lock.lock().expect("invariant: no panic under lock");
    loop {
        let waited = waits_since.map_or(Duration::ZERO, |since: Instant| since.elapsed());
        if let Some(job) = state.take(view, waited >= PATIENCE) {
            state.running += usize::from(!matches!(job, Job::LetGo));
            return Some(job);
        }
        if state.running == 0 {
            // Nothing is ready and nothing runs that could make something ready.
            debug_assert_eq!(state.left, 0, "invariant: every wanted node becomes ready");
            wake.notify_all();
            return None;
        }
        if !state.reads.is_empty() {
            waits_since.get_or_insert_with(Instant::now);
        }
        state.idle += 1;
        state = match state.patience(waited) {
            None => wake.wait(state).expect("invariant: no panic under lock"),
            Some(time) => wake.wait_timeout(state, time).expect("invariant: no panic under lock").0,
        };
        state.idle -= 1;
    }
}

/// What was on the writer's turn is committed or undone: a worker that is awake may write. To wake one takes longer than
/// what is left to do here.
pub(super) fn pass_on((lock, _): &Shared, has_changed: bool) {
    lock.lock().expect("invariant: no panic under lock").pass_on(has_changed);
}

impl State {
    /// The state before the first node; `vertices` is the size of the graph.
    pub(super) fn new(ready: Ready, left: usize, vertices: usize, paths: Vec<u64>) -> Self {
        State {
            ready,
            written: 0,
            enough: if vertices > LARGE { vertices / VERTICES_PER_TEST } else { 1 },
            writes: Queue::default(),
            reads: Queue::default(),
            paths,
            writing: None,
            computing: 0,
            most: 0,
            is_forced: false,
            computed: HashMap::new(),
            settling: 0,
            idle: 0,
            running: 0,
            left,
            held_up: HashMap::new(),
            stopped: None,
            tested: HashMap::new(),
        }
    }

    /// Models may be computed beside the writer.
    pub(super) fn allow(&mut self, asides: &Asides<'_>) {
        (self.most, self.is_forced) = (asides.most(), asides.is_forced());
    }

    /// Something is ready; `place` is its place in the plan.
    pub(super) fn push(&mut self, (at, place): (usize, usize), on: On, chance: Chance) {
        let waiting = Waiting::new(at, place, self.paths[at]).since(self.written).with(chance);
        match on {
            On::Writer => self.writes.push(waiting),
            On::Reader => self.reads.push(waiting),
        }
    }

    /// The writer's turn is over, its transaction is committed or undone.
    fn pass_on(&mut self, has_changed: bool) {
        self.writing = None;
        self.settling += 1;
        self.written += usize::from(has_changed);
    }

    /// Something was computed, and waits for its turn to be written.
    pub(super) fn keep(&mut self, (at, place): (usize, usize), computed: Computed) {
        self.computing -= 1;
        self.running -= 1;
        self.computed.insert(at, computed);
        self.push((at, place), On::Writer, Chance::No);
    }

    /// What was computed for a node whose turn it is.
    pub(super) fn take_computed(&mut self, at: usize) -> Option<Computed> {
        self.computed.remove(&at)
    }

    /// Something has ended and is told; `has_written` when it was on the writer's turn.
    pub(super) fn settle(&mut self, has_written: bool) {
        self.left -= 1;
        self.running -= 1;
        self.settling -= usize::from(has_written);
    }

    /// Whether there is something to do for others than a worker without a snapshot that looks for it now.
    pub(super) fn has_more(&self) -> bool {
        let may_compute = |one: &Waiting| one.chance != Chance::No;
        let may_compute = self.computing < self.most && self.writes.find(may_compute).is_some();
        let is_idle_work = !(self.held_up.is_empty() && self.tested.is_empty());
        let is_over = self.left == 0 || self.stopped.is_some();
        may_compute || is_idle_work || is_over || !self.reads.is_empty()
    }

    /// What can be done now: what needs no work, then writing when nobody writes, then reading.
    fn take(&mut self, view: &mut View, is_impatient: bool) -> Option<Job> {
        if let Some(job) = self.take_idle() {
            return Some(job);
        }
        if self.may_write(view) {
            return match view.is_held() {
                true => Some(Job::LetGo),
                false => self.take_write(),
            };
        }
        match view.since {
            Some(since) => Some(self.take_covered(view, since)),
            None => self.take_read(view, is_impatient).or_else(|| self.take_aside()),
        }
    }

    /// What is done without a connection: skip what is held up, tell of tests that ran already.
    fn take_idle(&mut self) -> Option<Job> {
        let State { writes, reads, held_up, tested, .. } = self;
        let mut find = |is_meant: &dyn Fn(usize) -> bool| {
            writes.take(|one| is_meant(one.at)).or_else(|| reads.take(|one| is_meant(one.at)))
        };
        if !tested.is_empty()
            && let Some(at) = find(&|at| tested.contains_key(&at))
        {
            return Some(Job::Done { at, status: tested[&at] });
        }
        if let Some(reason) = self.stopped.clone() {
            return Some(Job::Skip { at: find(&|_| true)?, reason });
        }
        if held_up.is_empty() {
            return None;
        }
        let at = find(&|at| held_up.contains_key(&at))?;
        Some(Job::Skip { at, reason: held_up[&at].clone() })
    }

    /// Whether the worker should write. One with a snapshot does so only if nobody else is about to: its next snapshot
    /// has its price.
    fn may_write(&self, view: &View) -> bool {
        let is_left_to_others = view.is_held() && (self.settling > 0 || self.idle > 0);
        let is_there = self.writes.find(|one| self.is_writable(one)).is_some();
        self.writing.is_none() && is_there && !is_left_to_others
    }

    /// Whether it is written as it is, and not computed first.
    fn is_writable(&self, waiting: &Waiting) -> bool {
        !self.is_forced || waiting.chance == Chance::No
    }

    fn take_write(&mut self) -> Option<Job> {
        let at = self.writes.find(|one| self.is_writable(one))?.at;
        self.writes.take(|one| one.at == at);
        Some(self.write(at))
    }

    /// A model to compute while somebody writes for long, or while it is known to take long itself.
    fn take_aside(&mut self) -> Option<Job> {
        let is_long = self.writing.is_some_and(|since| since.elapsed() >= BUSY);
        let is_due = |chance| chance == Chance::Good || (chance == Chance::Unknown && is_long);
        if self.computing >= self.most || (self.writing.is_none() && !self.is_forced) {
            return None;
        }
        let at = self.writes.take(|one| is_due(one.chance))?;
        self.computing += 1;
        Some(Job::Compute { at })
    }

    /// How long a worker that has nothing to do waits for something to happen; forever, unless time alone gives it work.
    fn patience(&self, waited: Duration) -> Option<Duration> {
        let for_reads = (!self.reads.is_empty()).then(|| PATIENCE.saturating_sub(waited));
        let is_unknown = |one: &Waiting| one.chance == Chance::Unknown;
        let may_compute = self.computing < self.most && self.writes.find(is_unknown).is_some();
        let for_asides = self.writing.filter(|_| may_compute);
        let for_asides = for_asides.map(|since| BUSY.saturating_sub(since.elapsed()));
        [for_reads, for_asides].into_iter().flatten().min()
    }

    fn write(&mut self, at: usize) -> Job {
        self.writing = Some(Instant::now());
        Job::Run { at, on: On::Writer }
    }

    /// The next test that the snapshot shows. It is let go when there is none, when it is old, and when it has been worth
    /// its price and something is more urgent.
    fn take_covered(&mut self, view: &mut View, since: Instant) -> Job {
        let is_old = self.written != view.seen && since.elapsed() >= LONGEST;
        let next = self.reads.find(|one| one.since <= view.seen);
        let (Some(next), false) = (next, is_old) else { return Job::LetGo };
        let is_paid = view.ran >= self.enough && self.reads.len() >= self.enough;
        if is_paid && self.reads.first().is_some_and(|first| first.is_more_urgent(&next)) {
            return Job::LetGo;
        }
        view.used(self.written);
        self.reads.take(|one| one.at == next.at);
        Job::Run { at: next.at, on: On::Reader }
    }

    /// A test without a snapshot: on a new one, or on the connection that knows the schema.
    fn take_read(&mut self, view: &mut View, is_impatient: bool) -> Option<Job> {
        let is_cheap = self.enough <= 1 || view.seen == self.written;
        if !is_cheap && self.writing.is_none() {
            return self.reads.pop().map(|at| self.write(at));
        }
        if !is_cheap && !is_impatient && self.reads.len() < self.enough {
            return None;
        }
        let at = self.reads.pop()?;
        view.used(self.written);
        Some(Job::Run { at, on: On::Reader })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::Dag;
    use crate::graph::tests::{dags, graph};

    /// What a worker is about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Doing {
        Writes,
        Computes,
        Tells(On),
    }

    /// A run without databases: each step of a worker is one of a test's choice.
    struct Play<'d> {
        dag: &'d Dag<usize>,
        is_test: &'d [bool],
        state: State,
        workers: Vec<(View, Option<(usize, Doing)>)>,
        /// How much was written when each vertex had been.
        committed: Vec<Option<usize>>,
        on_reader: usize,
        snapshots: usize,
        computed: usize,
    }

    impl<'d> Play<'d> {
        fn new(dag: &'d Dag<usize>, is_test: &'d [bool], workers: usize, enough: usize) -> Self {
            let (ready, first) = dag.ready(dag.all());
            let paths = dag.longest(&dag.all(), |_| 1);
            let mut state = State::new(ready, dag.len(), dag.len(), paths);
            (state.enough, state.most) = (enough, workers - 1);
            let workers = (0..workers).map(|_| (View::default(), None)).collect();
            let committed = vec![None; dag.len()];
            let (on_reader, snapshots, computed) = (0, 0, 0);
            let mut play =
                Play { dag, is_test, state, workers, committed, on_reader, snapshots, computed };
            first.into_iter().for_each(|at| play.push(at));
            play
        }

        fn push(&mut self, at: usize) {
            let on = if self.is_test[at] { On::Reader } else { On::Writer };
            let chance = match at % 3 {
                0 if !self.is_test[at] => Chance::Good,
                _ => Chance::No,
            };
            self.state.push((at, at), on, chance);
        }

        /// Lets a worker make a step; false when there was nothing for it.
        fn step(&mut self, who: usize, is_impatient: bool) -> bool {
            let Some((at, doing)) = self.workers[who].1 else {
                return self.begin(who, is_impatient);
            };
            self.workers[who].1 = match doing {
                Doing::Writes => {
                    self.state.pass_on(!self.is_test[at]);
                    self.committed[at] = Some(self.state.written);
                    Some((at, Doing::Tells(On::Writer)))
                }
                Doing::Computes => {
                    self.computed += 1;
                    self.state.keep((at, at), Computed::default());
                    None
                }
                Doing::Tells(on) => {
                    self.state.settle(on == On::Writer);
                    self.committed[at].get_or_insert(0);
                    let newly = self.state.ready.finish(self.dag, at);
                    newly.into_iter().for_each(|at| self.push(at));
                    None
                }
            };
            true
        }

        fn begin(&mut self, who: usize, is_impatient: bool) -> bool {
            let (view, job) = &mut self.workers[who];
            let was_held = view.is_held();
            let (at, doing) = match self.state.take(view, is_impatient) {
                Some(Job::LetGo) => {
                    view.let_go();
                    return true;
                }
                Some(Job::Run { at, on: On::Writer }) => (at, Doing::Writes),
                Some(Job::Run { at, on: On::Reader }) => (at, Doing::Tells(On::Reader)),
                Some(Job::Compute { at }) => (at, Doing::Computes),
                Some(other) => panic!("nothing fails here: {other:?}"),
                None => return false,
            };
            self.state.running += 1;
            self.snapshots += usize::from(view.is_held() && !was_held);
            *job = Some((at, doing));
            self.check(who, at, doing);
            true
        }

        fn check(&mut self, who: usize, at: usize, doing: Doing) {
            let parents = self.dag.parents(at).iter().map(|parent| self.committed[*parent]);
            let latest = parents.map(|one| one.expect("all parents ended")).max().unwrap_or(0);
            let count = |wanted: Doing| {
                let is = |one: &&(View, Option<(usize, Doing)>)| {
                    one.1.is_some_and(|(_, doing)| doing == wanted)
                };
                self.workers.iter().filter(is).count()
            };
            assert!(count(Doing::Writes) <= 1 && count(Doing::Computes) < self.workers.len());
            if doing == Doing::Tells(On::Reader) {
                assert!(self.is_test[at] && self.workers[who].0.seen >= latest);
                self.on_reader += 1;
            }
        }

        /// Steps until all is done; who is next is told by `picks`, over and over.
        fn run(&mut self, picks: &[usize]) {
            let mut picks = picks.iter().cycle();
            while self.state.left > 0 {
                let who = picks.next().expect("it is not empty") % self.workers.len();
                if self.step(who, false) {
                    continue;
                }
                assert!(!self.workers[who].0.is_held(), "a worker waits with a snapshot");
                let all = 0..self.workers.len();
                let has_stepped = all.clone().any(|who| self.step(who, false))
                    || all.clone().any(|who| self.step(who, true));
                assert!(has_stepped, "everybody waits");
            }
        }
    }

    proptest! {
        /// Whoever is faster: nobody waits for nothing, one writes at a time, and a snapshot shows what a test reads.
        #[test]
        fn a_test_sees_what_it_waited_for(
            dag in dags(),
            is_test in prop::collection::vec(any::<bool>(), 24),
            picks in prop::collection::vec(0usize..4, 1..40),
            workers in 1usize..5,
            enough in 1usize..6,
            is_forced in any::<bool>(),
        ) {
            let mut play = Play::new(&dag, &is_test, workers, enough);
            play.state.is_forced = is_forced && workers > 1;
            play.run(&picks);
            let good = (0..dag.len()).filter(|at| at % 3 == 0 && !is_test[*at]).count();
            prop_assert!(play.computed == good || !play.state.is_forced);
            prop_assert!(play.committed.iter().all(Option::is_some));
        }
    }

    #[test]
    fn many_tests_share_a_snapshot_and_few_run_on_the_writer() {
        // One model, and then as many tests of it as are worth a snapshot.
        let tests = 8;
        let edges: Vec<(usize, usize)> = (1..=tests).map(|test| (0, test)).collect();
        let dag = graph(tests + 1, &edges).unwrap();
        let is_test: Vec<bool> = (0..=tests).map(|at| at > 0).collect();
        for (enough, snapshots) in [(4, 1), (20, 0)] {
            let mut play = Play::new(&dag, &is_test, 2, enough);
            play.run(&[0, 1]);
            assert_eq!(play.snapshots, snapshots, "{enough}");
            assert_eq!(play.on_reader > 1, snapshots == 1);
        }
    }
}
