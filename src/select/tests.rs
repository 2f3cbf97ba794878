//! Selection as dbt 1.12 recorded it, the algebra as properties, and what the user is told.

use proptest::prelude::*;

use super::fixture::{Fixture, Slim};
use super::*;
use crate::diagnostics::codes;

fn methods() -> Fixture {
    Fixture::load(include_str!("testdata/methods.json"))
}

fn operators() -> Fixture {
    Fixture::load(include_str!("testdata/operators.json"))
}

fn corners() -> Fixture {
    Fixture::load(include_str!("testdata/corners.json"))
}

fn run(fixture: &Fixture, criteria: &Criteria) -> Vec<String> {
    let selected = select(&fixture.manifest, &fixture.dag, criteria, &Inputs::default()).unwrap();
    let mut ids: Vec<_> = selected.ids.iter().map(ToString::to_string).collect();
    ids.sort();
    ids
}

fn asking(select: &str) -> Criteria {
    Criteria { select: vec![select.to_owned()], ..Criteria::default() }
}

/// Every step of a recorded project; all differences at once.
fn assert_as_recorded(fixture: &Fixture) {
    let mut wrong = Vec::new();
    for step in &fixture.steps {
        let criteria = step.criteria();
        let found = select(&fixture.manifest, &fixture.dag, &criteria, &Inputs::default()).ok();
        let found = found.map(|selected| {
            let mut ids: Vec<_> = selected.ids.iter().map(ToString::to_string).collect();
            ids.sort();
            ids
        });
        let expected = (!step.error).then(|| step.ids.clone());
        let same = match (&found, &expected) {
            (None, None) => true,
            (Some(found), Some(Some(ids))) => found == ids,
            (Some(_), Some(None)) => true,
            _ => false,
        };
        if !same {
            wrong.push(format!("{criteria:?}\n  found    {found:?}\n  expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn methods_select_what_dbt_selects() {
    let fixture = methods();
    assert_eq!(fixture.steps.len(), 36);
    assert_as_recorded(&fixture);
}

#[test]
fn operators_select_what_dbt_selects() {
    let fixture = operators();
    assert_eq!(fixture.steps.len(), 18);
    assert_as_recorded(&fixture);
}

#[test]
fn corner_cases_select_what_dbt_selects() {
    assert_as_recorded(&corners());
}

#[test]
fn ids_come_after_what_they_depend_on() {
    let fixture = operators();
    let selected =
        select(&fixture.manifest, &fixture.dag, &asking("+e"), &Inputs::default()).unwrap();
    let place = |id: &str| selected.ids.get_index_of(id).unwrap();
    assert!(place("model.shop.a") < place("model.shop.b"));
    assert!(place("model.shop.b") < place("model.shop.d"));
    assert!(place("model.shop.side") < place("model.shop.e"));
}

fn warning(fixture: &Fixture, text: &str) -> (String, Option<String>) {
    let selected =
        select(&fixture.manifest, &fixture.dag, &asking(text), &Inputs::default()).unwrap();
    let mut warnings = selected.warnings.into_iter();
    let warning = warnings.next().unwrap();
    assert_eq!(warning.code, codes::NO_MATCH);
    assert_eq!(warnings.count(), 0);
    (warning.message, warning.hint)
}

#[test]
fn what_matches_nothing_is_a_warning_with_a_suggestion() {
    let fixture = methods();
    let hint = |text| warning(&fixture, text).1;
    let said = |text: &str| Some(format!("did you mean `{text}`?"));
    assert_eq!(
        warning(&fixture, "nothing_here stg_a").0,
        "the selection criterion `nothing_here` does not match any enabled nodes"
    );
    assert_eq!(hint("nothing_here"), None);
    assert_eq!(hint("sgt_a+"), said("stg_a"));
    assert_eq!(hint("stagin"), said("staging"));
    assert_eq!(hint("tag:nihgtly"), said("tag:nightly"));
    assert_eq!(hint("nightly"), said("tag:nightly"));
    assert_eq!(hint("raw.t1"), said("source:raw.t1"));
    assert_eq!(hint("models/mart"), said("models/marts"));
    assert_eq!(hint("stg_a,tag:slwo"), said("tag:slow"));
    assert_eq!(hint("stg_a,mart_2"), None);
}

#[test]
fn a_state_that_is_missing_is_asked_for() {
    let fixture = methods();
    let criteria = asking("state:modified+ source:a.b.c.d");
    let mistakes =
        select(&fixture.manifest, &fixture.dag, &criteria, &Inputs::default()).unwrap_err();
    let codes: Vec<_> = mistakes.iter().map(|m| m.code).collect();
    assert_eq!(codes, [codes::BAD_STATE, codes::BAD_SELECTOR]);
}

fn sorted(selected: &Selected) -> Vec<String> {
    let mut ids: Vec<_> = selected.ids.iter().map(ToString::to_string).collect();
    ids.sort();
    ids
}

/// The selectors of a `selectors.yml` without mistakes.
fn selectors(text: &str) -> Selectors {
    let (selectors, mistakes) = read_selectors(text);
    assert!(mistakes.is_empty(), "{text}\n{mistakes:?}");
    selectors
}

fn read_selectors(text: &str) -> (Selectors, Diagnostics) {
    let file = crate::source::SourceMap::new().add("s.yml", std::path::Path::new("/s.yml"), text);
    let root = crate::source::yaml::parse(file, text).unwrap().root;
    Selectors::read(root.get("selectors").unwrap().as_seq().unwrap(), Indirect::Eager)
}

#[test]
fn every_mistake_in_a_selector_is_found() {
    let text = "selectors:\n\
        - {name: a, definition: {method: tagg, value: x}}\n\
        - {name: b, definition: {union: [x], exclude: [y]}}\n\
        - {name: c, definition: {union: x}}\n\
        - {name: d}\n\
        - {name: e, definition: {method: tag, value: x, indirect_selection: lazy}}\n\
        - {name: f, default: true, definition: x}\n\
        - {name: f, default: true, definition: [x]}\n\
        - {definition: x}\n\
        - {name: g, definition: {union: [{exclude: [a]}, {exclude: [b]}]}}\n\
        - {name: h, definition: {tag: x, fqn: y}}\n\
        - {name: i, definition: '@a+'}\n\
        - {name: j, default: true, definition: x}\n\
        - {name: j, definition: x, defintion: y}\n";
    let (_, mistakes) = read_selectors(text);
    let messages: Vec<&str> = mistakes.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(messages.len(), 13, "{messages:#?}");
    assert!(mistakes.iter().all(|one| one.primary.is_some()), "{messages:#?}");
}

#[test]
fn selectors_that_select_each_other_are_refused() {
    let fixture = corners();
    let text = "selectors:\n\
        - {name: a, definition: {method: selector, value: b}}\n\
        - {name: b, definition: {union: [one, 'selector:a']}}\n";
    let selectors = selectors(text);
    let inputs = Inputs { selectors: &selectors, past: &NoPast };
    let criteria = Criteria { selector: Some("a".into()), ..Criteria::default() };
    let mistakes = select(&fixture.manifest, &fixture.dag, &criteria, &inputs).unwrap_err();
    let first = mistakes.iter().next().unwrap();
    assert_eq!(first.message, "selectors select each other: `b` → `a` → `b`");
    let criteria = Criteria { selector: Some("aa".into()), ..Criteria::default() };
    let mistakes = select(&fixture.manifest, &fixture.dag, &criteria, &inputs).unwrap_err();
    assert_eq!(mistakes.iter().next().unwrap().hint.as_deref(), Some("did you mean `a`?"));
}

#[test]
fn the_default_counts_where_nothing_is_asked_for() {
    let fixture = corners();
    let selectors = selectors("selectors:\n- {name: d, default: 'True', definition: one}\n");
    let inputs = Inputs { selectors: &selectors, past: &NoPast };
    let of = |criteria: &Criteria| {
        sorted(&select(&fixture.manifest, &fixture.dag, criteria, &inputs).unwrap())
    };
    assert_eq!(of(&Criteria::default()), run(&fixture, &asking("one")));
    assert_eq!(of(&asking("two")), run(&fixture, &asking("two")));
    let all_but = Criteria { exclude: vec!["one".into()], ..Criteria::default() };
    assert_eq!(of(&all_but), run(&fixture, &all_but));
}

#[test]
fn every_resource_knows_what_brought_it_in() {
    let fixture = operators();
    let criteria = asking("+e d");
    let inputs = Inputs::default();
    let selected = select(&fixture.manifest, &fixture.dag, &criteria, &inputs).unwrap();
    let reasons =
        explain(&fixture.manifest, &fixture.dag, &criteria, &inputs, &selected.ids).unwrap();
    assert_eq!(reasons.len(), selected.ids.len());
    assert!(reasons.values().all(|because| !because.is_empty()));
    let roles = |name: &str| -> Vec<String> {
        let (_, because) =
            reasons.iter().find(|(id, _)| id.as_str().ends_with(&format!(".{name}"))).unwrap();
        because
            .iter()
            .map(|one| format!("{} {:?}", one.atom.as_deref().unwrap(), one.role))
            .collect()
    };
    assert_eq!(roles("e")[0], "+e Match");
    assert!(roles("d").contains(&"d Match".to_owned()), "{:?}", roles("d"));
}

fn by_name(fixture: &Fixture, selectors: &Selectors, name: &str) -> Result<Selected, Diagnostics> {
    let inputs = Inputs { selectors, past: &NoPast };
    let criteria = Criteria { selector: Some(name.to_owned()), ..Criteria::default() };
    select(&fixture.manifest, &fixture.dag, &criteria, &inputs)
}

#[test]
fn selectors_that_use_each_other_twice_are_no_exponential_work() {
    let fixture = corners();
    let mut text = "selectors:\n- {name: s0, definition: two}\n".to_owned();
    for n in 1..100 {
        let twice = format!("{{union: ['selector:s{0}', {{selector: s{0}}}]}}", n - 1);
        text += &format!("- {{name: s{n}, definition: {twice}}}\n");
    }
    let selectors = selectors(&text);
    let found = by_name(&fixture, &selectors, "s60").unwrap();
    assert_eq!(sorted(&found), run(&fixture, &asking("two")));
    let mistakes = by_name(&fixture, &selectors, "s99").unwrap_err();
    assert!(mistakes.iter().next().unwrap().message.contains("too many other selectors"));
}

#[test]
fn tests_that_a_selector_excludes_stay_out() {
    let fixture = corners();
    let text = "selectors:\n- name: a\n  definition: {union: [two, exclude: ['resource_type:test']]}\n\
                - {name: b, definition: {selector: a}}\n";
    let selectors = selectors(text);
    let of = |name: &str| sorted(&by_name(&fixture, &selectors, name).unwrap());
    assert!(of("a").iter().all(|id| !id.starts_with("test.")));
    assert!(!of("a").is_empty());
    assert_eq!(of("b"), of("a"));
}

#[test]
fn what_matches_nothing_in_a_definition_is_a_warning_at_its_place() {
    let fixture = corners();
    let text = "selectors:\n- {name: a, definition: {union: [tow, two]}}\n\
                - {name: b, definition: {union: [{selector: a}, {selector: a}]}}\n\
                - {name: unused, definition: nothing}\n";
    let selectors = selectors(text);
    for name in ["a", "b"] {
        let warnings: Vec<_> =
            by_name(&fixture, &selectors, name).unwrap().warnings.into_iter().collect();
        assert_eq!(warnings.len(), 1, "{name}");
        assert_eq!(warnings[0].hint.as_deref(), Some("did you mean `two`?"));
        assert!(warnings[0].primary.is_some());
    }
}

#[test]
fn dbt_reads_nothing_but_exclude_from_an_item_with_exclude() {
    let fixture = corners();
    let text = "selectors:\n- name: a\n  definition:\n    union:\n      - one\n      - five\n      \
                - {method: fqn, value: two, exclude: [five]}\n";
    let (selectors, told) = read_selectors(text);
    let told: Vec<_> = told.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(told, ["`method` has no effect beside `exclude` in a list"]);
    let criteria = Criteria { exclude: vec!["five".into()], ..asking("one five") };
    let found = by_name(&fixture, &selectors, "a").unwrap();
    assert_eq!(sorted(&found), run(&fixture, &criteria));
}

/// Atoms of the corner-case project.
fn base() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "one",
        "two",
        "five",
        "dim",
        "tag:deep",
        "source:raw",
        "staging",
        "s*",
        "path:models/v",
        "test_type:singular",
        "nope",
        "resource_type:seed",
    ])
}

/// Selectors over the corner-case project.
fn selector() -> impl Strategy<Value = String> {
    let around =
        prop::sample::select(vec![("", ""), ("+", ""), ("", "+"), ("1+", "+2"), ("@", "")]);
    (base(), around).prop_map(|(base, (before, after))| format!("{before}{base}{after}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sets_obey_the_algebra(a in selector(), b in selector()) {
        use std::collections::BTreeSet;
        let fixture = corners();
        let set = |select: &[&str], exclude: &[&str]| -> BTreeSet<String> {
            let criteria = Criteria {
                select: select.iter().map(|s| (*s).to_owned()).collect(),
                exclude: exclude.iter().map(|s| (*s).to_owned()).collect(),
                ..Criteria::default()
            };
            run(&fixture, &criteria).into_iter().collect()
        };
        let (only_a, only_b) = (set(&[&a], &[]), set(&[&b], &[]));
        prop_assert_eq!(set(&[&a, &b], &[]), &only_a | &only_b);
        prop_assert_eq!(set(&[&format!("{a} {b}")], &[]), &only_a | &only_b);
        prop_assert_eq!(set(&[&format!("{a},{b}")], &[]), &only_a & &only_b);
        prop_assert_eq!(set(&[&a], &[&b]), &only_a - &only_b);
        prop_assert_eq!(set(&[], &[&a]), &set(&[], &[]) - &only_a);
        prop_assert_eq!(set(&[&a, &b], &[]), set(&[&b, &a], &[]));
        prop_assert_eq!(set(&[&format!("{a},{b}")], &[]), set(&[&format!("{b},{a}")], &[]));
        prop_assert_eq!(set(&[&a, &a], &[]), only_a);
    }

    #[test]
    fn reach_grows_with_operators(base in base(), depth in 0usize..4) {
        use std::collections::BTreeSet;
        let fixture = corners();
        let set = |text: String| -> BTreeSet<String> {
            let criteria = Criteria { indirect: Indirect::Empty, ..asking(&text) };
            run(&fixture, &criteria).into_iter().collect()
        };
        let alone = set(base.to_owned());
        let (above, below) = (set(format!("+{base}")), set(format!("{base}+")));
        prop_assert!(alone.is_subset(&above) && alone.is_subset(&below));
        prop_assert_eq!(set(format!("+{base}+")), &above | &below);
        let family = set(format!("@{base}"));
        prop_assert!(above.is_subset(&family) && below.is_subset(&family));
        let deeper = |depth| (set(format!("{depth}+{base}")), set(format!("{base}+{depth}")));
        let ((up, down), (more_up, more_down)) = (deeper(depth), deeper(depth + 1));
        prop_assert!(up.is_subset(&more_up) && more_up.is_subset(&above));
        prop_assert!(down.is_subset(&more_down) && more_down.is_subset(&below));
    }

    #[test]
    fn a_definition_selects_what_the_command_line_does(a in selector(), b in selector()) {
        let fixture = corners();
        let yaml = format!(
            "selectors:\n- name: both\n  definition: {{union: ['{a}', '{b}']}}\n\
             - name: meet\n  definition: {{intersection: ['{a}', '{b}']}}\n\
             - name: less\n  definition: {{union: ['{a}', exclude: ['{b}']]}}\n\
             - name: again\n  definition: {{method: selector, value: both}}\n",
        );
        let selectors = selectors(&yaml);
        let named = |name: &str| {
            let criteria = Criteria { selector: Some(name.to_owned()), ..Criteria::default() };
            let inputs = Inputs { selectors: &selectors, past: &NoPast };
            let found = select(&fixture.manifest, &fixture.dag, &criteria, &inputs).unwrap();
            sorted(&found)
        };
        let typed = |text: String, exclude: &[String]| {
            run(&fixture, &Criteria { exclude: exclude.to_vec(), ..asking(&text) })
        };
        prop_assert_eq!(named("both"), typed(format!("{a} {b}"), &[]));
        prop_assert_eq!(named("again"), typed(format!("{a} {b}"), &[]));
        prop_assert_eq!(named("meet"), typed(format!("{a},{b}"), &[]));
        prop_assert_eq!(named("less"), typed(a, &[b]));
    }

    #[test]
    fn modes_are_ordered_from_eager_to_empty(text in selector()) {
        let fixture = corners();
        let of = |indirect| run(&fixture, &Criteria { indirect, ..asking(&text) });
        let inside = |small: &[String], large: &[String]| small.iter().all(|id| large.contains(id));
        let (eager, buildable) = (of(Indirect::Eager), of(Indirect::Buildable));
        let (cautious, empty) = (of(Indirect::Cautious), of(Indirect::Empty));
        prop_assert!(inside(&buildable, &eager));
        prop_assert!(inside(&cautious, &buildable));
        prop_assert!(inside(&empty, &cautious));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[@+:.,*?\\[a-z0-9/ ]{0,16}") {
        let fixture = operators();
        let _ = select(&fixture.manifest, &fixture.dag, &asking(&text), &Inputs::default());
    }
}

#[test]
fn a_large_project_is_no_quadratic_work() {
    let model = |n: usize| Slim {
        unique_id: format!("model.big.m{n}"),
        resource_type: "model".into(),
        package_name: "big".into(),
        name: format!("m{n}"),
        fqn: vec!["big".into(), format!("f{}", n % 50), format!("m{n}")],
        original_file_path: format!("models/f{}/m{n}.sql", n % 50),
        tags: vec![format!("t{}", n % 7)],
        depends_on: (1..=3)
            .filter(|d| n >= d * 5)
            .map(|d| format!("model.big.m{}", n - d * 5))
            .collect(),
        ..Slim::default()
    };
    let test = |n: usize| Slim {
        unique_id: format!("test.big.t{n}"),
        resource_type: "test".into(),
        package_name: "big".into(),
        name: format!("t{n}"),
        fqn: vec!["big".into(), format!("t{n}")],
        original_file_path: "models/schema.yml".into(),
        depends_on: vec![format!("model.big.m{}", n / 3)],
        ..Slim::default()
    };
    let resources = (0..10_000).map(model).chain((0..30_000).map(test));
    let fixture = Fixture::new("big", resources.collect(), Vec::new());
    let many: Vec<String> = (0..6)
        .map(|n| format!("+m{},tag:t* m*{n}+ path:models/f{}/**", n * 1000, n % 50))
        .collect();
    let criteria = Criteria { select: many, ..Criteria::default() };
    assert!(run(&fixture, &criteria).len() > 30_000);
}
