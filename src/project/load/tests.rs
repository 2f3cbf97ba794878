//! Whole projects in memory: what loads, what is said about those that do not.

use serde_json::json;

use super::*;
use crate::diagnostics::Severity;
use crate::project::testing::{MemoryHost, ROOT};

const PROFILES: &str = r#"
golden:
  target: dev
  outputs:
    dev: &base
      type: sqlite
      threads: 1
      database: database
      schema: main
      schemas_and_paths: {main: '{{ env_var("DB_DIR") }}/main.db'}
      schema_directory: '{{ env_var("DB_DIR") }}'
    alt:
      <<: *base
      schema: alt_schema
    needs_env:
      <<: *base
      schema: '{{ env_var("GOLDEN_UNSET") }}'
second:
  target: only
  outputs:
    only: {type: sqlite, threads: 3, database: database2, schema: second_schema, schemas_and_paths: {main: x.db}, schema_directory: .}
"#;
const PROJECT: &str = "name: shop\nversion: '1.0'\nprofile: golden\n";

pub(in crate::project) fn load_files(
    files: &[(&str, &str)],
    overrides: &FlagOverrides,
) -> Result<(Project, Vec<String>), Vec<String>> {
    load_host(&MemoryHost::new(files).with_env(&[("DB_DIR", "/db")]), overrides)
}

fn load_host(
    host: &MemoryHost,
    overrides: &FlagOverrides,
) -> Result<(Project, Vec<String>), Vec<String>> {
    let sources = Arc::new(SourceMap::new());
    let told = |diagnostics: Diagnostics| {
        let told = |d: crate::diagnostics::Diagnostic| {
            let severity = match d.severity {
                Severity::Error => "error",
                _ => "warning",
            };
            let place = d.primary.map(|l| format!(" @{}", sources.place(l.span)));
            let hint = d.hint.map(|hint| format!(" ({hint})"));
            format!(
                "{severity} {}: {}{}{}",
                d.code.id(),
                d.message,
                place.unwrap_or_default(),
                hint.unwrap_or_default()
            )
        };
        diagnostics.into_sorted().into_iter().map(told).collect::<Vec<_>>()
    };
    load(host, sources.clone(), overrides)
        .map(|(project, warnings)| (project, told(warnings)))
        .map_err(told)
}

fn asked(change: impl FnOnce(&mut FlagOverrides)) -> FlagOverrides {
    let mut overrides = FlagOverrides::default();
    change(&mut overrides);
    overrides
}

/// The mistakes of a project file.
fn mistakes(project: &str) -> Vec<String> {
    let files = [("dbt_project.yml", project), ("profiles.yml", PROFILES)];
    load_files(&files, &FlagOverrides::default()).unwrap_err()
}

#[test]
fn case_83_a_broken_project_file_is_an_error_with_its_place() {
    for (project, want) in [
        (
            "name: shop\nprofile: golden\nmodels: [1, 2]\n",
            "error E0205: `models` in dbt_project.yml must be a mapping @dbt_project.yml:3:9",
        ),
        (
            "version: '1.0'\nprofile: golden\n",
            "error E0206: dbt_project.yml has no `name` @dbt_project.yml:1:1 (add `name: my_project`)",
        ),
        (
            "name: bad-name\nprofile: golden\n",
            "error E0102: the project name `bad-name` is not a name: letters, digits and underscores, \
             no digit first @dbt_project.yml:1:7 (`bad_name` would do)",
        ),
        (
            "name: config\nprofile: golden\n",
            "error E0102: the project name `config` is a word that dbt keeps for itself @dbt_project.yml:1:7",
        ),
        (
            "name: shop\nprofile: golden\nmodelz: {}\n",
            "error E0204: dbt_project.yml has an unknown key `modelz` @dbt_project.yml:3:1 (did you mean `models`?)",
        ),
        ("", "error E0102: dbt_project.yml must be a mapping, but is nothing @dbt_project.yml:1:1"),
    ] {
        assert_eq!(mistakes(project), [want]);
    }
    let syntax = mistakes("name: shop\na: [1\n");
    assert!(syntax[0].starts_with("error E0202: dbt_project.yml is not valid YAML"), "{syntax:?}");
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let project = "name: 1x\nprofile: golden\nmodel-paths: models\nquoting: {foo: true, schema: x}\n\
                   dispatch: [{macro_namespace: x}]\nconfig-version: 1\nrequire-dbt-version: ['>=1.0.0', '<1.12.0']\n\
                   query-comment: {coment: x}\nseeds: {a: {+meta: {q: \"{{ env_var('NOPE') }}\"}}}\n\
                   tests: {+severity: warn}\ndata_tests: {+severity: warn}\n";
    let codes: Vec<String> = mistakes(project).iter().map(|m| m[6..11].to_owned()).collect();
    assert_eq!(
        codes,
        ["E0102", "E0205", "E0205", "E0205", "E0205", "E0102", "E0103", "E0205", "E0405", "E0102"]
    );
}

#[test]
fn case_85_missing_profile_target_and_variable_are_errors_that_name_them() {
    let files = [("dbt_project.yml", PROJECT), ("profiles.yml", PROFILES)];
    let told = |change: fn(&mut FlagOverrides)| load_files(&files, &asked(change)).unwrap_err();
    assert_eq!(
        told(|o| o.target = Some("nope".into())),
        ["error E0105: the profile `golden` has no target `nope` @profiles.yml:3:3"]
    );
    assert_eq!(
        told(|o| o.profile = Some("secnd".into())),
        [
            "error E0104: could not find the profile `secnd` in profiles.yml (did you mean `second`?)"
        ]
    );
    let unset = told(|o| o.target = Some("needs_env".into()));
    assert_eq!(
        unset,
        [
            "error E0405: the environment variable `GOLDEN_UNSET` is required here and is not set @profiles.yml:17:15 \
          (set `GOLDEN_UNSET`, or give a default: `env_var('GOLDEN_UNSET', 'default')`)"
        ]
    );
}

#[test]
fn case_85_target_and_profile_are_chosen() {
    let files = [("dbt_project.yml", PROJECT), ("profiles.yml", PROFILES)];
    let target = |change: fn(&mut FlagOverrides)| {
        let (project, _) = load_files(&files, &asked(change)).unwrap();
        let target = project.target;
        (target.profile_name, target.name, target.schema, target.database, target.threads)
    };
    let want = |p: &str, n: &str, s: &str, d: &str, threads| {
        (p.into(), n.into(), s.into(), d.into(), threads)
    };
    assert_eq!(target(|_| {}), want("golden", "dev", "main", "database", 1));
    assert_eq!(
        target(|o| o.target = Some("alt".into())),
        want("golden", "alt", "alt_schema", "database", 1)
    );
    assert_eq!(
        target(|o| o.profile = Some("second".into())),
        want("second", "only", "second_schema", "database2", 3)
    );
    let (project, _) = load_files(&files, &FlagOverrides::default()).unwrap();
    assert_eq!(
        project.target.to_json(),
        json!({"database": "database", "schema": "main", "schemas_and_paths": {"main": "/db/main.db"},
            "schema_directory": "/db", "type": "sqlite", "threads": 1, "name": "dev", "target_name": "dev",
            "profile_name": "golden"})
    );
}

#[test]
fn without_a_profile_the_engine_is_embedded() {
    for project in [PROJECT, "name: shop\n"] {
        let (project, warnings) =
            load_files(&[("dbt_project.yml", project)], &FlagOverrides::default()).unwrap();
        assert_eq!(warnings, Vec::<String>::new());
        let target = &project.target;
        assert_eq!(
            (target.name.as_str(), target.schema.as_str(), target.database.as_str()),
            ("dev", "main", "shop")
        );
        assert_eq!(target.settings["path"], "shop.db");
        assert_eq!(target.base_dir, std::path::Path::new(ROOT));
    }
    let named =
        load_files(&[("dbt_project.yml", PROJECT)], &asked(|o| o.target = Some("dev".into())));
    assert!(named.unwrap_err()[0].starts_with("error E0104: could not find the profile `golden`"));
}

#[test]
fn other_engines_are_unsupported() {
    let profiles = "golden: {target: dev, outputs: {dev: {type: postgres, schema: x}}}\n";
    let files = [("dbt_project.yml", PROJECT), ("profiles.yml", profiles)];
    assert_eq!(
        load_files(&files, &FlagOverrides::default()).unwrap_err(),
        [
            "error E0505: the target `dev` is of type `postgres`, which forge cannot run on yet @profiles.yml:1:45 \
          (supported: `sqlite`)"
        ]
    );
}

#[test]
fn values_are_rendered_where_dbt_renders_them() {
    let project = r#"
name: "{{ 'shop' }}"
profile: golden
model-paths: ["{{ env_var('MODELS', 'models') }}"]
on-run-start: "select '{{ target.name }}'"
on-run-end: ["{{ a }}", "{{ b }}"]
vars: {x: "{{ 1 }}"}
models:
  +enabled: "{{ target.name == 'dev' }}"
  +pre-hook: "{{ later }}"
  shop:
    +post_hook: ["{{ later }}"]
    +meta: {n: "{{ var('n') }}"}
tests: {+severity: "{{ 'warn' }}"}
"#;
    let files = [("dbt_project.yml", project), ("profiles.yml", PROFILES)];
    let (project, _) = load_files(&files, &asked(|o| o.vars = Some("{n: 1}".into()))).unwrap();
    let config = &project.root().config;
    assert_eq!(&*project.root().name, "shop");
    assert_eq!(config.model_paths, ["models"]);
    assert_eq!(config.on_run_start[0].value, "select '{{ target.name }}'");
    assert_eq!(config.on_run_end.len(), 2);
    assert_eq!(config.vars.get("x").unwrap().as_str(), Some("{{ 1 }}"));
    assert_eq!(
        config.sections["models"].to_json(),
        json!({"+enabled": true, "+pre-hook": "{{ later }}",
            "shop": {"+post_hook": ["{{ later }}"], "+meta": {"n": 1}}})
    );
    assert_eq!(config.sections["data_tests"].to_json(), json!({"+severity": "warn"}));
}

#[test]
fn variables_of_a_vars_file_count_and_exclude_those_of_the_project_file() {
    let vars = ("vars.yml", "vars: {a: 1}\n");
    let project = format!("{PROJECT}models: {{+meta: {{q: \"{{{{ var('a') }}}}\"}}}}\n");
    let files = [("dbt_project.yml", project.as_str()), ("profiles.yml", PROFILES), vars];
    let (loaded, _) = load_files(&files, &FlagOverrides::default()).unwrap();
    let config = &loaded.root().config;
    assert_eq!(config.sections["models"].to_json(), json!({"+meta": {"q": 1}}));
    assert_eq!(loaded.var("shop", "a").map(Yaml::to_json), Some(json!(1)));
    let project = format!("{PROJECT}vars: {{b: 1}}\n");
    let files = [("dbt_project.yml", project.as_str()), ("profiles.yml", PROFILES), vars];
    assert_eq!(
        load_files(&files, &FlagOverrides::default()).unwrap_err(),
        [
            "error E0102: `vars` may be in vars.yml or in dbt_project.yml, not in both @dbt_project.yml:4:8"
        ]
    );
}

#[test]
fn query_comments_are_text_mapping_or_off() {
    let comment = |line: &str| {
        let project = format!("{PROJECT}{line}\n");
        let files = [("dbt_project.yml", project.as_str()), ("profiles.yml", PROFILES)];
        let (project, _) = load_files(&files, &FlagOverrides::default()).unwrap();
        let comment = project.root().config.query_comment.as_ref();
        comment.map(|c| (c.comment.len(), c.append))
    };
    let default = crate::project::DEFAULT_QUERY_COMMENT.len();
    assert_eq!(comment(""), Some((default, false)));
    assert_eq!(comment("query-comment:"), None);
    assert_eq!(comment("query-comment: ''"), None);
    assert_eq!(comment("query-comment: '{{ x }}'"), Some((7, false)));
    assert_eq!(comment("query-comment: {append: true, job-label: true}"), Some((default, true)));
}

#[test]
fn warnings_become_errors_under_strict() {
    let project =
        format!("{PROJECT}flags: {{fial_fast: true}}\nsource-paths: [m]\nprofile: golden\n");
    let files = [("dbt_project.yml", project.as_str()), ("profiles.yml", PROFILES)];
    let (loaded, warnings) = load_files(&files, &FlagOverrides::default()).unwrap();
    assert_eq!(
        warnings,
        [
            "warning E0204: `flags` has no key `fial_fast` @dbt_project.yml:4:9 (did you mean `fail_fast`?)",
            "warning E0102: `source-paths` is now called `model-paths` @dbt_project.yml:5:15",
            "warning E0203: the key `profile` is given twice in dbt_project.yml @dbt_project.yml:6:1",
        ]
    );
    assert_eq!(loaded.root().config.model_paths, ["m"]);
    let errors = load_files(&files, &asked(|o| o.strict = Some(true))).unwrap_err();
    assert!(errors[0].starts_with("error E0204"));
}

#[test]
fn the_project_is_found_upwards_by_name_and_with_a_hint() {
    let files = [("a/dbt_project.yml", "name: shop\n"), ("a/models/m.sql", "select 1")];
    let host = || MemoryHost::new(&files);
    let root = |host: MemoryHost, overrides: &FlagOverrides| {
        load_host(&host, overrides).map(|(project, _)| project.root().root.clone())
    };
    let want = std::path::Path::new(ROOT).join("a");
    assert_eq!(root(host().at("a/models"), &FlagOverrides::default()), Ok(want.clone()));
    assert_eq!(root(host(), &asked(|o| o.project_dir = Some("./x/../a".into()))), Ok(want.clone()));
    assert_eq!(
        root(host().with_env(&[("DBT_PROJECT_DIR", "a")]), &FlagOverrides::default()),
        Ok(want)
    );
    assert_eq!(
        root(host(), &FlagOverrides::default()),
        Err(vec![
            "error E0101: no dbt_project.yml in `/home/shop` (there is a dbt_project.yml in `a`; \
             try `--project-dir a`)"
                .to_owned()
        ])
    );
}

#[test]
fn a_dotenv_file_fills_gaps_only() {
    let project = format!(
        "{PROJECT}models: {{+meta: {{a: \"{{{{ env_var('A') }}}}\", b: \"{{{{ env_var('DB_DIR') }}}}\"}}}}\n"
    );
    let files = [
        ("dbt_project.yml", project.as_str()),
        ("profiles.yml", PROFILES),
        (".env", "A=from file\nDB_DIR=from file\nDBT_FAIL_FAST=1\n"),
    ];
    let (loaded, _) = load_files(&files, &FlagOverrides::default()).unwrap();
    assert_eq!(
        loaded.root().config.sections["models"].to_json(),
        json!({"+meta": {"a": "from file", "b": "/db"}})
    );
    assert!(loaded.flags.fail_fast);
}

#[test]
fn variables_follow_dbts_precedence() {
    let project = format!("{PROJECT}vars: {{a: 1, b: 1, c: 1, p: {{b: 2, c: 2}}}}\n");
    let files = [
        ("dbt_project.yml", project.as_str()),
        ("profiles.yml", PROFILES),
        ("dbt_packages/p/dbt_project.yml", "name: p\nvars: {a: 9, d: 9, p: {d: 8}}\n"),
    ];
    let (loaded, _) = load_files(&files, &asked(|o| o.vars = Some("c: 3".into()))).unwrap();
    let merged = loaded.vars("p");
    for (name, want) in [("a", 1), ("b", 2), ("c", 3), ("d", 8)] {
        assert_eq!(loaded.var("p", name).map(Yaml::to_json), Some(json!(want)), "{name}");
        assert_eq!(merged.get(name).map(Yaml::to_json), Some(json!(want)), "{name}");
    }
    assert_eq!(loaded.var("shop", "b").map(Yaml::to_json), Some(json!(1)));
}
