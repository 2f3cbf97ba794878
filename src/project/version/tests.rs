//! Ranges and their newest version, as `dbt_common.semver` of dbt 1.12 answers.

use super::*;

const VERSIONS: &[&str] = &[
    "0.9.0",
    "1.0.0-b1",
    "1.0.0-rc1",
    "1.0.0",
    "1.0.1",
    "1.2.0-rc.2",
    "1.2.0-rc.10",
    "1.2.0",
    "2.0.0-a",
    "2.0.0",
    "1.0.0+x",
];

/// Requirements, whether prereleases count, the newest version (`""` for none); `None` for an empty range.
type Case = (&'static [&'static str], bool, Option<&'static str>);

const CASES: &[Case] = &[
    (&[">=1.0.0"], false, Some("2.0.0")),
    (&[">=1.0.0"], true, Some("2.0.0")),
    (&["<1.0.0"], false, Some("0.9.0")),
    (&["<1.0.0"], true, Some("0.9.0")),
    (&["<=1.0.0"], false, Some("1.0.0")),
    (&["<=1.0.0"], true, Some("1.0.0")),
    (&[">1.0.0"], false, Some("2.0.0")),
    (&[">1.0.0"], true, Some("2.0.0")),
    (&["=1.0.0"], false, Some("1.0.0")),
    (&["=1.0.0"], true, Some("1.0.0")),
    (&["1.0.0"], false, Some("1.0.0")),
    (&["1.0.0"], true, Some("1.0.0")),
    (&[">=1.0.0", "<2.0.0"], false, Some("1.2.0")),
    (&[">=1.0.0", "<2.0.0"], true, Some("1.2.0")),
    (&["<2.0.0", ">=1.0.0"], false, Some("1.2.0")),
    (&["<2.0.0", ">=1.0.0"], true, Some("1.2.0")),
    (&[">=1.0.0-rc1"], false, Some("2.0.0")),
    (&[">=1.0.0-rc1"], true, Some("2.0.0")),
    (&[">1.0.0", ">=1.0.1"], false, Some("2.0.0")),
    (&[">1.0.0", ">=1.0.1"], true, Some("2.0.0")),
    (&["<2.0.0", "<=1.2.0"], false, Some("1.2.0")),
    (&["<2.0.0", "<=1.2.0"], true, Some("1.2.0")),
    (&["1.0.0", "1.0.0"], false, Some("1.0.0")),
    (&["1.0.0", "1.0.0"], true, Some("1.0.0")),
    (&["1.0.0", "1.0.1"], false, None),
    (&[">=1.0.0", "1.0.0"], false, Some("1.0.0")),
    (&[">=1.0.0", "1.0.0"], true, Some("1.0.0")),
    (&[">1.0.0", "1.0.0"], false, None),
    (&["<1.0.0", ">=1.0.0"], false, None),
    (&["<=1.0.0", ">=1.0.0"], false, Some("1.0.0")),
    (&["<=1.0.0", ">=1.0.0"], true, Some("1.0.0")),
    (&["<1.0.0", ">1.0.0"], false, None),
    (&[">=2.0.0", "<1.0.0"], false, None),
    (&["<1.2.0", "1.2.0-rc.2"], false, None),
    (&["<=1.2.0", "1.2.0-rc.2"], false, Some("")),
    (&["<=1.2.0", "1.2.0-rc.2"], true, Some("1.2.0-rc.2")),
    (&[">=1.2.0-rc.10"], false, Some("2.0.0")),
    (&[">=1.2.0-rc.10"], true, Some("2.0.0")),
    (&["<2.0.0", "1.0.0", ">=0.9.0"], false, Some("1.0.0")),
    (&["<2.0.0", "1.0.0", ">=0.9.0"], true, Some("1.0.0")),
    (&["1.0.0", ">=1.0.1"], false, None),
    (&["<1.0.0-rc1"], false, Some("0.9.0")),
    (&["<1.0.0-rc1"], true, Some("1.0.0-b1")),
    (&[">1.0.0-b1", "<1.0.1"], false, Some("1.0.0")),
    (&[">1.0.0-b1", "<1.0.1"], true, Some("1.0.0")),
    (&[], false, Some("2.0.0")),
    (&[], true, Some("2.0.0")),
];

#[test]
fn ranges_have_dbts_newest_version() {
    for (requirements, prereleases, want) in CASES {
        let parsed: Vec<_> =
            requirements.iter().map(|text| Requirement::parse(text).unwrap()).collect();
        let found = Range::of(&parsed).map(|range| {
            let versions = installable(VERSIONS.iter().copied(), *prereleases);
            newest(&range, &versions).cloned().unwrap_or_default()
        });
        assert_eq!(found.as_deref(), *want, "{requirements:?} {prereleases}");
    }
}

#[test]
fn versions_are_sorted_and_junk_is_left_out() {
    let sorted = installable(["1.2.0", "what", "1.2.0-rc.10", "1.10.0", "1.2.0-rc.2"], true);
    assert_eq!(sorted, ["1.2.0-rc.2", "1.2.0-rc.10", "1.2.0", "1.10.0"]);
    assert_eq!(installable(["1.0.0", "2.0.0-a"], false), ["1.0.0"]);
}

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

#[test]
fn ranges_are_shown_as_they_are_written() {
    let parsed = [">=1.0.0", "<2.0.0-rc1"].map(|text| Requirement::parse(text).unwrap());
    assert_eq!(Range::of(&parsed).unwrap().to_string(), ">=1.0.0, <2.0.0-rc1");
}
