//! Python's range.

use std::fmt;
use std::sync::Arc;

use minijinja::Error;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::type_error;

/// Jinja's sandbox refuses longer ranges.
const MAX_LEN: usize = 100_000;

/// Numbers from a start to before a stop.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    start: i64,
    step: i64,
    stop: i64,
    len: usize,
}

impl Range {
    /// `range(start, stop, step)`.
    pub fn new(start: i64, stop: i64, step: i64) -> Result<Self, Error> {
        if step == 0 {
            return Err(type_error("range() arg 3 must not be zero"));
        }
        let distance = i128::from(stop) - i128::from(start);
        let distance = if step > 0 { distance } else { -distance };
        let len = distance.max(0).unsigned_abs().div_ceil(u128::from(step.unsigned_abs())) as usize;
        if len > MAX_LEN {
            return Err(type_error(format!(
                "Range too big. The sandbox blocks ranges larger than {MAX_LEN}."
            )));
        }
        Ok(Self { start, step, stop, len })
    }
}

impl Object for Range {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = key.as_usize().filter(|index| *index < self.len)?;
        Some(Value::from(self.start + index as i64 * self.step))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.len)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            1 => write!(f, "range({}, {})", self.start, self.stop),
            step => write!(f, "range({}, {}, {step})", self.start, self.stop),
        }
    }
}
