//! The database of one rendering: a session that is opened when it is needed, and the comment on its statements.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use crate::adapters::{self, AdapterError, Interrupt, Outcome, Session};
use crate::events::{Event, EventSink};

/// Opens the session of a [`Connection`] when it is first needed; `None` when there is no database yet.
pub type Open = dyn Fn() -> adapters::Result<Option<Box<dyn Session>>> + Send + Sync;

/// A session that is opened when it is first needed, and the statements that ran on it.
pub struct Connection {
    open: Box<Open>,
    session: Mutex<Option<Box<dyn Session>>>,
    statements: Mutex<Vec<String>>,
    /// A transaction is open whenever a statement runs.
    keeps_transaction: bool,
    /// Stops a statement while the session is in use.
    interrupt: Mutex<Option<Interrupt>>,
    is_halted: AtomicBool,
    /// Another one that is stopped together with it.
    companion: Mutex<Weak<Connection>>,
    /// Nanoseconds that the session worked; counted when somebody wants to know.
    busy: AtomicU64,
    is_timed: AtomicBool,
    differs: Differs,
}

/// Whether the session differs from others on the same database by what statements did to it.
#[derive(Default)]
struct Differs {
    is_watched: AtomicBool,
    /// Settings were changed, or databases attached.
    is_certain: AtomicBool,
    /// Temporary objects were made, and maybe dropped.
    is_possible: AtomicBool,
}

impl Differs {
    fn look(&self, sql: &str) {
        if !self.is_watched.load(Ordering::Relaxed) {
            return;
        }
        for word in sql.split(|c: char| c != '_' && !c.is_alphanumeric()) {
            let is = |one: &str| word.eq_ignore_ascii_case(one);
            if ["pragma", "attach", "detach"].iter().any(|one| is(one)) {
                self.is_certain.store(true, Ordering::Release);
            } else if ["temp", "temporary"].iter().any(|one| is(one)) {
                self.is_possible.store(true, Ordering::Release);
            }
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

impl Connection {
    /// A connection that opens its session on demand.
    pub fn new(open: Box<Open>) -> Self {
        Connection {
            open,
            session: Mutex::new(None),
            statements: Mutex::default(),
            keeps_transaction: false,
            interrupt: Mutex::default(),
            is_halted: AtomicBool::new(false),
            companion: Mutex::default(),
            busy: AtomicU64::new(0),
            is_timed: AtomicBool::new(false),
            differs: Differs::default(),
        }
    }

    /// The same; its statements run in a transaction that is begun before the first of them. One that manages
    /// transactions itself, or cannot run inside of one, runs between two of them.
    #[must_use]
    pub fn that_stays_in_transaction(self) -> Self {
        Connection { keeps_transaction: true, ..self }
    }

    /// A connection over an open session.
    pub fn over(session: Box<dyn Session>) -> Self {
        let connection = Connection::new(Box::new(|| Ok(None)));
        connection.keep_interrupt(&*session);
        *connection.session.lock().expect("invariant: no panic under lock") = Some(session);
        connection
    }

    /// Runs `work` on the session; `None` when there is no database.
    pub fn with<T>(
        &self,
        work: impl FnOnce(&mut dyn Session) -> adapters::Result<T>,
    ) -> adapters::Result<Option<T>> {
        let mut session = self.session.lock().expect("invariant: no panic under lock");
        if self.is_halted.load(Ordering::Acquire) {
            return Err(AdapterError::Interrupted);
        }
        if session.is_none() {
            *session = (self.open)()?;
            if let Some(session) = session.as_deref() {
                self.keep_interrupt(session);
            }
            if let Some(session) = session.as_deref_mut().filter(|_| self.keeps_transaction) {
                session.begin()?;
            }
        }
        let Some(session) = session.as_deref_mut() else { return Ok(None) };
        if !self.is_timed.load(Ordering::Relaxed) {
            return work(session).map(Some);
        }
        let start = Instant::now();
        let done = work(session);
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.busy.fetch_add(nanos, Ordering::Relaxed);
        done.map(Some)
    }

    /// Measures from now on how long the session works.
    pub fn measure(&self) {
        self.is_timed.store(true, Ordering::Relaxed);
    }

    /// How long the session has worked since that.
    pub fn busy(&self) -> Duration {
        Duration::from_nanos(self.busy.load(Ordering::Relaxed))
    }

    fn keep_interrupt(&self, session: &dyn Session) {
        let handle = session.interrupt_handle();
        *self.interrupt.lock().expect("invariant: no panic under lock") = Some(handle);
    }

    /// Stops the statement that is running and refuses further ones; a rollback is always possible.
    pub fn halt(&self) {
        self.is_halted.store(true, Ordering::Release);
        if let Some(handle) = &*self.interrupt.lock().expect("invariant: no panic under lock") {
            handle.interrupt();
        }
        if let Some(companion) = self.companion() {
            companion.halt();
        }
    }

    /// Makes another connection stop whenever this one has to.
    pub fn take_along(&self, companion: &Arc<Connection>) {
        let mut place = self.companion.lock().expect("invariant: no panic under lock");
        *place = Arc::downgrade(companion);
    }

    fn companion(&self) -> Option<Arc<Connection>> {
        self.companion.lock().expect("invariant: no panic under lock").upgrade()
    }

    /// Takes statements again.
    pub fn resume(&self) {
        self.is_halted.store(false, Ordering::Release);
    }

    /// Runs statements, with the query comment, and remembers them.
    pub fn execute(&self, sql: &str, comment: &QueryComment) -> adapters::Result<Option<Outcome>> {
        let commented = comment.apply(sql)?;
        comment.tell(&commented);
        self.differs.look(sql);
        self.statements.lock().expect("invariant: no panic under lock").push(sql.to_owned());
        let stands_alone = self.keeps_transaction && stands_alone(sql);
        self.with(|session| {
            if stands_alone && session.in_transaction() {
                session.commit()?;
            }
            let done = session.execute(&commented);
            if stands_alone && done.is_ok() && !session.in_transaction() && !opens(sql) {
                session.begin()?;
            }
            done
        })
    }

    /// Computes a query into a file; for sessions that do so.
    pub fn compute(&self, sql: &str, file: &Path, comment: &QueryComment) -> adapters::Result<()> {
        comment.tell(sql);
        self.with(|session| session.compute(sql, file)).map(drop)
    }

    /// Notices from now on whether statements make the session differ from others on the same database.
    pub fn watch(&self) {
        self.differs.is_watched.store(true, Ordering::Relaxed);
    }

    /// Whether they did.
    pub fn differs(&self) -> bool {
        self.differs.is_certain.load(Ordering::Acquire)
    }

    /// Looks whether temporary objects are left, after statements that may have made some.
    pub fn look_for_leftovers(&self) {
        if self.differs.is_possible.swap(false, Ordering::AcqRel) {
            let left = self.with(|session| session.has_temporary_objects());
            if !matches!(left, Ok(Some(false))) {
                self.differs.is_certain.store(true, Ordering::Release);
            }
        }
    }

    /// Runs `work` outside of the transaction that this connection keeps; what was done before it is made permanent.
    pub fn between_transactions(
        &self,
        work: impl FnOnce(&mut dyn Session) -> adapters::Result<()>,
    ) -> adapters::Result<()> {
        if !self.keeps_transaction {
            return self.with(work).map(drop);
        }
        self.with(|session| {
            if session.in_transaction() {
                session.commit()?;
            }
            let done = work(session);
            session.begin()?;
            done
        })
        .map(drop)
    }

    /// Makes permanent what the open transaction did; a connection that keeps one begins the next.
    pub fn renew(&self) -> adapters::Result<()> {
        if !self.keeps_transaction {
            return Ok(());
        }
        self.commit()?;
        self.with(|session| session.begin()).map(drop)
    }

    /// Makes permanent what the open transaction did, if there is one.
    pub fn commit(&self) -> adapters::Result<()> {
        self.when_open(|session| if session.in_transaction() { session.commit() } else { Ok(()) })
    }

    /// Undoes what the open transaction did, if there is one.
    pub fn rollback(&self) -> adapters::Result<()> {
        self.when_open(|session| session.rollback())
    }

    fn when_open(
        &self,
        work: impl FnOnce(&mut dyn Session) -> adapters::Result<()>,
    ) -> adapters::Result<()> {
        let mut session = self.session.lock().expect("invariant: no panic under lock");
        match session.as_deref_mut() {
            Some(session) => work(session),
            None => Ok(()),
        }
    }

    /// The statement that ran last.
    pub fn last_statement(&self) -> Option<String> {
        self.statements.lock().expect("invariant: no panic under lock").last().cloned()
    }

    /// Forgets the statement that ran last.
    pub fn forget_statement(&self) {
        self.statements.lock().expect("invariant: no panic under lock").pop();
    }

    /// The statements that ran, and forgets them.
    pub fn take_statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.lock().expect("invariant: no panic under lock"))
    }

    /// Gives the session back.
    pub fn into_session(self) -> Option<Box<dyn Session>> {
        self.session.into_inner().expect("invariant: no panic under lock")
    }
}

/// `query-comment`, rendered for one node.
#[derive(Clone, Default)]
pub struct QueryComment {
    /// The text without comment signs; empty for none.
    pub text: String,
    /// After the statement instead of before it.
    pub append: bool,
    /// Why there is no comment although one is wanted: no statement runs without it.
    pub problem: Option<String>,
    /// Who hears of every statement.
    pub listener: Option<Arc<dyn EventSink>>,
}

impl fmt::Debug for QueryComment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueryComment({:?})", self.text)
    }
}

impl QueryComment {
    fn apply(&self, sql: &str) -> adapters::Result<String> {
        if let Some(problem) = &self.problem {
            let message = format!("`query-comment`: {problem}");
            return Err(AdapterError::Sql { message, offset: None, sql: sql.to_owned() });
        }
        let text = &self.text;
        Ok(match self.append {
            _ if text.is_empty() => sql.to_owned(),
            true => format!("{}\n/* {text} */", sql.trim_end().trim_end_matches(';')),
            false => format!("/* {text} */\n{sql}"),
        })
    }

    fn tell(&self, sql: &str) {
        if let Some(listener) = &self.listener {
            listener.emit(Event::Statement { sql: sql.trim().to_owned() });
        }
    }
}

/// Whether a statement ends or opens a transaction, or cannot run inside of one.
fn stands_alone(sql: &str) -> bool {
    let alone = ["begin", "start", "commit", "end", "rollback", "vacuum", "attach", "detach"];
    alone.contains(&first_word(sql).as_str())
}

/// Whether a transaction is open behind a statement, by the user's own wish.
fn opens(sql: &str) -> bool {
    let is_one = !sql.trim().trim_end_matches(';').contains(';');
    is_one && matches!(first_word(sql).as_str(), "begin" | "start")
}

/// The first word outside of comments, in lower case.
fn first_word(sql: &str) -> String {
    let mut rest = sql.trim_start();
    loop {
        let after = match rest {
            _ if rest.starts_with("--") => rest.split_once('\n').map(|(_, after)| after),
            _ if rest.starts_with("/*") => rest.split_once("*/").map(|(_, after)| after),
            _ => break,
        };
        rest = after.unwrap_or_default().trim_start();
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    rest[..end].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_session_differ_is_noticed() {
        let differs = |sql: &str| {
            let differs = Differs { is_watched: true.into(), ..Differs::default() };
            differs.look(sql);
            [differs.is_certain, differs.is_possible].map(AtomicBool::into_inner)
        };
        assert_eq!(differs("select 1;\nPRAGMA case_sensitive_like=on"), [true, false]);
        assert_eq!(differs("attach 'x' as y"), [true, false]);
        assert_eq!(differs("create temp table x as select 1"), [false, true]);
        assert_eq!(differs("drop table \"temp\".x"), [false, true]);
        assert_eq!(differs("select temperature, temp_c from pragma_table_info('x')"), [false; 2]);
    }

    #[test]
    fn statements_that_manage_transactions_stand_alone() {
        assert!(stands_alone("-- a\n/* b */ VACUUM"));
        assert!(stands_alone("begin; delete from t; commit"));
        assert!(!stands_alone("insert into t select 1 -- commit"));
        assert!(opens("begin;") && !opens("begin; commit;"));
    }
}
