"""astronomer-cosmos: an Airflow DAG from `ls` or from the manifest, one task a node, each task a run of forge."""

import os
import subprocess
import tempfile
from datetime import datetime
from pathlib import Path
from unittest.mock import MagicMock

import pytest

# Airflow reads them when it is imported, and makes its files there.
os.environ.update(
    AIRFLOW_HOME=tempfile.mkdtemp(prefix="airflow_"),
    AIRFLOW__CORE__LOAD_EXAMPLES="False",
    AIRFLOW__COSMOS__ENABLE_CACHE="False",
    AIRFLOW__COSMOS__ENABLE_TELEMETRY="False",
)

from cosmos import DbtDag, ExecutionConfig, LoadMode, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import InvocationMode, TestBehavior
from cosmos.operators.local import DbtTestLocalOperator

# Airflow reads only files in which its name occurs.
DAG = """
from pathlib import Path
from test_cosmos import LoadMode, TestBehavior, dag_of
bank = dag_of(Path({project!r}), {forge!r}, LoadMode.DBT_LS, test_behavior=TestBehavior.AFTER_ALL)
"""

PROFILES = """
bank:
  target: dev
  outputs:
    dev: {{type: sqlite, path: {path}, schema: main, threads: 2}}
"""


def dag_of(project, forge, mode, **rendering):
    """The DAG of a project."""
    manifest = project / "target" / "manifest.json" if mode is LoadMode.DBT_MANIFEST else None
    run_by = {"dbt_executable_path": forge, "invocation_mode": InvocationMode.SUBPROCESS}
    return DbtDag(
        dag_id="bank",
        schedule=None,
        start_date=datetime(2026, 1, 1),
        project_config=ProjectConfig(project, manifest_path=manifest, install_dbt_deps=False),
        profile_config=ProfileConfig("bank", "dev", profiles_yml_filepath=project / "profiles.yml"),
        render_config=RenderConfig(load_method=mode, **run_by, **rendering),
        execution_config=ExecutionConfig(**run_by),
    )


@pytest.fixture
def bank(project):
    """The example project with a profile, which Cosmos asks for."""
    (project / "profiles.yml").write_text(PROFILES.format(path=project / "bank.db"))
    return project


def edges(dag):
    return {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}


def test_ls_and_manifest_make_the_same_dag(bank, forge):
    subprocess.run([forge, "--quiet", "parse"], cwd=bank, check=True)
    from_ls = edges(dag_of(bank, forge, LoadMode.DBT_LS))
    assert from_ls == edges(dag_of(bank, forge, LoadMode.DBT_MANIFEST))
    assert "customer_summary.run" in from_ls["int_customers_current.test"]
    assert {"raw_accounts.seed", "hist_accounts.snapshot", "stg_accounts.test"} <= set(from_ls)


def test_selections_are_forges(bank, forge):
    selected = edges(dag_of(bank, forge, LoadMode.DBT_LS, select=["tag:staging"], test_behavior=TestBehavior.BUILD))
    assert set(selected) == {"stg_accounts_model_build", "stg_customers_model_build"}


def test_airflow_runs_the_dag(bank, forge, client):
    dags = Path(os.environ["AIRFLOW_HOME"]) / "dags"
    dags.mkdir(exist_ok=True)
    (dags / "bank.py").write_text(DAG.format(project=str(bank), forge=forge) + "# airflow\n")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    client("airflow", "db", "migrate", cwd=bank)
    said = client("airflow", "dags", "test", "bank", cwd=bank, env=environment)
    assert said.count("Command exited with return code 0") == 13
    rows = subprocess.run(
        [forge, "--quiet", "show", "--inline", "select count(*) as n from {{ ref('customer_summary') }}"],
        cwd=bank, capture_output=True, text=True, check=True,
    )
    assert "15" in rows.stdout


def test_warnings_reach_the_callback(bank, forge):
    (bank / "tests" / "odd.sql").write_text("{{ config(severity='warn') }} select 1 as id")
    told = []
    task = DbtTestLocalOperator(
        task_id="odd",
        project_dir=str(bank),
        profile_config=ProfileConfig("bank", "dev", profiles_yml_filepath=bank / "profiles.yml"),
        dbt_executable_path=forge,
        invocation_mode=InvocationMode.SUBPROCESS,
        install_deps=False,
        select="odd",
        on_warning_callback=told.append,
        emit_datasets=False,
    )
    task.execute({"run_id": "once", "ti": MagicMock()})
    assert len(told) == 1
