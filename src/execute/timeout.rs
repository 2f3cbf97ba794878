//! `timeout` of a node: its statements are stopped when the time is over, and the node fails.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::Ended;
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::Node;
use crate::manifest::config::timeout;

/// How often a node that is over its time is told to stop.
const INTERVAL: Duration = Duration::from_millis(20);

/// Does `work`, the node's, within its time.
pub(super) fn within(
    node: &Node,
    connection: &Arc<Connection>,
    work: impl FnOnce() -> Ended,
) -> Ended {
    let Some(limit) = node.config.get("timeout").and_then(timeout) else {
        return work();
    };
    let (done, is_over) = ((Mutex::new(false), Condvar::new()), AtomicBool::new(false));
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| watch(&done, limit, connection, &is_over));
        // The watch must end whatever the work does.
        let _finish = Finish(&done);
        work()
    });
    connection.resume();
    match is_over.load(Ordering::Acquire) && ended.status.is_failure() {
        true => Ended { compiled: ended.compiled.clone(), ..Ended::error(too_long(node, limit)) },
        false => ended,
    }
}

type Done = (Mutex<bool>, Condvar);

struct Finish<'d>(&'d Done);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }
}

fn watch(done: &Done, limit: Duration, connection: &Connection, is_over: &AtomicBool) {
    let mut wait = limit;
    loop {
        let state = done.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = done.1.wait_timeout_while(state, wait, |done| !*done);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if *state {
            return;
        }
        drop(state);
        is_over.store(true, Ordering::Release);
        connection.halt();
        wait = INTERVAL;
    }
}

fn too_long(node: &Node, limit: Duration) -> Diagnostic {
    let message = format!(
        "{} `{}` took longer than its `timeout` of {} s and was stopped; its relation is as it was",
        node.resource_type,
        node.name,
        limit.as_secs_f64()
    );
    Diagnostic::error(codes::TIMEOUT, message).at(node.span_start(), "")
}
