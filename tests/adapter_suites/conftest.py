"""Runs the suites of dbt-tests-adapter against the forge binary.

    pip install dbt-core==1.12.6 dbt-sqlite==1.10.0 dbt-tests-adapter==1.20.0
    FORGE=target/debug/forge pytest tests/adapter_suites

A development script, not part of `cargo test`: it needs Python and dbt. The suites build their projects and look into
the database with dbt-sqlite; what they call `run_dbt` runs forge. `FORGE=` (empty) runs dbt itself, to tell what a
suite says about the engine rather than about forge.
"""
import json
import os
import pathlib
import subprocess
import types

import pytest

pytest_plugins = ["dbt.tests.fixtures.project"]

FORGE = os.environ.get("FORGE", "")
VERBS = {"build", "run", "test", "seed", "show", "compile", "ls", "list", "parse", "debug", "run-operation", "clean",
         "deps", "docs", "snapshot", "source", "clone", "retry"}


@pytest.fixture(scope="class")
def dbt_profile_target(tmp_path_factory):
    folder = tmp_path_factory.mktemp("db")
    return {
        "type": "sqlite",
        "threads": 1,
        "database": "ignored",
        "schema": "main",
        "schemas_and_paths": {"main": str(folder / "main.db")},
        "schema_directory": str(folder),
    }


@pytest.fixture(scope="class")
def unique_schema(request, prefix):
    return "main"


@pytest.fixture(scope="class", autouse=True)
def _main_is_there(monkeypatch_class):
    """The schema `main` is the first file and is neither created nor dropped."""
    from dbt.tests.fixtures.project import TestProjInfo

    create = TestProjInfo.create_test_schema
    named = lambda self, schema_name=None: create(self, schema_name) if schema_name else None
    monkeypatch_class.setattr(TestProjInfo, "create_test_schema", named)
    monkeypatch_class.setattr(TestProjInfo, "drop_test_schema", lambda self: None)


@pytest.fixture(scope="class")
def monkeypatch_class():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def forge(args, expect_pass=True):
    """What the command printed, and its results as dbt's objects look."""
    args = [str(arg) for arg in args or ["run"]]
    target = pathlib.Path("target")
    results = target / "run_results.json"
    if results.exists():
        results.unlink()
    env = dict(os.environ, DBT_PROFILES_DIR=os.environ.get("DBT_PROFILES_DIR", PROFILES[-1] if PROFILES else "."))
    done = subprocess.run([FORGE, *args], capture_output=True, text=True, env=env, timeout=120)
    output = done.stdout + done.stderr
    print("$ forge", *args, "\n", output)
    if expect_pass is not None:
        assert (done.returncode == 0) == expect_pass, f"exit code {done.returncode}\n{output}"
    verb = next((arg for arg in args if arg in VERBS), "")
    if verb in ("ls", "list"):
        return done.stdout.splitlines(), output
    if verb == "parse":
        from dbt.tests.util import get_manifest
        return get_manifest(os.getcwd()), output
    return read_results(target, results), output


def read_results(target, path):
    if not path.exists():
        return []
    manifest = json.loads((target / "manifest.json").read_text())
    nodes = {**manifest["nodes"], **manifest["unit_tests"]}
    read = []
    for one in json.loads(path.read_text())["results"]:
        node = nodes.get(one["unique_id"], {"unique_id": one["unique_id"], "name": one["unique_id"].split(".")[-1]})
        node = {**node, "compiled_code": one.get("compiled_code")}
        read.append(types.SimpleNamespace(**{**one, "node": types.SimpleNamespace(**node)}))
    return Results(read)


class Results(list):
    """A list that is also dbt's `RunExecutionResult`."""

    @property
    def results(self):
        return self


# A cast to a date or timestamp is a number on SQLite: in the suites' own SQL it becomes one to text.
CASTS = ["as date)", "as timestamp)", "as {{ api.Column.translate_type('timestamp') }})"]


def as_text(contents):
    for cast in CASTS:
        contents = contents.replace(cast, "as text)") if isinstance(contents, str) else contents
    return contents


import dbt.tests.fixtures.project as fixtures

_run_sql = fixtures.TestProjInfo.run_sql


def one_by_one(self, sql, fetch=None):
    """Python's driver takes one statement at a time."""
    parts = [part for part in sql.split(";") if part.strip()]
    return [_run_sql(self, part, fetch=fetch) for part in parts][-1] if parts else None


fixtures.TestProjInfo.run_sql = one_by_one
_write_file = fixtures.write_file
fixtures.write_file = lambda contents, *path: _write_file(as_text(contents), *path)


PROFILES = []


@pytest.fixture(scope="class", autouse=True)
def _profiles_dir(profiles_root):
    PROFILES.append(str(profiles_root))
    yield
    PROFILES.pop()


if FORGE:
    FORGE = str(pathlib.Path(FORGE).resolve())
    import dbt.tests.util as util

    util.run_dbt = lambda args=None, expect_pass=True, callbacks=None: forge(args, expect_pass)[0]
    util.run_dbt_and_capture = lambda args=None, expect_pass=True: forge(args, expect_pass)
