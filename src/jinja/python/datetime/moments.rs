//! `datetime.datetime`, naive and aware.

use std::cmp::Ordering;

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};
use minijinja::Error;
use minijinja::value::Value;

use super::calendar::{self, SECOND, UNIX_EPOCH, from_micros, micros};
use super::dates::{self, no_arguments};
use super::isoformat::{self, offset_text, time_text};
use super::strftime::{Fields, strftime};
use super::strptime::strptime;
use super::times::{self, Time};
use super::zones::zone_argument;
use super::{Date, Delta, Fixed, Zone};
use crate::jinja::python::Runtime;
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{self, Entry, Method, Namespace, Type};

/// The class.
pub(super) static CLASS: Namespace = Namespace {
    name: "datetime.datetime",
    constructor: Some(construct),
    entries: &[
        ("today", Entry::Function(|runtime, args| finish(args, |_| Ok(local((runtime.now)()))))),
        ("now", Entry::Function(now)),
        ("utcnow", Entry::Function(|runtime, args| finish(args, |_| Ok(utc((runtime.now)()))))),
        ("fromtimestamp", Entry::Function(from_timestamp)),
        (
            "utcfromtimestamp",
            Entry::Function(|_, args| finish(args, |args| timestamp_argument(args).map(utc))),
        ),
        ("strptime", Entry::Function(parse)),
        ("fromisoformat", Entry::Function(from_iso_text)),
        (
            "fromisocalendar",
            Entry::Function(|_, args| finish(args, |args| dates::day_of_week(args).map(midnight))),
        ),
        (
            "fromordinal",
            Entry::Function(|_, args| {
                finish(args, |args| dates::day_of_ordinal(args).map(midnight))
            }),
        ),
        ("combine", Entry::Function(combine)),
        ("min", Entry::Value(|| object::value(midnight(civil::Date::constant(1, 1, 1))))),
        (
            "max",
            Entry::Value(|| {
                let last = civil::Date::constant(9999, 12, 31).to_datetime(times::LAST);
                object::value(DateTime::new(last, None))
            }),
        ),
        ("resolution", Entry::Value(|| object::value(Delta::from_micros(1)))),
    ],
};

/// A date and a time of day, perhaps with a zone; kept to microseconds.
#[derive(Debug, Clone)]
pub(in super::super) struct DateTime {
    civil: civil::DateTime,
    zone: Option<Zone>,
    fold: bool,
}

impl DateTime {
    /// What a clock on the wall of the zone shows.
    pub(in super::super) fn new(civil: civil::DateTime, zone: Option<Zone>) -> Self {
        let micros = civil.subsec_nanosecond() / 1000 * 1000;
        let time = civil.time().with().subsec_nanosecond(micros).build();
        let civil = time.map_or(civil, |time| civil.date().to_datetime(time));
        Self { civil, zone, fold: false }
    }

    /// A moment in a zone, or naive in UTC.
    pub(in super::super) fn from_timestamp(timestamp: Timestamp, zone: Option<Zone>) -> Self {
        let utc = Offset::UTC.to_datetime(timestamp);
        let aware = zone.as_ref().and_then(|zone| zone.moment(utc));
        aware.unwrap_or_else(|| Self::new(utc, zone))
    }

    /// The moment; naive means UTC.
    pub(in super::super) fn to_timestamp(&self) -> Result<Timestamp, jiff::Error> {
        Timestamp::from_microsecond(self.utc_micros() - UNIX_EPOCH)
    }

    /// What the clock shows.
    pub(in super::super) fn civil(&self) -> civil::DateTime {
        self.civil
    }

    /// The zone, if aware.
    pub(in super::super) fn zone(&self) -> Option<&Zone> {
        self.zone.as_ref()
    }

    /// The same clock in another zone.
    pub(in super::super) fn with_zone(&self, zone: Option<Zone>) -> Self {
        Self { zone, ..self.clone() }
    }

    /// What the clock shows after some time; like Python, this does not ask the zone.
    pub(in super::super) fn plus(&self, delta: Delta) -> Option<Self> {
        let delta = i64::try_from(delta.micros()).ok()?;
        let civil = from_micros(micros(self.civil).checked_add(delta)?)?;
        Some(Self { civil, zone: self.zone.clone(), fold: false })
    }

    /// The time since another moment; `None` if only one is aware.
    pub(in super::super) fn since(&self, other: &Self) -> Option<Delta> {
        let comparable = self.zone.is_some() == other.zone.is_some();
        comparable.then(|| Delta::from_micros((self.utc_micros() - other.utc_micros()).into()))
    }

    /// Microseconds since 0001-01-01 in UTC, or of the clock when naive.
    fn utc_micros(&self) -> i64 {
        micros(self.civil) - self.zone.as_ref().map_or(0, Zone::offset)
    }

    fn utc(&self) -> Option<civil::DateTime> {
        match self.zone {
            Some(_) => from_micros(self.utc_micros()),
            None => Some(Offset::UTC.to_datetime(self.local_timestamp()?)),
        }
    }

    /// The moment a naive clock of this machine means.
    fn local_timestamp(&self) -> Option<Timestamp> {
        let ambiguous = TimeZone::system().to_ambiguous_timestamp(self.civil);
        if self.fold { ambiguous.later().ok() } else { ambiguous.compatible().ok() }
    }

    fn clock(&self, zone: Option<Zone>) -> Time {
        Time { time: self.civil.time(), zone, fold: self.fold }
    }

    fn iso(&self, separator: &str, timespec: &str) -> Result<String, String> {
        let offset = self.zone.as_ref().map(|zone| offset_text(zone.offset(), ":"));
        let time = time_text(self.civil.time(), timespec)?;
        Ok(format!("{}{separator}{time}{}", self.civil.date(), offset.unwrap_or_default()))
    }
}

impl Type for DateTime {
    const NAME: &'static str = "datetime.datetime";
    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("date", |moment, args| no_arguments(args, object::value(Date::from(moment)))),
        ("time", |moment, args| no_arguments(args, object::value(moment.clock(None)))),
        ("timetz", |moment, args| {
            no_arguments(args, object::value(moment.clock(moment.zone.clone())))
        }),
        ("isoformat", iso_format),
        ("strftime", |moment, args| {
            let format = args.text("format")?;
            args.finish()?;
            let (date, time) = (moment.civil.date(), moment.civil.time());
            Ok(Value::from(strftime(&format, &Fields { date, time, zone: moment.zone() })))
        }),
        ("replace", |moment, args| {
            let date = dates::replaced(moment.civil.date(), args)?;
            let clock = times::parameters(args, &moment.clock(moment.zone.clone()))?;
            finish(args, |_| Ok(joined(date, clock)))
        }),
        ("astimezone", as_timezone),
        ("timestamp", |moment, args| {
            args.finish()?;
            let micros = match moment.zone {
                Some(_) => moment.utc_micros() - UNIX_EPOCH,
                None => {
                    let local = moment.local_timestamp();
                    local.ok_or_else(|| args.error("the moment is out of range"))?.as_microsecond()
                }
            };
            Ok(Value::from(calendar::seconds(micros.into())))
        }),
        ("weekday", |moment, args| dates::weekday(moment.civil.date(), args)),
        ("isoweekday", |moment, args| dates::iso_weekday(moment.civil.date(), args)),
        ("isocalendar", |moment, args| dates::iso_calendar(moment.civil.date(), args)),
        ("toordinal", |moment, args| dates::to_ordinal(moment.civil.date(), args)),
        ("ctime", |moment, args| dates::c_time(moment.civil, args)),
        ("utcoffset", |moment, args| no_arguments(args, delta(moment.zone().map(Zone::offset)))),
        ("dst", |moment, args| no_arguments(args, delta(moment.zone().and_then(Zone::dst)))),
        ("tzname", |moment, args| {
            no_arguments(args, Value::from(moment.zone().and_then(Zone::name)))
        }),
    ];

    fn repr(&self) -> String {
        let date = self.civil.date();
        let head = format!("datetime.datetime({}, {}, {}", date.year(), date.month(), date.day());
        let clock = times::clock_repr(self.civil.time());
        format!("{head}, {clock}{}", times::zone_repr(self.zone(), self.fold))
    }

    fn text(&self) -> String {
        self.iso(" ", "auto").unwrap_or_default()
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        dates::attribute(self.civil.date(), name)
            .or_else(|| times::attribute(self.civil.time(), name))
            .or_else(|| times::zone_attribute(self.zone(), self.fold, name))
    }

    /// Naive moments come before aware ones; Python refuses to order them, see `operators::order`.
    fn order(&self, other: &Self) -> Option<Ordering> {
        let key = |moment: &Self| (moment.zone.is_some(), moment.utc_micros());
        Some(key(self).cmp(&key(other)))
    }
}

fn delta(micros: Option<i64>) -> Value {
    let delta = micros.map(|micros| object::value(Delta::from_micros(micros.into())));
    delta.unwrap_or_else(|| Value::from(()))
}

fn midnight(date: civil::Date) -> DateTime {
    DateTime::new(date.to_datetime(civil::Time::midnight()), None)
}

fn joined(date: civil::Date, clock: Time) -> DateTime {
    DateTime { civil: date.to_datetime(clock.time), zone: clock.zone, fold: clock.fold }
}

fn utc(timestamp: Timestamp) -> DateTime {
    DateTime::from_timestamp(timestamp, None)
}

fn local(timestamp: Timestamp) -> DateTime {
    DateTime::new(TimeZone::system().to_datetime(timestamp), None)
}

fn finish(
    args: &mut Args<'_>,
    parameters: impl FnOnce(&mut Args<'_>) -> Result<DateTime, Error>,
) -> Result<Value, Error> {
    let moment = parameters(args)?;
    args.finish()?;
    Ok(object::value(moment))
}

fn construct(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    finish(args, |args| {
        let date = dates::required(args)?;
        let clock = times::parameters(args, &Time::new(civil::Time::midnight(), None))?;
        Ok(joined(date, clock))
    })
}

/// A moment in the zone of the next parameter, or on the clock of this machine.
fn in_zone(args: &mut Args<'_>, timestamp: Timestamp) -> Result<Value, Error> {
    let zone = args.next("tz");
    let zone = zone_argument(args, "tz", zone)?;
    finish(args, |_| {
        Ok(match zone {
            Some(zone) => DateTime::from_timestamp(timestamp, Some(zone)),
            None => local(timestamp),
        })
    })
}

fn now(runtime: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    in_zone(args, (runtime.now)())
}

fn from_timestamp(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let timestamp = timestamp_argument(args)?;
    in_zone(args, timestamp)
}

/// The parameter `timestamp`: seconds since 1970, whole or not.
pub(super) fn timestamp_argument(args: &mut Args<'_>) -> Result<Timestamp, Error> {
    let value = args.required("timestamp")?;
    let seconds = value.is_number().then(|| f64::try_from(value.clone()).ok()).flatten();
    let seconds = seconds.ok_or_else(|| args.mismatch("timestamp", "a number", &value))?;
    let micros = (seconds.fract() * SECOND as f64).round_ties_even();
    let total = (seconds.trunc() as i64)
        .checked_mul(SECOND)
        .map(|whole| whole.saturating_add(micros as i64));
    let in_range = total.filter(|micros| from_micros(micros.saturating_add(UNIX_EPOCH)).is_some());
    let timestamp = in_range.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    timestamp.ok_or_else(|| args.error("the timestamp is out of range"))
}

fn parse(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let (text, format) = (args.text("date_string")?, args.text("format")?);
    finish(args, |args| strptime(&text, &format).map_err(|message| args.error(message)))
}

fn from_iso_text(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let text = args.text("date_string")?;
    finish(args, |args| match parse_iso(&text) {
        Some(result) => result.map_err(|message| args.error(message)),
        None => {
            let text = Value::from(text.as_str());
            Err(args.error(format_args!("invalid isoformat string: {text:?}")))
        }
    })
}

fn parse_iso(text: &str) -> Option<Result<DateTime, String>> {
    let (date, rest) = text.split_at_checked(isoformat::date_len(text)?)?;
    let date = match isoformat::parse_date(date)? {
        Ok(date) => date,
        Err(message) => return Some(Err(message)),
    };
    let Some(separator) = rest.chars().next() else {
        return Some(Ok(midnight(date)));
    };
    let time = isoformat::parse_time(&rest[separator.len_utf8()..])?;
    Some(time.map(|(time, zone)| DateTime::new(date.to_datetime(time), zone)))
}

fn combine(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let value = args.required("date")?;
    let date = object::get::<DateTime>(&value)
        .map(Date::from)
        .or_else(|| object::get::<Date>(&value).copied());
    let date = date.ok_or_else(|| args.mismatch("date", "a datetime.date", &value))?;
    let mut clock = args.instance::<Time>("time")?;
    if let Some(zone) = args.next("tzinfo") {
        clock.zone = zone_argument(args, "tzinfo", Some(zone))?;
    }
    finish(args, |_| Ok(joined(date.0, clock)))
}

fn iso_format(moment: &DateTime, args: &mut Args<'_>) -> Result<Value, Error> {
    let mut text = |name, default: &str| match args.next(name) {
        Some(value) => args.as_text(name, &value),
        None => Ok(default.to_owned()),
    };
    let (separator, timespec) = (text("sep", "T")?, text("timespec", "auto")?);
    if separator.chars().count() != 1 {
        return Err(args.error("'sep' must be one character"));
    }
    let text = moment.iso(&separator, &timespec).map_err(|message| args.error(message))?;
    no_arguments(args, Value::from(text))
}

fn as_timezone(moment: &DateTime, args: &mut Args<'_>) -> Result<Value, Error> {
    let zone = args.next("tz");
    let zone = zone_argument(args, "tz", zone)?;
    args.finish()?;
    let out_of_range = || args.error("the moment is out of range");
    let utc = moment.utc().ok_or_else(out_of_range)?;
    let zone = match zone {
        Some(zone) => zone,
        None => system_zone(utc).ok_or_else(out_of_range)?,
    };
    if moment.zone.as_ref() == Some(&zone) {
        return Ok(object::value(moment.clone()));
    }
    zone.moment(utc).map(object::value).ok_or_else(out_of_range)
}

/// The offset of this machine at a moment.
fn system_zone(utc: civil::DateTime) -> Option<Zone> {
    let timestamp = Timestamp::from_microsecond(calendar::micros(utc) - UNIX_EPOCH).ok()?;
    let system = TimeZone::system();
    let info = system.to_offset_info(timestamp);
    let offset = i64::from(info.offset().seconds()) * SECOND;
    Some(Zone::Fixed(Fixed { offset, name: Some(info.abbreviation().to_owned()) }))
}
