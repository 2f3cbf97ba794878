//! `require-dbt-version`: versions and what they must satisfy.
//!
//! The grammar is dbt 1.12's: `[>|>=|<|<=|=]major.minor.patch[-pre][+build]`, several in a list or with commas.
//! Invariant: no white space and no missing part is accepted, because dbt accepts none.

use std::cmp::Ordering;

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Requirement {
    comparison: Comparison,
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    AtLeast,
    Above,
    AtMost,
    Below,
    Exactly,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    numbers: [u64; 3],
    pre: Option<String>,
}

const COMPARISONS: &[(&str, Comparison)] = &[
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::Above),
    ("<", Comparison::Below),
    ("=", Comparison::Exactly),
    ("", Comparison::Exactly),
];

impl Requirement {
    /// Reads one requirement; `None` when it is not written as dbt wants it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, comparison) = COMPARISONS.iter().find(|(sign, _)| text.starts_with(sign))?;
        let version = Version::parse(&text[sign.len()..])?;
        Some(Requirement { comparison: *comparison, version })
    }

    /// Whether a version (`1.12.6`) satisfies it.
    pub(super) fn accepts(&self, version: &str) -> bool {
        let Some(version) = Version::parse(version) else {
            return false;
        };
        let order = version.compare(&self.version);
        match self.comparison {
            Comparison::AtLeast => order.is_ge(),
            Comparison::Above => order.is_gt(),
            Comparison::AtMost => order.is_le(),
            Comparison::Below => order.is_lt(),
            Comparison::Exactly => order.is_eq(),
        }
    }
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = match text.split_once('+') {
            Some((version, build)) if is_dotted(build) => version,
            Some(_) => return None,
            None => text,
        };
        let mut parts = text.splitn(3, '.');
        let (major, minor) = (parts.next()?, parts.next()?);
        let rest = parts.next()?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (patch, pre) = rest.split_at(digits);
        let pre = pre.strip_prefix('-').unwrap_or(pre);
        if !pre.is_empty() && !is_dotted(pre) {
            return None;
        }
        Some(Version {
            numbers: [part(major)?, part(minor)?, part(patch)?],
            pre: (!pre.is_empty()).then(|| pre.to_owned()),
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers).then_with(|| match (&self.pre, &other.pre) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => a.cmp(b),
        })
    }
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
mod tests {
    use super::*;

    #[test]
    fn requirements_are_checked_as_dbt_does() {
        for (text, want) in [
            (">=1.0.0", Some(true)),
            ("<1.12.0", Some(false)),
            ("<2.0.0", Some(true)),
            ("=1.12.6", Some(true)),
            ("1.12.5", Some(false)),
            (">1.12.6", Some(false)),
            ("<=1.12.6", Some(true)),
            (">=1.13.0-b1", Some(false)),
            (">=1.12.0rc1", Some(true)),
            ("1.12", None),
            (" <2.0.0", None),
            (">=01.0.0", None),
            ("", None),
        ] {
            let got = Requirement::parse(text).map(|r| r.accepts("1.12.6"));
            assert_eq!(got, want, "{text}");
        }
    }
}
