//! `modules.pytz`: zones of the tz database with pytz's way of working.
//!
//! A pytz zone put into a constructor (`datetime(…, tzinfo=zone)`) has the first offset the zone ever had, arithmetic
//! keeps the offset it started with, and `localize`, `normalize` and `astimezone` find the right one. All of that is
//! kept: a [`Region`] is a zone *at an offset*. So is that pytz knows transitions from 1901 to 2037 only, what 32 bits
//! of seconds hold.

use std::sync::LazyLock;

use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp, civil};
use minijinja::Error;
use minijinja::value::Value;

use super::Runtime;
use super::args::Args;
use super::datetime::{DAY, DateTime, Delta, SECOND, UNIX_EPOCH, Zone, micros};
use super::object::{self, Entry, Namespace, Type};

/// The module.
pub(super) static MODULE: Namespace = Namespace {
    name: "pytz",
    constructor: None,
    entries: &[
        ("timezone", Entry::Function(timezone)),
        ("FixedOffset", Entry::Function(fixed_offset)),
        ("utc", Entry::Value(|| object::value(utc()))),
        ("UTC", Entry::Value(|| object::value(utc()))),
        ("all_timezones", Entry::Value(all_timezones)),
        ("common_timezones", Entry::Value(all_timezones)),
    ],
};

/// The tz database inside of the program, so that zones do not depend on the machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// `pytz.utc`.
pub(super) fn utc() -> Zone {
    Zone::Utc
}

/// Seconds between which pytz knows transitions.
const KNOWN: std::ops::Range<i64> = i32::MIN as i64..i32::MAX as i64;

/// A zone of the tz database at one of its offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region {
    name: String,
    zone: TimeZone,
    info: Info,
}

/// What a zone says of a moment: seconds, rounded to minutes as pytz does.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Info {
    offset: i64,
    dst: i64,
    abbreviation: String,
}

impl Region {
    fn find(name: &str) -> Option<Self> {
        let zone = ZONES.get(name).ok()?;
        let name = zone.iana_name()?.to_owned();
        let info = info(&zone, Timestamp::MIN);
        Some(Self { name, zone, info })
    }

    /// The name in the database.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Microseconds to add to UTC.
    pub(super) fn offset(&self) -> i64 {
        self.info.offset * SECOND
    }

    /// The daylight saving part of the offset, in microseconds.
    pub(super) fn dst(&self) -> i64 {
        self.info.dst * SECOND
    }

    /// Such as `EST`.
    pub(super) fn abbreviation(&self) -> &str {
        &self.info.abbreviation
    }

    /// The zone as it is at a moment of UTC.
    pub(super) fn at_utc(&self, utc: civil::DateTime) -> Self {
        let timestamp = Timestamp::from_microsecond(micros(utc) - UNIX_EPOCH);
        self.at(timestamp.unwrap_or(Timestamp::MAX))
    }

    fn at(&self, timestamp: Timestamp) -> Self {
        Self { info: info(&self.zone, timestamp), ..self.clone() }
    }

    /// The zone as pytz has it for good before or after the transitions it knows.
    fn outside_known(&self, clock: civil::DateTime) -> Option<Self> {
        let seconds = (micros(clock) - UNIX_EPOCH).div_euclid(SECOND);
        let margin = DAY / SECOND;
        let inside = KNOWN.start + margin..KNOWN.end - margin;
        (!inside.contains(&seconds)).then(|| self.at_utc(clock))
    }

    fn is_static(&self) -> bool {
        self.zone.following(Timestamp::MIN).next().is_none()
    }

    /// As pytz prints it inside of a list.
    pub(super) fn repr(&self) -> String {
        let name = Value::from(self.name.as_str());
        if self.is_static() {
            return format!("<StaticTzInfo {name:?}>");
        }
        let sign = if self.info.offset > 0 { "+" } else { "" };
        let offset = Delta::from_micros(i128::from(self.offset())).text();
        let season = if self.info.dst == 0 { "STD" } else { "DST" };
        format!("<DstTzInfo {name:?} {}{sign}{offset} {season}>", self.info.abbreviation)
    }

    /// The zone at what a clock in it shows. `is_dst` chooses where the clock shows a time twice or never; without
    /// it, that is an error.
    fn localize(&self, clock: civil::DateTime, is_dst: Option<bool>) -> Result<Self, String> {
        if let Some(region) = self.outside_known(clock) {
            return Ok(region);
        }
        let at = |offset: Offset| {
            let timestamp = offset.to_timestamp(clock).unwrap_or(Timestamp::MAX);
            self.at(timestamp)
        };
        match (self.zone.to_ambiguous_timestamp(clock).offset(), is_dst) {
            (AmbiguousOffset::Unambiguous { offset }, _) => Ok(at(offset)),
            (AmbiguousOffset::Gap { .. }, None) => {
                Err(format!("NonExistentTimeError: {}", plain(clock)))
            }
            (AmbiguousOffset::Fold { .. }, None) => {
                Err(format!("AmbiguousTimeError: {}", plain(clock)))
            }
            (AmbiguousOffset::Gap { .. }, Some(is_dst)) => {
                let hours = SignedDuration::from_hours(if is_dst { 6 } else { -6 });
                let near = clock.checked_add(hours).map_err(|error| error.to_string())?;
                self.localize(near, Some(is_dst))
            }
            (AmbiguousOffset::Fold { before, after }, Some(is_dst)) => {
                let (before, after) = (at(before), at(after));
                let matches = |region: &Self| (region.info.dst != 0) == is_dst;
                Ok(match (matches(&before), matches(&after)) {
                    (true, false) => before,
                    (false, true) => after,
                    _ if is_dst => before,
                    _ => after,
                })
            }
        }
    }
}

fn plain(clock: civil::DateTime) -> String {
    DateTime::new(clock, None).text()
}

fn info(zone: &TimeZone, timestamp: Timestamp) -> Info {
    let timestamp = match timestamp.as_second() {
        second if second < KNOWN.start => Timestamp::MIN,
        second if second >= KNOWN.end => Timestamp::constant(KNOWN.end, 0),
        _ => timestamp,
    };
    let found = zone.to_offset_info(timestamp);
    let offset = i64::from(found.offset().seconds());
    let dst = if found.dst().is_dst() { saving(zone, timestamp, offset) } else { 0 };
    let minutes = |seconds: i64| (seconds + 30).div_euclid(60) * 60;
    Info {
        offset: minutes(offset),
        dst: minutes(dst),
        abbreviation: found.abbreviation().to_owned(),
    }
}

/// How far the offset is ahead of standard time before it, or else after it.
fn saving(zone: &TimeZone, timestamp: Timestamp, offset: i64) -> i64 {
    let standard_before = zone.preceding(timestamp).find(|transition| !transition.dst().is_dst());
    let before =
        standard_before.map(|transition| offset - i64::from(transition.offset().seconds()));
    let after = || {
        let standard =
            zone.following(timestamp).take(8).find(|transition| !transition.dst().is_dst());
        standard.map(|transition| offset - i64::from(transition.offset().seconds()))
    };
    before.filter(|saving| (1..=3 * 3600).contains(saving)).or_else(after).unwrap_or(3600)
}

fn timezone(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let name = args.text("zone")?;
    args.finish()?;
    if name.eq_ignore_ascii_case("utc") {
        return Ok(object::value(Zone::Utc));
    }
    let region = Region::find(&name)
        .ok_or_else(|| args.error(format_args!("unknown time zone '{name}'")))?;
    Ok(object::value(Zone::Region(region)))
}

fn fixed_offset(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let offset = args.required("offset")?;
    let offset = args.as_int("offset", &offset)?;
    args.finish()?;
    if offset.abs() >= DAY / (60 * SECOND) {
        return Err(args.error(format_args!("the absolute offset is too large: {offset}")));
    }
    Ok(object::value(if offset == 0 { Zone::Utc } else { Zone::Minutes(offset) }))
}

fn all_timezones() -> Value {
    let mut names: Vec<String> = ZONES.available().map(|name| name.to_string()).collect();
    names.sort();
    super::list(names.into_iter().map(Value::from).collect())
}

/// `zone.localize(naive, is_dst=False)`.
pub(super) fn localize(zone: &Zone, args: &mut Args<'_>) -> Result<Value, Error> {
    pytz_only(zone, args)?;
    let moment = args.instance::<DateTime>("dt")?;
    let is_dst = args
        .next("is_dst")
        .map_or(Some(false), |value| (!value.is_none()).then(|| value.is_true()));
    args.finish()?;
    if moment.zone().is_some() {
        return Err(args.error("not naive datetime (tzinfo is already set)"));
    }
    let zone = match zone {
        Zone::Region(region) => {
            let found = region.localize(moment.civil(), is_dst);
            Zone::Region(found.map_err(|message| args.error(message))?)
        }
        _ => zone.clone(),
    };
    Ok(object::value(moment.with_zone(Some(zone))))
}

/// `zone.normalize(aware)`.
pub(super) fn normalize(zone: &Zone, args: &mut Args<'_>) -> Result<Value, Error> {
    pytz_only(zone, args)?;
    let moment = args.instance::<DateTime>("dt")?;
    args.keyword("is_dst");
    args.finish()?;
    let Some(own) = moment.zone() else {
        return Err(args.error("naive time - no tzinfo set"));
    };
    if own == zone && !matches!(zone, Zone::Region(_)) {
        return Ok(object::value(moment));
    }
    let utc = moment.plus(Delta::from_micros(-i128::from(own.offset())));
    let local = utc.and_then(|utc| zone.moment(utc.civil()));
    local.map(object::value).ok_or_else(|| args.error("the moment is out of range"))
}

/// `zone.fromutc(naive)`.
pub(super) fn from_utc(zone: &Zone, args: &mut Args<'_>) -> Result<Value, Error> {
    let moment = args.instance::<DateTime>("dt")?;
    args.finish()?;
    let local = zone.moment(moment.civil());
    local.map(object::value).ok_or_else(|| args.error("the moment is out of range"))
}

/// `zone.utcoffset(naive)` and its siblings: what the zone says of a clock in it.
pub(super) fn ask(
    zone: &Zone,
    args: &mut Args<'_>,
    answer: impl FnOnce(&Zone) -> Option<Value>,
) -> Result<Value, Error> {
    let moment = args.required("dt")?;
    let is_dst = args.next("is_dst").filter(|value| !value.is_none()).map(|value| value.is_true());
    args.finish()?;
    let found = match (zone, object::get::<DateTime>(&moment)) {
        (Zone::Region(region), Some(moment)) => {
            let found = region.localize(moment.civil(), is_dst);
            Zone::Region(found.map_err(|message| args.error(message))?)
        }
        (_, None) if !moment.is_none() => return Err(args.mismatch("dt", DateTime::NAME, &moment)),
        _ => zone.clone(),
    };
    Ok(answer(&found).unwrap_or_else(|| Value::from(())))
}

fn pytz_only(zone: &Zone, args: &Args<'_>) -> Result<(), Error> {
    match zone {
        Zone::Fixed(_) => Err(args.error("a datetime.timezone cannot do this, use `pytz`")),
        _ => Ok(()),
    }
}
