"""Programs and libraries that read the artifacts: dbt-artifacts-parser, dbt-coverage, dbt-bouncer, dbt-score."""

import json

from dbt_artifacts_parser import parser

BOUNCER = """
dbt_artifacts_dir: target
manifest_checks:
  - {name: check_model_names, include: ^models/staging, model_name_pattern: ^stg_}
  - {name: check_model_description_populated, include: ^models}
  - {name: check_model_has_unique_test, include: ^models/marts, severity: warn}
  - {name: check_source_description_populated}
catalog_checks:
  - {name: check_column_description_populated, severity: warn}
run_results_checks:
  - {name: check_run_results_max_execution_time, max_execution_time_seconds: 60}
"""


def test_dbt_artifacts_parser_reads_all_of_them(built):
    readers = {
        "manifest": parser.parse_manifest_v12,
        "run_results": parser.parse_run_results_v6,
        "catalog": parser.parse_catalog_v1,
        "sources": parser.parse_sources_v3,
    }
    read = {
        name: reader(json.loads((built / "target" / f"{name}.json").read_text()))
        for name, reader in readers.items()
    }
    assert "model.bank.account_summary" in read["manifest"].nodes
    assert "model.bank.account_summary" in read["catalog"].nodes
    assert {result.status.value for result in read["run_results"].results} == {"pass"}
    assert len(read["sources"].results) == len(read["manifest"].sources)


def test_dbt_coverage_counts_documented_columns(built, client):
    said = client("dbt-coverage", "compute", "doc", cwd=built)
    (line,) = [line for line in said.splitlines() if line.startswith("main.stg_accounts")]
    assert "7/7" in line


def test_dbt_bouncer_checks_the_project(built, client):
    (built / "dbt-bouncer.yml").write_text(BOUNCER)
    said = client("dbt-bouncer", "run", "--config-file", "dbt-bouncer.yml", cwd=built)
    assert "ERROR=0" in said


def test_dbt_bouncer_finds_what_is_wrong(built, client):
    (built / "dbt-bouncer.yml").write_text(BOUNCER.replace("^stg_", "^staging_"))
    said = client("dbt-bouncer", "run", "--config-file", "dbt-bouncer.yml", cwd=built, expect=1)
    assert "check_model_names" in said


def test_dbt_score_scores_the_manifest(built, client):
    said = client("dbt-score", "lint", "--manifest", "target/manifest.json", cwd=built)
    assert "Project score" in said
