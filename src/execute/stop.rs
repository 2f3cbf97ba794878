//! Ending a run early: the first request stops what runs, and the run ends in order.
//!
//! Invariant: after a request nothing is committed but what the run itself writes down at its end.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::jinja::contexts::Connection;

/// How often what runs is told to stop: an interrupt reaches only a statement that is running at that moment.
const INTERVAL: Duration = Duration::from_millis(20);

/// A switch that ends a run; shared by the run and whoever may want to end it.
#[derive(Debug, Default)]
pub struct Stop {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_running: bool,
    is_requested: bool,
}

impl Stop {
    /// Asks the run to end. False when there is none, or when it was asked before: then nobody will answer.
    pub fn request(&self) -> bool {
        let mut state = self.lock();
        let is_first = state.is_running && !state.is_requested;
        state.is_requested |= state.is_running;
        drop(state);
        self.changed.notify_all();
        is_first
    }

    /// Whether a run was asked to end.
    pub fn is_requested(&self) -> bool {
        self.lock().is_requested
    }

    /// Waits until it is asked to end; for what has no end of its own.
    pub fn wait(&self) {
        self.begin();
        let state = self.changed.wait_while(self.lock(), |state| !state.is_requested);
        drop(state);
        self.end();
    }

    /// Waits, shorter when the run is asked to end.
    pub(super) fn pause(&self, time: Duration) {
        let _ = self.changed.wait_timeout_while(self.lock(), time, |state| !state.is_requested);
    }

    /// A run begins that can be ended.
    pub(super) fn begin(&self) {
        self.lock().is_running = true;
    }

    /// The run is over.
    pub(super) fn end(&self) {
        self.lock().is_running = false;
        self.changed.notify_all();
    }

    /// Waits for a request and then halts the connections until the run is over; `asked` is called once.
    pub(super) fn watch(&self, connections: &[Arc<Connection>], asked: impl FnOnce()) {
        let idle = |state: &mut State| state.is_running && !state.is_requested;
        let state = self.changed.wait_while(self.lock(), idle);
        let is_requested = state.unwrap_or_else(PoisonError::into_inner).is_requested;
        if !is_requested {
            return;
        }
        asked();
        while self.lock().is_running {
            connections.iter().for_each(|connection| connection.halt());
            let running = |state: &mut State| state.is_running;
            let _ = self.changed.wait_timeout_while(self.lock(), INTERVAL, running);
        }
        connections.iter().for_each(|connection| connection.resume());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_request_of_a_run_is_answered() {
        let stop = Stop::default();
        assert!(!stop.request() && !stop.is_requested(), "there is no run yet");
        stop.begin();
        assert!(stop.request());
        assert!(!stop.request());
        stop.end();
        assert!(stop.is_requested() && !stop.request());
    }
}
