//! `modules.datetime`: dates, times, moments, durations and fixed offsets from UTC.

mod calendar;
mod dates;
mod isoformat;
mod moments;
mod spans;
mod strftime;
mod strptime;
mod times;
mod zones;

pub(super) use calendar::{DAY, SECOND, UNIX_EPOCH, micros};
pub(super) use dates::Date;
pub(super) use moments::DateTime;
pub(super) use spans::Delta;
pub(super) use times::Time;
pub(super) use zones::{Fixed, Zone};

use super::object::{Entry, Namespace};

/// The module. Beyond dbt's exports it has `timezone`.
pub(super) static MODULE: Namespace = Namespace {
    name: "datetime",
    constructor: None,
    entries: &[
        ("date", Entry::Namespace(&dates::CLASS)),
        ("datetime", Entry::Namespace(&moments::CLASS)),
        ("time", Entry::Namespace(&times::CLASS)),
        ("timedelta", Entry::Namespace(&spans::CLASS)),
        ("timezone", Entry::Namespace(&zones::CLASS)),
        ("tzinfo", Entry::Namespace(&zones::ABSTRACT)),
    ],
};
