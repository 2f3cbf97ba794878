"""elementary-data: the runner by which `edr` drives dbt. Its own dbt package is for warehouses, SQLite is none."""

import pytest
from elementary.clients.dbt.factory import RunnerMethod, create_dbt_runner

MACROS = """
{% macro told(what) %}{% do log("Elementary: " ~ tojson(what), info=true) %}{% endmacro %}
{% macro broken() %}{{ exceptions.raise_compiler_error("no way") }}{% endmacro %}
"""


@pytest.fixture
def runner(project, as_dbt):
    (project / "macros" / "told.sql").write_text(MACROS)
    return create_dbt_runner(
        str(project),
        vars={"change": 0},
        raise_on_failure=False,
        run_deps_if_needed=False,
        runner_method=RunnerMethod.SUBPROCESS,
    )


def test_every_command_is_understood(runner):
    assert runner.deps() and runner.debug()
    assert runner.seed(full_refresh=True) and runner.run(select="+tag:staging") and runner.snapshot()
    assert runner.run()
    assert runner.test(select="stg_accounts") and runner.retry()


def test_listed_names_are_read(runner):
    assert "bank.staging.stg_accounts" in runner.ls(select="tag:staging")
    assert runner.ls(select="tag:nothing") == []


def test_a_failure_is_a_failure(runner):
    assert not runner.run(select="customer_summary")
    assert not runner.test(select="customer_summary")


def test_results_of_operations_are_found_in_the_log(runner):
    told = runner.run_operation("bank.told", macro_args={"what": [1, "x"]}, return_raw_edr_logs=True)
    assert told == ['[1, "x"]']


def test_errors_of_operations_are_found_in_the_log(runner, caplog):
    assert runner.run_operation("bank.broken", return_raw_edr_logs=True) == []
    assert "no way" in caplog.text
