//! `datetime.date`, and what a date shares with a moment.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use jiff::civil;
use jiff::tz::TimeZone;
use minijinja::Error;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

use super::calendar::{self, DAY, from_ordinal, ordinal};
use super::strftime::{Fields, strftime};
use super::{DateTime, Delta, isoformat};
use crate::jinja::python::Runtime;
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{self, Entry, Method, Namespace, Type};

/// The class.
pub(super) static CLASS: Namespace = Namespace {
    name: "datetime.date",
    constructor: Some(construct),
    entries: &[
        ("today", Entry::Function(today)),
        ("fromtimestamp", Entry::Function(from_timestamp)),
        ("fromordinal", Entry::Function(|_, args| finish(args, day_of_ordinal))),
        ("fromisoformat", Entry::Function(|_, args| finish(args, from_iso_text))),
        ("fromisocalendar", Entry::Function(|_, args| finish(args, day_of_week))),
        ("min", Entry::Value(|| object::value(Date(civil::Date::constant(1, 1, 1))))),
        ("max", Entry::Value(|| object::value(Date(civil::Date::constant(9999, 12, 31))))),
        ("resolution", Entry::Value(|| object::value(Delta::from_micros(i128::from(DAY))))),
    ],
};

/// A date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Date(pub(in super::super) civil::Date);

impl Date {
    /// The date `days` later, if Python has it.
    pub(in super::super) fn plus_days(self, days: i64) -> Option<Self> {
        from_ordinal(ordinal(self.0).checked_add(days)?).map(Self)
    }

    /// The time since another date.
    pub(in super::super) fn since(self, other: Self) -> Delta {
        Delta::from_micros(i128::from((ordinal(self.0) - ordinal(other.0)) * DAY))
    }
}

impl Type for Date {
    const NAME: &'static str = "datetime.date";
    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("isoformat", |date, args| no_arguments(args, Value::from(date.text()))),
        ("strftime", |date, args| {
            let format = args.text("format")?;
            args.finish()?;
            let fields = Fields { date: date.0, time: civil::Time::midnight(), zone: None };
            Ok(Value::from(strftime(&format, &fields)))
        }),
        ("replace", |date, args| {
            let date = replaced(date.0, args)?;
            finish(args, |_| Ok(date))
        }),
        ("weekday", |date, args| weekday(date.0, args)),
        ("isoweekday", |date, args| iso_weekday(date.0, args)),
        ("isocalendar", |date, args| iso_calendar(date.0, args)),
        ("toordinal", |date, args| to_ordinal(date.0, args)),
        ("ctime", |date, args| c_time(date.0.to_datetime(civil::Time::midnight()), args)),
    ];

    fn repr(&self) -> String {
        format!("datetime.date({}, {}, {})", self.0.year(), self.0.month(), self.0.day())
    }

    fn text(&self) -> String {
        self.0.to_string()
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        attribute(self.0, name)
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `year`, `month` and `day`.
pub(super) fn attribute(date: civil::Date, name: &str) -> Option<Value> {
    Some(match name {
        "year" => Value::from(date.year()),
        "month" => Value::from(date.month()),
        "day" => Value::from(date.day()),
        _ => return None,
    })
}

/// The date with the parameters `year`, `month` and `day` in place of its own.
pub(super) fn replaced(date: civil::Date, args: &mut Args<'_>) -> Result<civil::Date, Error> {
    let year = args.int("year")?.unwrap_or(date.year().into());
    let month = args.int("month")?.unwrap_or(date.month().into());
    let day = args.int("day")?.unwrap_or(date.day().into());
    calendar::date(year, month, day).map_err(|message| args.error(message))
}

/// The parameters `year`, `month` and `day`.
pub(super) fn required(args: &mut Args<'_>) -> Result<civil::Date, Error> {
    let mut part = |name| {
        let value = args.required(name)?;
        args.as_int(name, &value)
    };
    let (year, month, day) = (part("year")?, part("month")?, part("day")?);
    calendar::date(year, month, day).map_err(|message| args.error(message))
}

/// The parameters of `fromisocalendar`.
pub(super) fn day_of_week(args: &mut Args<'_>) -> Result<civil::Date, Error> {
    let mut part = |name| {
        let value = args.required(name)?;
        args.as_int(name, &value)
    };
    let (year, week, day) = (part("year")?, part("week")?, part("day")?);
    calendar::from_iso_week(year, week, day).map_err(|message| args.error(message))
}

/// The parameter of `fromordinal`.
pub(super) fn day_of_ordinal(args: &mut Args<'_>) -> Result<civil::Date, Error> {
    let value = args.required("ordinal")?;
    let ordinal = args.as_int("ordinal", &value)?;
    from_ordinal(ordinal).ok_or_else(|| args.error("the ordinal is out of range"))
}

/// `weekday()`: 0 is Monday.
pub(super) fn weekday(date: civil::Date, args: &Args<'_>) -> Result<Value, Error> {
    no_arguments(args, Value::from(date.weekday().to_monday_zero_offset()))
}

/// `isoweekday()`: 1 is Monday.
pub(super) fn iso_weekday(date: civil::Date, args: &Args<'_>) -> Result<Value, Error> {
    no_arguments(args, Value::from(date.weekday().to_monday_one_offset()))
}

/// `isocalendar()`.
pub(super) fn iso_calendar(date: civil::Date, args: &Args<'_>) -> Result<Value, Error> {
    let iso = date.iso_week_date();
    let fields =
        [iso.year().into(), iso.week().into(), iso.weekday().to_monday_one_offset().into()];
    no_arguments(args, Value::from_object(IsoCalendar(fields)))
}

/// `toordinal()`.
pub(super) fn to_ordinal(date: civil::Date, args: &Args<'_>) -> Result<Value, Error> {
    no_arguments(args, Value::from(ordinal(date)))
}

/// `ctime()`.
pub(super) fn c_time(moment: civil::DateTime, args: &Args<'_>) -> Result<Value, Error> {
    let fields = Fields { date: moment.date(), time: moment.time(), zone: None };
    no_arguments(args, Value::from(strftime("%a %b %e %H:%M:%S %Y", &fields)))
}

/// The result of a method without parameters.
pub(super) fn no_arguments(args: &Args<'_>, result: Value) -> Result<Value, Error> {
    args.finish()?;
    Ok(result)
}

/// `datetime.IsoCalendarDate`: a tuple whose items have names.
#[derive(Debug)]
struct IsoCalendar([i64; 3]);

const ISO_NAMES: [&str; 3] = ["year", "week", "weekday"];

impl Object for IsoCalendar {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if key.as_str() == Some("__repr__") {
            return Some(Value::from(Value::from_dyn_object(self.clone()).to_string()));
        }
        let index = match key.as_str() {
            Some(name) => ISO_NAMES.iter().position(|field| *field == name)?,
            None => key.as_usize()?,
        };
        self.0.get(index).copied().map(Value::from)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [year, week, weekday] = self.0;
        write!(f, "datetime.IsoCalendarDate(year={year}, week={week}, weekday={weekday})")
    }
}

fn finish(
    args: &mut Args<'_>,
    parameters: impl FnOnce(&mut Args<'_>) -> Result<civil::Date, Error>,
) -> Result<Value, Error> {
    let date = parameters(args)?;
    args.finish()?;
    Ok(object::value(Date(date)))
}

fn construct(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    finish(args, required)
}

fn today(runtime: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let now = (runtime.now)();
    finish(args, |_| Ok(TimeZone::system().to_datetime(now).date()))
}

fn from_timestamp(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let timestamp = super::moments::timestamp_argument(args)?;
    finish(args, |_| Ok(TimeZone::system().to_datetime(timestamp).date()))
}

fn from_iso_text(args: &mut Args<'_>) -> Result<civil::Date, Error> {
    let text = args.text("date_string")?;
    let invalid =
        || args.error(format_args!("invalid isoformat string: {:?}", Value::from(text.as_str())));
    match isoformat::parse_date(&text) {
        Some(date) => date.map_err(|message| args.error(message)),
        None => Err(invalid()),
    }
}

impl From<&DateTime> for Date {
    fn from(moment: &DateTime) -> Self {
        Self(moment.civil().date())
    }
}
