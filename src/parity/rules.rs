//! The table of known differences. `docs/parity.md` has a line for each.

use super::Verdict::{Differs, Missing, NoEffect};
use super::{Finder, Rule, Verdict, nodes, settings, templates};

const fn rule(
    name: &'static str,
    verdict: Verdict,
    summary: &'static str,
    advice: &'static str,
    find: Finder,
) -> Rule {
    Rule { name, verdict, summary, advice, find }
}

/// Every difference that forge knows of. The reference is dbt 1.12, on SQLite dbt-sqlite 1.10.
pub const RULES: &[Rule] = &[
    rule(
        "microbatch",
        Differs,
        "a batch replaces its period in one transaction, and moments are compared; dbt-sqlite adds the rows again and compares text",
        "nothing to do; tables that dbt-sqlite built may hold rows twice",
        nodes::microbatches,
    ),
    rule(
        "materialized-view",
        Missing,
        "the engine has no materialized views",
        "use `table`",
        nodes::materialized_views,
    ),
    rule(
        "python-job",
        Missing,
        "`submit_python_job` stops the node",
        "the engine runs SQL only",
        templates::python_jobs,
    ),
    rule(
        "unknown-attribute",
        Missing,
        "forge has no such attribute; using it is an error at the latest when the node is compiled",
        "see docs/jinja.md for what there is, and tell us",
        templates::unknown_attributes,
    ),
    rule(
        "behavior-flag",
        Missing,
        "the behaviour that this flag asks for is not there; forge acts as without the flag",
        "see whether the project relies on it",
        settings::fixed_behaviors,
    ),
    rule(
        "python-model",
        Missing,
        "Python models are parsed and listed; building one is an error",
        "write it as SQL, or leave it out with `--exclude`",
        nodes::python_models,
    ),
    rule(
        "function",
        Missing,
        "functions are read and listed; the engine cannot create one, so building it is an error",
        "write it as a macro, or leave it out with `--exclude`",
        nodes::functions,
    ),
    rule(
        "contract-run",
        Differs,
        "an enforced contract is compared with the query and the values, and the table gets its constraints; dbt-sqlite only warns",
        "mend the columns and rows that differ; `forge run` shows them",
        nodes::contracts,
    ),
    rule(
        "incremental-settings",
        Differs,
        "strategy, predicates, schema changes and several keys are honoured; dbt-sqlite passes over them",
        "rebuild once with `--full-refresh` if the table was made by dbt-sqlite",
        nodes::incremental_settings,
    ),
    rule(
        "snapshot-order",
        Differs,
        "keys are checked before anything is written, and versions of a key never overlap; dbt checks neither",
        "let the query give one row for each key; nothing else to do",
        nodes::snapshots,
    ),
    rule(
        "package-macro",
        Differs,
        "forge's own implementation stands in for a package's default that cannot run on the engine",
        "a macro of the same name with the engine's prefix in your project is used instead",
        settings::package_macros,
    ),
    rule(
        "one-file",
        Differs,
        "a relation of another schema lies in the same file, named `<schema>__<identifier>`",
        "read it under that name outside of forge, or use a profile with `schemas_and_paths`",
        nodes::prefixed_schemas,
    ),
    rule(
        "typed-seed",
        Differs,
        "a value that does not fit the declared numeric type is an error; dbt-sqlite keeps it as text",
        "declare the column as text, or mend the value",
        nodes::typed_seeds,
    ),
    rule(
        "iso-cast",
        Differs,
        "a cast to a date or a timestamp gives ISO text; in dbt-sqlite it gives a number",
        "set `iso_casts: false` in the profile to have the numbers",
        templates::iso_casts,
    ),
    rule(
        "portable-macro",
        Differs,
        "a cross-database macro gives SQL that is right on this engine; dbt-sqlite's is other or fails",
        "nothing to do, unless the project builds on dbt-sqlite's result",
        templates::portable_macros,
    ),
    rule(
        "outer-hook",
        Differs,
        "hooks with `transaction: false` run outside of the node's transaction; they fail in dbt-sqlite",
        "nothing to do",
        nodes::outer_hooks,
    ),
    rule(
        "writing-hook",
        Differs,
        "what on-run hooks write is committed; dbt-sqlite loses it",
        "nothing to do, unless the hook was never meant to work",
        settings::writing_hooks,
    ),
    rule(
        "commit",
        Differs,
        "`adapter.commit()` commits in operations and does nothing in nodes, each one transaction; it fails in dbt-sqlite",
        "nothing to do",
        templates::commits,
    ),
    rule(
        "persist-docs",
        NoEffect,
        "the engine keeps no comments; descriptions are in `manifest.json`",
        "nothing to do",
        nodes::persisted_docs,
    ),
    rule("grants", NoEffect, "the engine has no users", "nothing to do", nodes::grants),
    rule(
        "idle-flag",
        NoEffect,
        "forge keeps no parse cache, has one parser and sends nothing anywhere",
        "remove the flag once dbt is gone",
        settings::idle_flags,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_texts_are_one_line_without_full_stop() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(RULES[..at].iter().all(|other| other.name != rule.name), "{}", rule.name);
            for text in [rule.summary, rule.advice] {
                assert!(!text.contains('\n') && !text.ends_with('.'), "{}: {text}", rule.name);
            }
        }
    }
}
