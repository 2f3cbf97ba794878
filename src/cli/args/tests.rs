//! What people type, and what is understood.

use clap::CommandFactory;

use super::*;

fn cli(line: &str) -> Cli {
    try_cli(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn try_cli(line: &str) -> Result<Cli, clap::Error> {
    <Cli>::try_parse_from(line.split(' '))
}

fn flags(line: &str) -> FlagOverrides {
    cli(line).overrides(line.to_owned())
}

#[test]
fn the_declaration_is_consistent() {
    <Cli>::command().debug_assert();
}

#[test]
fn global_flags_stand_before_or_after_the_verb() {
    for line in ["forge --quiet ls", "forge ls --quiet", "forge -q ls -q"] {
        assert_eq!(flags(line).quiet, Some(true), "{line}");
    }
    for line in ["forge --warn-error --target prod run", "forge run --warn-error -t prod"] {
        let flags = flags(line);
        assert_eq!((flags.warn_error, flags.target.as_deref()), (Some(true), Some("prod")));
    }
    assert_eq!(flags("forge run --fail-fast --no-fail-fast").fail_fast, Some(false));
    assert_eq!(flags("forge run --no-fail-fast -x").fail_fast, Some(true));
    assert_eq!(flags("forge run").fail_fast, None);
}

#[test]
fn the_last_value_of_a_repeated_flag_wins() {
    assert_eq!(flags("forge run -t a -t b").target.as_deref(), Some("b"));
    assert_eq!(flags("forge -t a run -t b").target.as_deref(), Some("b"));
}

#[test]
fn selections_take_many_values_and_repeat() {
    let selection = |line: &str| match cli(line).command {
        Command::Build(build) => build.selection(),
        Command::Ls(ls) => ls.selection(),
        _ => panic!("{line}"),
    };
    let build = selection("forge build -s a b --select c -m d --models e --exclude +c tag:t");
    assert_eq!(build.select, ["a", "b", "c", "d", "e"]);
    assert_eq!(build.exclude, ["+c", "tag:t"]);
    let ls = selection("forge list --resource-type model --resource-types seed --selector x");
    assert_eq!(ls.resource_types, ["model", "seed"]);
    assert_eq!(ls.selector.as_deref(), Some("x"));
}

#[test]
fn flags_of_verbs_reach_the_project() {
    assert_eq!(flags("forge run -f").full_refresh, Some(true));
    assert_eq!(flags("forge run").full_refresh, None);
    assert_eq!(flags("forge test --store-failures").store_failures, Some(true));
    assert_eq!(flags("forge list").which, "list");
    assert_eq!(flags("forge build --threads 8").threads, Some(8));
}

#[test]
fn flags_without_effect_say_why_unless_they_ask_for_what_is_done_anyway() {
    let line = "forge --no-partial-parse --printer-width 99 run --populate-cache --no-introspect";
    let mut ignored = flags(line).without_effect;
    ignored.sort();
    let starts = ["`--no-introspect` has no effect: ", "`--printer-width` has no effect: "];
    assert_eq!(ignored.len(), starts.len(), "{ignored:?}");
    for (note, start) in ignored.iter().zip(starts) {
        assert!(note.starts_with(start), "{note}");
    }
}

/// Recorded from dbt by `tests/parity/record_flags.py`.
const RECORDED: &str = include_str!("../../../tests/it/testdata/dbt_flags.json");

/// What is wrong with a line, when it is about its flags.
fn refused(line: &[&str]) -> Option<String> {
    use clap::error::ErrorKind::{
        ArgumentConflict, InvalidSubcommand, InvalidValue, UnknownArgument, ValueValidation,
    };
    let wrong =
        [ArgumentConflict, InvalidSubcommand, InvalidValue, UnknownArgument, ValueValidation];
    let error = <Cli>::try_parse_from(line).err()?;
    let first = || error.to_string().lines().next().unwrap_or_default().to_owned();
    wrong.contains(&error.kind()).then(|| format!("{}: {}", line.join(" "), first()))
}

/// The verb with each of these flags, in all spellings.
fn refused_of(verb: &str, recorded: &serde_json::Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for flag in recorded.as_array().unwrap() {
        for spelling in flag["spellings"].as_array().unwrap() {
            let spelling = spelling.as_str().unwrap();
            let mut line = vec!["dbt"];
            line.extend(verb.split(' '));
            line.push(spelling);
            line.extend(flag["value"].as_str());
            wrong.extend(refused(&line));
        }
    }
    wrong
}

#[test]
fn every_verb_takes_all_flags_that_dbt_takes() {
    let recorded: serde_json::Value = serde_json::from_str(RECORDED).unwrap();
    let mut wrong = Vec::new();
    for (verb, own) in recorded["verbs"].as_object().unwrap() {
        wrong.extend(refused_of(verb, &recorded["global"]));
        wrong.extend(refused_of(verb, own));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn global_flags_stand_before_every_verb_as_in_dbt() {
    let recorded: serde_json::Value = serde_json::from_str(RECORDED).unwrap();
    for flag in recorded["global"].as_array().unwrap() {
        for spelling in flag["spellings"].as_array().unwrap() {
            let spelling = spelling.as_str().unwrap();
            let mut line = vec!["dbt", spelling];
            line.extend(flag["value"].as_str());
            line.push("run");
            assert_eq!(refused(&line), None);
        }
    }
}

#[test]
fn misuse_is_exit_code_2_with_a_suggestion() {
    let wrong = [
        "forge ls --no-such-flag",
        "forge no-such-command",
        "forge run --threads 0",
        "forge run --defer=yes",
        "forge ls --resource-type modle",
        "forge",
    ];
    for line in wrong {
        assert_eq!(try_cli(line).expect_err(line).exit_code(), 2, "{line}");
    }
    let error = try_cli("forge buidl").expect_err("unknown").to_string();
    assert!(error.contains("build"), "{error}");
    let error = try_cli("forge run --slect x").expect_err("unknown").to_string();
    assert!(error.contains("--select"), "{error}");
}

#[test]
fn negative_limits_and_yaml_are_values() {
    let Command::Show(show) = cli("forge show -s a --limit -1").command else { panic!("show") };
    assert_eq!(show.limit(), None);
    assert_eq!(flags("forge run --vars {a:1}").vars.as_deref(), Some("{a:1}"));
}
