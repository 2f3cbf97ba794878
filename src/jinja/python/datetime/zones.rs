//! `tzinfo`: what a moment knows about its distance from UTC.

use std::cmp::Ordering;

use jiff::civil;
use minijinja::Error;
use minijinja::value::Value;

use super::calendar::{DAY, from_micros, micros};
use super::isoformat::offset_text;
use super::{DateTime, Delta};
use crate::jinja::python::Runtime;
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{self, Entry, Method, Namespace, Type};
use crate::jinja::python::pytz::{self, Region};

/// The class `datetime.timezone`.
pub(super) static CLASS: Namespace = Namespace {
    name: "datetime.timezone",
    constructor: Some(timezone),
    entries: &[("utc", Entry::Value(|| object::value(Zone::Fixed(Fixed::UTC))))],
};

/// The class `datetime.tzinfo`, which only subclasses of Python use.
pub(super) static ABSTRACT: Namespace = Namespace {
    name: "datetime.tzinfo",
    constructor: Some(|_, args| {
        Err(args.error("cannot be used from a template, use `pytz.timezone`"))
    }),
    entries: &[],
};

/// Any `tzinfo` a template can get hold of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Zone {
    /// `datetime.timezone`.
    Fixed(Fixed),
    /// `pytz.utc`.
    Utc,
    /// `pytz.FixedOffset`, in minutes.
    Minutes(i64),
    /// `pytz.timezone(name)`.
    Region(Region),
}

/// A distance from UTC in microseconds, perhaps with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Fixed {
    pub(in super::super) offset: i64,
    pub(in super::super) name: Option<String>,
}

impl Fixed {
    /// `datetime.timezone.utc`.
    pub(in super::super) const UTC: Self = Self { offset: 0, name: None };
}

impl Zone {
    /// Microseconds to add to UTC.
    pub(in super::super) fn offset(&self) -> i64 {
        match self {
            Self::Fixed(fixed) => fixed.offset,
            Self::Utc => 0,
            Self::Minutes(minutes) => minutes * 60_000_000,
            Self::Region(region) => region.offset(),
        }
    }

    /// What `%Z` gives.
    pub(in super::super) fn name(&self) -> Option<String> {
        match self {
            Self::Fixed(Fixed { name: Some(name), .. }) => Some(name.clone()),
            Self::Fixed(Fixed { offset: 0, .. }) | Self::Utc => Some("UTC".to_owned()),
            Self::Fixed(Fixed { offset, .. }) => Some(format!("UTC{}", offset_text(*offset, ":"))),
            Self::Minutes(_) => None,
            Self::Region(region) => Some(region.abbreviation().to_owned()),
        }
    }

    /// The part of the offset that is daylight saving; `None` where Python gives none.
    pub(in super::super) fn dst(&self) -> Option<i64> {
        match self {
            Self::Fixed(_) => None,
            Self::Utc | Self::Minutes(_) => Some(0),
            Self::Region(region) => Some(region.dst()),
        }
    }

    /// A moment of UTC in this zone, and the zone as it is then.
    pub(in super::super) fn moment(&self, utc: civil::DateTime) -> Option<DateTime> {
        let zone = match self {
            Self::Region(region) => Self::Region(region.at_utc(utc)),
            _ => self.clone(),
        };
        let local = from_micros(micros(utc) + zone.offset())?;
        Some(DateTime::new(local, Some(zone)))
    }
}

impl Type for Zone {
    const NAME: &'static str = "tzinfo";
    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("localize", pytz::localize),
        ("normalize", pytz::normalize),
        ("fromutc", pytz::from_utc),
        ("utcoffset", |zone, args| pytz::ask(zone, args, |zone| Some(delta(zone.offset())))),
        ("dst", |zone, args| pytz::ask(zone, args, |zone| zone.dst().map(delta))),
        ("tzname", |zone, args| pytz::ask(zone, args, |zone| zone.name().map(Value::from))),
    ];

    fn repr(&self) -> String {
        match self {
            Self::Fixed(fixed) if *fixed == Fixed::UTC => "datetime.timezone.utc".to_owned(),
            Self::Fixed(Fixed { offset, name }) => {
                let name = name.as_ref().map(|name| format!(", {:?}", Value::from(name)));
                let delta = Delta::from_micros(i128::from(*offset)).repr();
                format!("datetime.timezone({delta}{})", name.unwrap_or_default())
            }
            Self::Utc => "<UTC>".to_owned(),
            Self::Minutes(minutes) => format!("pytz.FixedOffset({minutes})"),
            Self::Region(region) => region.repr(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Fixed(_) => self.name().unwrap_or_default(),
            Self::Utc => "UTC".to_owned(),
            Self::Minutes(_) => self.repr(),
            Self::Region(region) => region.name().to_owned(),
        }
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        match (name, self) {
            ("zone", Self::Utc) => Some(Value::from("UTC")),
            ("zone", Self::Minutes(_)) => Some(Value::from(())),
            ("zone", Self::Region(region)) => Some(Value::from(region.name())),
            _ => None,
        }
    }

    fn order(&self, other: &Self) -> Option<Ordering> {
        Some(self.offset().cmp(&other.offset()).then_with(|| self.repr().cmp(&other.repr())))
    }
}

fn delta(micros: i64) -> Value {
    object::value(Delta::from_micros(i128::from(micros)))
}

fn timezone(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let offset = args.instance::<Delta>("offset")?.micros();
    let name = args.next("name").map(|name| args.as_text("name", &name)).transpose()?;
    args.finish()?;
    if offset.abs() >= i128::from(DAY) {
        return Err(args.error("the offset must be shorter than a day"));
    }
    Ok(object::value(Zone::Fixed(Fixed { offset: offset as i64, name })))
}

/// An argument `tzinfo`: missing, none or a zone.
pub(super) fn zone_argument(
    args: &Args<'_>,
    name: &str,
    value: Option<Value>,
) -> Result<Option<Zone>, Error> {
    match value.filter(|value| !value.is_none()) {
        None => Ok(None),
        Some(value) => match object::get::<Zone>(&value) {
            Some(zone) => Ok(Some(zone.clone())),
            None => Err(args.mismatch(name, "a tzinfo", &value)),
        },
    }
}
