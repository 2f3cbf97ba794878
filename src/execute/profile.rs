//! Where the time of nodes went, for `--profile-run`. Nothing is measured without it.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::names::UniqueId;

/// The time of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeTime {
    /// The node.
    pub id: UniqueId,
    /// All of it.
    pub total: Duration,
    /// Waiting for the database: its statements, and what templates and forge ask of the catalog.
    pub engine: Duration,
    /// Writing compiled and executed SQL into files.
    pub write: Duration,
}

impl NodeTime {
    /// What is left: rendering, and judging what the database answered.
    pub fn render(&self) -> Duration {
        self.total.saturating_sub(self.engine + self.write)
    }
}

/// Adds up the times of one kind of work; does nothing when nobody wants to know.
#[derive(Debug, Default)]
pub(super) struct Watch {
    is_on: bool,
    sum: Cell<Duration>,
}

impl Watch {
    pub(super) fn new(is_on: bool) -> Self {
        Watch { is_on, sum: Cell::default() }
    }

    pub(super) fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = self.is_on.then(Instant::now);
        let done = work();
        if let Some(start) = start {
            self.sum.set(self.sum.get() + start.elapsed());
        }
        done
    }

    pub(super) fn sum(&self) -> Duration {
        self.sum.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_engine_nor_files_is_rendering() {
        let ms = Duration::from_millis;
        let id = UniqueId::new("model.p.a");
        let time = NodeTime { id, total: ms(10), engine: ms(3), write: ms(2) };
        assert_eq!(time.render(), ms(5));
        let watch = Watch::new(false);
        assert_eq!((watch.time(|| 7), watch.sum()), (7, Duration::ZERO));
    }
}
