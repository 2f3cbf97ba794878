//! Installed, local, missing and doubled packages.

use crate::project::FlagOverrides;
use crate::project::load::tests::load_files;

const ROOT: (&str, &str) = ("dbt_project.yml", "name: shop\n");

fn names(files: &[(&str, &str)]) -> Result<Vec<String>, Vec<String>> {
    let files: Vec<_> = [ROOT].into_iter().chain(files.iter().copied()).collect();
    load_files(&files, &FlagOverrides::default())
        .map(|(project, _)| project.packages.iter().map(|p| p.name.to_string()).collect())
}

#[test]
fn installed_and_local_packages_follow_the_root_by_name() {
    let files = [
        (
            "packages.yml",
            "packages:\n  - package: dbt-labs/zz\n    version: 1.0.0\n  - local: ../lib\n  - local: beside\n",
        ),
        ("dbt_packages/zz/dbt_project.yml", "name: zz\n"),
        ("dbt_packages/__pycache__/x", ""),
        ("../lib/dbt_project.yml", "name: lib\n"),
        ("/home/lib/dbt_project.yml", "name: lib\n"),
        ("/home/lib/packages.yml", "packages: [{local: ../deep}]\n"),
        ("/home/deep/dbt_project.yml", "name: deep\n"),
        ("beside/dbt_project.yml", "name: zz\n"),
    ];
    assert_eq!(names(&files), Ok(["shop", "deep", "lib", "zz"].map(str::to_owned).to_vec()));
}

#[test]
fn files_of_packages_are_shown_below_the_project() {
    let files = [
        ROOT,
        ("dbt_packages/zz/dbt_project.yml", "name: zz\n"),
        ("dbt_packages/zz/models/m.sql", "select 1"),
    ];
    let (project, _) = load_files(&files, &FlagOverrides::default()).unwrap();
    let file = &project.packages[1].files.models[0];
    assert_eq!(file.original_file_path, "models/m.sql");
    assert_eq!(&*project.sources.file(file.id).path, "dbt_packages/zz/models/m.sql");
}

#[test]
fn missing_packages_are_named() {
    assert_eq!(
        names(&[("packages.yml", "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.0.0\n  - git: https://x/y.git\n  - local: nope\n  - what: x\n")]),
        Err(vec![
            "error E0110: the package `dbt_utils` is not installed @packages.yml:2:5 (run `forge deps`)".to_owned(),
            "error E0108: a package without a project file: there is no nope/dbt_project.yml @packages.yml:5:5".to_owned(),
            "error E0109: a package needs `package`, `git`, `local` or `tarball` @packages.yml:6:5".to_owned(),
        ])
    );
}

#[test]
fn two_packages_of_one_name_are_an_error() {
    let files = [("dbt_packages/a/dbt_project.yml", "name: shop\n")];
    assert_eq!(
        names(&files),
        Err(vec![
            "error E0108: two packages have the name `shop`: this project and `dbt_packages/a` @dbt_packages/a/dbt_project.yml:1:1".to_owned()
        ])
    );
}

#[test]
fn project_files_of_packages_see_the_target_but_no_variables_of_the_command_line() {
    let files = [
        ROOT,
        (
            "dbt_packages/zz/dbt_project.yml",
            "name: zz\nmodels: {+meta: {t: \"{{ target.name }}\", n: \"{{ var('n', 'd') }}\"}}\n",
        ),
    ];
    let overrides = FlagOverrides { vars: Some("{n: 1}".to_owned()), ..FlagOverrides::default() };
    let (project, _) = load_files(&files, &overrides).unwrap();
    let models = project.packages[1].config.sections["models"].to_json();
    assert_eq!(models, serde_json::json!({"+meta": {"t": "dev", "n": "d"}}));
}

#[test]
fn repositories_are_missing_when_nothing_is_installed() {
    assert_eq!(
        names(&[("packages.yml", "packages:\n  - git: https://x/y.git\n")]),
        Err(vec![
            "error E0110: the package `https://x/y.git` is not installed @packages.yml:2:5 (run `forge deps`)".to_owned()
        ])
    );
}

#[test]
fn what_was_locked_has_to_be_there() {
    let lock =
        "packages:\n  - git: https://x/y.git\n    name: dates\n    revision: abc\nsha1_hash: x\n";
    let files =
        [("packages.yml", "packages:\n  - git: https://x/y.git\n"), ("package-lock.yml", lock)];
    let other = ("dbt_packages/other/dbt_project.yml", "name: other\n");
    assert_eq!(
        names(&[files[0], files[1], other]),
        Err(vec![
            "error E0110: the package `dates` is not installed @package-lock.yml:2:5 (run `forge deps`)".to_owned()
        ])
    );
    let dates = ("dbt_packages/dates/dbt_project.yml", "name: dates\n");
    assert_eq!(
        names(&[files[0], files[1], dates]),
        Ok(vec!["shop".to_owned(), "dates".to_owned()])
    );
}

#[test]
fn entries_are_checked_key_by_key() {
    for (entry, want) in [
        ("{package: a/b}", "the hub package `a/b` has no `version`"),
        ("{package: a/b, version: []}", "the hub package `a/b` has no `version`"),
        ("{package: b, version: 1.0.0}", "the hub package `b` has no namespace"),
        ("{package: '', version: 1.0.0}", "`package` must be a text that is not empty"),
        ("{git: x, warn_unpinned: false}", "a `git` package has no key `warn_unpinned`"),
        ("{git: x, revision: true}", "`revision` must be a tag, a branch or a commit"),
        ("{git: x, warn-unpinned: 'no'}", "`warn-unpinned` must be true or false"),
        ("{git: x, subdirectory: 5}", "`subdirectory` must be a text"),
        ("{local: x, git: y}", "a package has one source, not `git` and `local`"),
        ("{tarball: x}", "a `tarball` package has no `name`"),
        ("{local: 1}", "`local` must be a text that is not empty"),
    ] {
        let errors = names(&[("packages.yml", &format!("packages: [{entry}]\n"))]).unwrap_err();
        assert_eq!(errors.len(), 1, "{entry}: {errors:?}");
        assert!(errors[0].starts_with(&format!("error E0109: {want}")), "{entry}: {errors:?}");
    }
    let both = [("packages.yml", "packages: []\n"), ("dependencies.yml", "packages: []\n")];
    assert!(names(&both).unwrap_err()[0].contains("not in both"));
    assert!(
        names(&[("packages.yml", "projects: []\n")]).unwrap_err()[0]
            .contains("unknown key `projects`")
    );
}
