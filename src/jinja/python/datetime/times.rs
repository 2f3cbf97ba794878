//! `datetime.time`.

use std::cmp::Ordering;

use jiff::civil;
use minijinja::Error;
use minijinja::value::Value;

use super::calendar::{self, micros_of_day};
use super::dates::no_arguments;
use super::isoformat::{self, offset_text, time_text};
use super::strftime::{Fields, strftime};
use super::zones::zone_argument;
use super::{Delta, Zone};
use crate::jinja::python::Runtime;
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{self, Entry, Method, Namespace, Type};

/// The class.
pub(super) static CLASS: Namespace = Namespace {
    name: "datetime.time",
    constructor: Some(construct),
    entries: &[
        ("fromisoformat", Entry::Function(from_iso_text)),
        ("min", Entry::Value(|| object::value(Time::new(civil::Time::midnight(), None)))),
        ("max", Entry::Value(|| object::value(Time::new(LAST, None)))),
        ("resolution", Entry::Value(|| object::value(Delta::from_micros(1)))),
    ],
};

/// The last time of a day.
pub(super) const LAST: civil::Time = civil::Time::constant(23, 59, 59, 999_999_000);

/// A time of day, perhaps with a zone.
#[derive(Debug, Clone)]
pub(in super::super) struct Time {
    pub(in super::super) time: civil::Time,
    pub(in super::super) zone: Option<Zone>,
    pub(super) fold: bool,
}

impl Time {
    /// A time of day.
    pub(in super::super) fn new(time: civil::Time, zone: Option<Zone>) -> Self {
        Self { time, zone, fold: false }
    }

    /// Python knows the offset of a zone without a date only where it never changes.
    fn offset(&self) -> Option<i64> {
        self.zone.as_ref().filter(|zone| !matches!(zone, Zone::Region(_))).map(Zone::offset)
    }

    fn iso(&self, timespec: &str) -> Result<String, String> {
        let offset = self.offset().map(|offset| offset_text(offset, ":"));
        Ok(time_text(self.time, timespec)? + &offset.unwrap_or_default())
    }

    fn key(&self) -> (i64, bool) {
        let offset = self.offset();
        (micros_of_day(self.time) - offset.unwrap_or(0), offset.is_some())
    }

    /// Whether it knows its offset from UTC.
    pub(in super::super) fn is_aware(&self) -> bool {
        self.offset().is_some()
    }
}

impl Type for Time {
    const NAME: &'static str = "datetime.time";
    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("isoformat", |time, args| {
            let timespec = match args.next("timespec") {
                Some(value) => args.as_text("timespec", &value)?,
                None => "auto".to_owned(),
            };
            let text = time.iso(&timespec).map_err(|message| args.error(message))?;
            no_arguments(args, Value::from(text))
        }),
        ("strftime", |time, args| {
            let format = args.text("format")?;
            args.finish()?;
            let date = civil::Date::constant(1900, 1, 1);
            let zone = time.zone.as_ref().filter(|_| time.is_aware());
            Ok(Value::from(strftime(&format, &Fields { date, time: time.time, zone })))
        }),
        ("replace", |time, args| {
            let replaced = parameters(args, time)?;
            no_arguments(args, object::value(replaced))
        }),
        ("utcoffset", |time, args| {
            let offset =
                time.offset().map(|offset| object::value(Delta::from_micros(offset.into())));
            no_arguments(args, offset.unwrap_or_else(|| Value::from(())))
        }),
        ("tzname", |time, args| {
            let name = time.zone.as_ref().filter(|_| time.is_aware()).and_then(Zone::name);
            no_arguments(args, Value::from(name))
        }),
    ];

    fn repr(&self) -> String {
        let mut out = format!("datetime.time({}", clock_repr(self.time));
        out.push_str(&zone_repr(self.zone.as_ref(), self.fold));
        out
    }

    fn text(&self) -> String {
        self.iso("auto").unwrap_or_default()
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        attribute(self.time, name).or_else(|| zone_attribute(self.zone.as_ref(), self.fold, name))
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.key().cmp(&other.key()))
    }
}

/// `hour`, `minute`, `second` and `microsecond`.
pub(super) fn attribute(time: civil::Time, name: &str) -> Option<Value> {
    Some(match name {
        "hour" => Value::from(time.hour()),
        "minute" => Value::from(time.minute()),
        "second" => Value::from(time.second()),
        "microsecond" => Value::from(time.subsec_nanosecond() / 1000),
        _ => return None,
    })
}

/// `tzinfo` and `fold`.
pub(super) fn zone_attribute(zone: Option<&Zone>, fold: bool, name: &str) -> Option<Value> {
    Some(match name {
        "tzinfo" => zone.cloned().map_or_else(|| Value::from(()), object::value),
        "fold" => Value::from(i64::from(fold)),
        _ => return None,
    })
}

/// `hour, minute`, then the seconds and microseconds as far as they are not zero.
pub(super) fn clock_repr(time: civil::Time) -> String {
    let micros = time.subsec_nanosecond() / 1000;
    let mut out = format!("{}, {}", time.hour(), time.minute());
    if time.second() != 0 || micros != 0 {
        out.push_str(&format!(", {}", time.second()));
    }
    if micros != 0 {
        out.push_str(&format!(", {micros}"));
    }
    out
}

/// The end of the repr of a time or a moment.
pub(super) fn zone_repr(zone: Option<&Zone>, fold: bool) -> String {
    let fold = if fold { ", fold=1" } else { "" };
    let zone = zone.map(|zone| format!(", tzinfo={}", zone.repr()));
    format!("{fold}{})", zone.unwrap_or_default())
}

/// The parameters from `hour` to `fold`, by default those of another time.
pub(super) fn parameters(args: &mut Args<'_>, default: &Time) -> Result<Time, Error> {
    let mut part = |name, default: i64| args.int(name).map(|value| value.unwrap_or(default));
    let hour = part("hour", default.time.hour().into())?;
    let minute = part("minute", default.time.minute().into())?;
    let second = part("second", default.time.second().into())?;
    let micro = part("microsecond", i64::from(default.time.subsec_nanosecond()) / 1000)?;
    let zone = match args.next("tzinfo") {
        Some(zone) => zone_argument(args, "tzinfo", Some(zone))?,
        None => default.zone.clone(),
    };
    let fold = match args.keyword("fold") {
        Some(fold) => args.as_int("fold", &fold)? != 0,
        None => default.fold,
    };
    let time =
        calendar::time(hour, minute, second, micro).map_err(|message| args.error(message))?;
    Ok(Time { time, zone, fold })
}

fn construct(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let time = parameters(args, &Time::new(civil::Time::midnight(), None))?;
    no_arguments(args, object::value(time))
}

fn from_iso_text(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let text = args.text("time_string")?;
    args.finish()?;
    match isoformat::parse_time(&text) {
        Some(Ok((time, zone))) => Ok(object::value(Time::new(time, zone))),
        Some(Err(message)) => Err(args.error(message)),
        None => Err(args.error(format_args!("invalid isoformat string: {:?}", Value::from(text)))),
    }
}
