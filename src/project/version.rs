//! Versions and what they must satisfy: `require-dbt-version`, versions of hub packages.
//!
//! The grammar and the order are dbt 1.12's (`dbt_common.semver`): `[>|>=|<|<=|=]major.minor.patch[-pre][+build]`.
//! Invariant: no white space and no missing part is accepted, because dbt accepts none.

use std::cmp::Ordering;
use std::fmt;

/// A version with the sign in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    sign: Sign,
    numbers: [u64; 3],
    pre: Option<String>,
    build: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    AtLeast,
    Above,
    AtMost,
    Below,
    Exactly,
}

/// All versions from one bound to the other; a bound that is missing is open.
#[derive(Clone, Debug, Default)]
pub struct Range {
    start: Option<Requirement>,
    end: Option<Requirement>,
}

const SIGNS: &[(&str, Sign)] = &[
    (">=", Sign::AtLeast),
    ("<=", Sign::AtMost),
    (">", Sign::Above),
    ("<", Sign::Below),
    ("=", Sign::Exactly),
    ("", Sign::Exactly),
];

impl Requirement {
    /// Reads one requirement; `None` when it is not written as dbt wants it.
    pub fn parse(text: &str) -> Option<Self> {
        let (written, sign) = SIGNS.iter().find(|(sign, _)| text.starts_with(sign))?;
        let text = &text[written.len()..];
        let (text, build) = match text.split_once('+') {
            Some((version, build)) if is_dotted(build) => (version, Some(build.to_owned())),
            Some(_) => return None,
            None => (text, None),
        };
        let mut parts = text.splitn(3, '.');
        let (major, minor, rest) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (patch, pre) = rest.split_at(digits);
        let pre = pre.strip_prefix('-').unwrap_or(pre);
        if !pre.is_empty() && !is_dotted(pre) {
            return None;
        }
        Some(Requirement {
            sign: *sign,
            numbers: [part(major)?, part(minor)?, part(patch)?],
            pre: (!pre.is_empty()).then(|| pre.to_owned()),
            build,
        })
    }

    /// Whether a version (`1.12.6`) satisfies it.
    pub fn accepts(&self, version: &str) -> bool {
        Requirement::parse(version).is_some_and(|version| Range::of([&version, self]).is_some())
    }

    /// Whether it names a version before a release (`1.0.0-rc1`).
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some()
    }

    fn is_lower(&self) -> bool {
        matches!(self.sign, Sign::AtLeast | Sign::Above)
    }

    fn is_upper(&self) -> bool {
        matches!(self.sign, Sign::AtMost | Sign::Below)
    }

    fn range(&self) -> Range {
        let bound = || Some(self.clone());
        match self.sign {
            Sign::Exactly => Range { start: bound(), end: bound() },
            Sign::AtLeast | Sign::Above => Range { start: bound(), end: None },
            Sign::AtMost | Sign::Below => Range { start: None, end: bound() },
        }
    }

    /// dbt's order of two bounds: by version, then by sign.
    fn compare(&self, other: &Self) -> Ordering {
        self.numbers
            .cmp(&other.numbers)
            .then_with(|| match (&self.pre, &other.pre) {
                (None, None) => Ordering::Equal,
                // dbt: `<1.0.0` keeps 1.0.0-rc1 out.
                (None, Some(_)) if self.sign == Sign::Below => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => compare_pre(a, b),
            })
            .then_with(|| self.compare_signs(other))
    }

    fn compare_signs(&self, other: &Self) -> Ordering {
        use Sign::{Above, AtLeast, AtMost, Below};
        match (self.sign, other.sign) {
            (AtLeast, AtMost) | (AtMost, AtLeast) => Ordering::Equal,
            (Below, AtMost) | (AtLeast, Above) => Ordering::Less,
            (AtMost, Below) | (Above, AtLeast) => Ordering::Greater,
            _ if self.is_upper() && other.is_lower() => Ordering::Less,
            _ if self.is_lower() && other.is_upper() => Ordering::Greater,
            _ => Ordering::Equal,
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = SIGNS.iter().find(|(_, sign)| *sign == self.sign).map_or("=", |(text, _)| text);
        let [major, minor, patch] = self.numbers;
        write!(f, "{sign}{major}.{minor}.{patch}")?;
        self.pre.iter().try_for_each(|pre| write!(f, "-{pre}"))?;
        self.build.iter().try_for_each(|build| write!(f, "+{build}"))
    }
}

impl Range {
    /// What satisfies all of them; `None` when nothing can.
    pub fn of<'r>(all: impl IntoIterator<Item = &'r Requirement>) -> Option<Self> {
        let all: Vec<_> = all.into_iter().collect();
        let Some((last, rest)) = all.split_last() else {
            return Some(Range::default());
        };
        // dbt begins with the last one; equal bounds keep what came first.
        rest.iter().try_fold(last.range(), |range, next| range.reduce(&next.range()))
    }

    /// Whether a version is in it.
    pub fn contains(&self, version: &Requirement) -> bool {
        let bounds = [Some(version), self.start.as_ref(), self.end.as_ref()];
        Range::of(bounds.into_iter().flatten()).is_some()
    }

    fn reduce(self, other: &Range) -> Option<Range> {
        let exact = |range: &Range| range.start.as_ref().is_some_and(|s| s.sign == Sign::Exactly);
        let (start, end) = if exact(&self) && exact(other) {
            let (own, others) = (self.start?, other.start.as_ref()?);
            let same = own.compare(others).is_eq().then_some(own)?;
            (Some(same.clone()), Some(same))
        } else {
            (
                combine(self.start, other.start.clone(), Side::Lower)?,
                combine(self.end, other.end.clone(), Side::Upper)?,
            )
        };
        let is_empty = start.as_ref().zip(end.as_ref()).is_some_and(|(s, e)| s.compare(e).is_gt());
        (!is_empty).then_some(Range { start, end })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.start, &self.end) {
            (None, None) => f.write_str("any version"),
            (Some(start), Some(end)) if start == end => write!(f, "{start}"),
            (Some(start), Some(end)) => write!(f, "{start}, {end}"),
            (Some(bound), None) | (None, Some(bound)) => write!(f, "{bound}"),
        }
    }
}

/// The newest of the versions that is in the range.
pub fn newest<'v>(range: &Range, versions: &'v [String]) -> Option<&'v String> {
    let mut best: Option<(Requirement, &String)> = None;
    for text in versions {
        let Some(version) = Requirement::parse(text).filter(|v| range.contains(v)) else {
            continue;
        };
        if best.as_ref().is_none_or(|(known, _)| known.compare(&version).is_lt()) {
            best = Some((version, text));
        }
    }
    best.map(|(_, text)| text)
}

/// Versions in their order, the newest last; what is not a version is left out, and prereleases unless wanted.
pub fn installable<'v>(
    versions: impl IntoIterator<Item = &'v str>,
    with_prereleases: bool,
) -> Vec<String> {
    let parsed = versions.into_iter().filter_map(|text| Some((Requirement::parse(text)?, text)));
    let mut wanted: Vec<_> =
        parsed.filter(|(version, _)| with_prereleases || !version.is_prerelease()).collect();
    wanted.sort_by(|(a, _), (b, _)| a.compare(b));
    wanted.into_iter().map(|(_, text)| text.to_owned()).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

/// The tighter of two bounds; `None` when an exact version is outside of the other bound.
#[allow(clippy::option_option)]
fn combine(
    a: Option<Requirement>,
    b: Option<Requirement>,
    side: Side,
) -> Option<Option<Requirement>> {
    let (a, b) = match (a, b) {
        (a, None) => return Some(a),
        (None, b) => return Some(b),
        (Some(a), Some(b)) => (a, b),
    };
    let with_exact = |bound: Requirement, exact: Requirement| {
        let order = bound.compare(&exact);
        let inside = match side {
            Side::Lower => order.is_lt() || order.is_eq() && bound.sign == Sign::AtLeast,
            Side::Upper => order.is_gt() || order.is_eq() && bound.sign == Sign::AtMost,
        };
        inside.then_some(Some(exact))
    };
    match (a.sign == Sign::Exactly, b.sign == Sign::Exactly) {
        (true, _) => with_exact(b, a),
        (_, true) => with_exact(a, b),
        _ => {
            let takes_b = match side {
                Side::Lower => a.compare(&b).is_lt(),
                Side::Upper => a.compare(&b).is_gt(),
            };
            Some(Some(if takes_b { b } else { a }))
        }
    }
}

/// Part by part: numbers by value and before words, words by the alphabet, the shorter text first.
fn compare_pre(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.parse::<u64>().ok();
    for (left, right) in a.split('.').zip(b.split('.')) {
        let order = match (number(left), number(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => left.cmp(right),
        };
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

fn part(text: &str) -> Option<u64> {
    let leading_zero = text.len() > 1 && text.starts_with('0');
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    (digits && !leading_zero).then(|| text.parse().ok()).flatten()
}

fn is_dotted(text: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.split('.').all(is_word)
}

#[cfg(test)]
mod tests;
