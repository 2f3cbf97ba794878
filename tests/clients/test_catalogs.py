"""Programs that make catalogs and lineage from the artifacts: dbterd, DataHub, dbt-loom, OpenLineage's `dbt-ol`."""

import json
import subprocess
import sys

RECIPE = """
source:
  type: dbt
  config:
    manifest_path: target/manifest.json
    catalog_path: target/catalog.json
    run_results_paths: [target/run_results.json]
    target_platform: sqlite
    write_semantics: OVERRIDE
sink: {type: file, config: {filename: hub.json}}
"""

LOOM = "manifests: [{name: bank, type: file, config: {path: target/manifest.json}}]"

# OpenLineage has a list of engines, and SQLite is not on it: it is told one that is a file, too.
OPEN_LINEAGE = """
import sys
from openlineage.common.provider.dbt.processor import Adapter, DbtArtifactProcessor
from openlineage.dbt import main
def extract_adapter_type(self, profile):
    self.adapter_type = Adapter.DUCKDB
DbtArtifactProcessor.extract_adapter_type = extract_adapter_type
sys.exit(main())
"""

PROFILES = "bank: {target: dev, outputs: {dev: {type: sqlite, path: bank.db, schema: main}}}"


def test_dbterd_draws_tables_and_relationships(built, client):
    client("dbterd", "run", "--artifacts-dir", "target", "--output", ".", cwd=built)
    drawn = (built / "output.dbml").read_text()
    assert 'Table "model.bank.account_summary"' in drawn
    assert 'Ref: "model.bank.stg_accounts"."customer_id" > "model.bank.stg_customers"."customer_id"' in drawn


def test_datahub_ingests_the_project(built, client):
    (built / "recipe.yml").write_text(RECIPE)
    client("datahub", "ingest", "--no-progress", "-c", "recipe.yml", cwd=built)
    events = json.loads((built / "hub.json").read_text())
    aspects = [event.get("aspectName") for event in events]
    runs = [event for event in events if event.get("aspectName") == "assertionRunEvent"]
    assert aspects.count("assertionInfo") >= 40 and "upstreamLineage" in aspects
    assert {run["aspect"]["json"]["result"]["type"] for run in runs} == {"SUCCESS"}


def test_dbt_loom_finds_models_of_another_project(built, monkeypatch):
    import dbt.cli.main  # noqa: F401  (dbt-loom patches what dbt has loaded)
    from dbt_loom import dbtLoom

    (built / "dbt_loom.config.yml").write_text(LOOM)
    monkeypatch.chdir(built)
    models = dbtLoom("downstream").get_nodes().models
    assert models["model.bank.customer_summary"].relation_name == '"customer_summary"'


def lineage(project, *arguments):
    """Events of a run under `dbt-ol`."""
    (project / "profiles.yml").write_text(PROFILES)
    (project / "openlineage.yml").write_text("transport: {type: file, log_file_path: events.json, append: true}")
    command = [sys.executable, "-c", OPEN_LINEAGE, *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in (project / "events.json").read_text().splitlines()]


def completed(events):
    """Inputs by output, names of relations without the database."""
    def short(datasets):
        return [dataset["name"].split(".")[-1] for dataset in datasets]

    done = [event for event in events if event["eventType"] == "COMPLETE" and event["outputs"]]
    return {short(event["outputs"])[0]: set(short(event["inputs"])) for event in done}


def test_openlineage_reads_the_artifacts(project, as_dbt):
    read = completed(lineage(project, "build"))
    assert read["customer_summary"] == {"int_customers_current", "account_summary"}


def test_openlineage_follows_the_log(project, as_dbt):
    lineage(project, "build")
    (project / "events.json").unlink()
    read = completed(lineage(project, "run", "--consume-structured-logs"))
    assert read["customer_summary"] == {"int_customers_current", "account_summary"}
