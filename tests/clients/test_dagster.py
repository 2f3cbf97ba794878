"""dagster-dbt: models become assets, tests become checks, `build` is streamed from forge's JSON log."""

from pathlib import Path

from dagster import AssetExecutionContext, materialize
from dagster_dbt import DbtCliResource, dbt_assets


def run(project, forge):
    """Materializes all assets of the project."""
    dbt = DbtCliResource(project_dir=str(project), dbt_executable=forge)
    parsed = dbt.cli(["parse"], target_path=Path("target")).wait()
    assert parsed.is_successful()

    @dbt_assets(manifest=project / "target" / "manifest.json")
    def assets(context: AssetExecutionContext, dbt: DbtCliResource):
        yield from dbt.cli(["build"], context=context).stream()

    return materialize([assets], resources={"dbt": dbt}, raise_on_error=False)


def test_assets_and_checks_materialize(project, forge):
    result = run(project, forge)
    assert result.success
    made = {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}
    assert {"account_summary", "customer_summary", "raw_accounts"} <= made
    checks = result.get_asset_check_evaluations()
    assert len(checks) >= 30
    assert all(check.passed for check in checks)


def test_a_failing_test_is_a_failed_check(project, forge):
    (project / "tests" / "never.sql").write_text("select * from {{ ref('customer_summary') }}\n")
    result = run(project, forge)
    assert not result.success
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert [check.check_name for check in failed] == ["never"]


def test_a_failing_model_fails_the_run(project, forge):
    model = project / "models" / "marts" / "customer_summary.sql"
    model.write_text("select nothing from {{ ref('stg_customers') }}\n")
    result = run(project, forge)
    assert not result.success
    made = {event.asset_key.path[-1] for event in result.get_asset_materialization_events()}
    assert "stg_customers" in made and "customer_summary" not in made
