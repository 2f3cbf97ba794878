"""Runs the suites of dbt-tests-adapter against the forge binary.

    pip install dbt-core==1.12.6 dbt-sqlite==1.10.0 dbt-tests-adapter==1.20.0
    FORGE=target/debug/forge pytest tests/adapter_suites
    python tests/adapter_suites/table.py target/debug/forge      # the same as a table

A development script, not part of `cargo test`: it needs Python and dbt. The suites build their projects and look into
the database with dbt-sqlite; what they call `run_dbt` runs forge. `FORGE=` (empty) runs dbt itself, to tell what a
suite says about the engine rather than about forge.
"""
import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
pytest_plugins = ["dbt.tests.fixtures.project"]

import dbt.tests.fixtures.project as fixtures
import dbt.tests.util as util

FORGE = os.environ.get("FORGE", "")
PROFILES = []


@pytest.fixture(scope="class")
def dbt_profile_target(tmp_path_factory):
    folder = tmp_path_factory.mktemp("db")
    return {
        "type": "sqlite",
        "threads": 4,
        "database": "dbt",
        "schema": "main",
        "schemas_and_paths": {"main": str(folder / "main.db")},
        "schema_directory": str(folder),
    }


@pytest.fixture(scope="class")
def unique_schema(request, prefix):
    return "main"


@pytest.fixture(scope="class")
def profile_user():
    """Nobody owns a table."""
    return None


@pytest.fixture(scope="class", autouse=True)
def _main_is_there(monkeypatch_class):
    """The schema `main` is the first file and is neither created nor dropped."""
    create = fixtures.TestProjInfo.create_test_schema
    named = lambda self, schema_name=None: create(self, schema_name) if schema_name else None
    monkeypatch_class.setattr(fixtures.TestProjInfo, "create_test_schema", named)
    monkeypatch_class.setattr(fixtures.TestProjInfo, "drop_test_schema", lambda self: None)


@pytest.fixture(scope="class")
def monkeypatch_class():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


LOG_COLUMNS = ["test_state", "target_dbname", "target_host", "target_name", "target_schema", "target_type", "target_user",
               "target_pass", "target_threads", "run_started_at", "invocation_id", "thread_id"]


@pytest.fixture(scope="module")
def test_data_dir(tmp_path_factory):
    """The tables into which the suites' hooks write."""
    folder = tmp_path_factory.mktemp("data")
    for table, file in (("on_model_hook", "seed_model.sql"), ("on_run_hook", "seed_run.sql")):
        columns = ", ".join(f"{name} {'integer' if name == 'target_threads' else 'text'}" for name in LOG_COLUMNS)
        (folder / file).write_text(f"drop table if exists {{schema}}.{table};create table {{schema}}.{table} ({columns})")
    return folder


@pytest.fixture(scope="class", autouse=True)
def _profiles_dir(profiles_root):
    PROFILES.append(str(profiles_root))
    yield
    PROFILES.pop()


# What every adapter translates in the suites' own SQL: PostgreSQL's casts. A cast to a date or a timestamp would be a
# number on SQLite and becomes one to text.
POSTGRES_CAST = re.compile(r"((?:'[^'\n]*'|\{\{[^}]*\}\}|[\w.]+))::((?:double precision|varchar\(\d+\)|\w+)|\{\{[^}]*\}\})")
TIMESTAMP = re.compile(r"TIMESTAMP '([^']*?)(?:-0)?'")
DATE_CASTS = ["as date)", "as timestamp)", "as {{ api.Column.translate_type('timestamp') }})"]


def translated(contents):
    if not isinstance(contents, str):
        return contents
    contents = TIMESTAMP.sub(r"'\1'", contents)
    contents = POSTGRES_CAST.sub(r"cast(\1 as \2)", contents)
    # A word that SQLite keeps for itself.
    contents = contents.replace(") as nothing", ') as "nothing"')
    for cast in DATE_CASTS:
        contents = contents.replace(cast, "as text)")
    return contents


_write_file = fixtures.write_file
fixtures.write_file = lambda contents, *path: _write_file(translated(contents), *path)
util.write_file = fixtures.write_file
_run_sql = fixtures.TestProjInfo.run_sql


def one_by_one(self, sql, fetch=None):
    """Python's driver takes one statement at a time."""
    # The database has no name in SQL.
    sql = sql.replace("dbt.main.", "main.").replace('"dbt".main.', "main.")
    sql = TIMESTAMP.sub(r"'\1'", sql)
    parts = [part for part in sql.split(";") if part.strip()]
    return [_run_sql(self, part, fetch=fetch) for part in parts][-1] if parts else None


def tables_in_schema(self):
    rows = self.run_sql("select name, type from sqlite_master where type in ('table', 'view')", fetch="all")
    return dict(rows)


fixtures.TestProjInfo.run_sql = one_by_one
fixtures.TestProjInfo.get_tables_in_schema = tables_in_schema

if FORGE:
    import program

    program.install(str(pathlib.Path(FORGE).resolve()), lambda: PROFILES[-1] if PROFILES else ".")


def pytest_collection_modifyitems(items):
    from not_applicable import reason

    for item in items:
        name = item.nodeid.split("::", 1)[1]
        if reason(name):
            item.add_marker(pytest.mark.skip(reason=reason(name)))
