"""A built copy of the example project, and forge, for the clients."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The clients reach no other machine.
os.environ.update(DO_NOT_TRACK="1", DATAHUB_TELEMETRY_ENABLED="false")

FRESHNESS = """
sources:
  bank:
    +loaded_at_field: loaded_at
    +freshness: {warn_after: {count: 1, period: day}}
"""


@pytest.fixture(scope="session")
def forge():
    return os.environ["FORGE"]


@pytest.fixture
def project(tmp_path):
    """The example project in a folder of its own, nothing built yet."""
    left_out = shutil.ignore_patterns("target", "logs", "*.db*")
    return Path(shutil.copytree(ROOT / "example_project", tmp_path / "project", ignore=left_out))


@pytest.fixture
def built(project, forge):
    """The example project with all artifacts; its sources are asked for their freshness."""
    with (project / "dbt_project.yml").open("a") as file:
        file.write(FRESHNESS)
    for command in (["build"], ["docs", "generate"], ["source", "freshness"], ["test"]):
        done = subprocess.run([forge, "--quiet", *command], cwd=project, capture_output=True, text=True)
        # Freshness ends with 1 when a source is stale: its file is what counts.
        assert done.returncode == 0 or command[0] == "source", done.stderr
    return project


@pytest.fixture
def as_dbt(tmp_path, forge, monkeypatch):
    """For clients that look for `dbt` in the path: that is forge."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dbt").symlink_to(forge)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def client():
    """Runs a program of the environment and gives its output."""

    def run(name, *arguments, cwd, expect=0, env=None):
        program = Path(sys.executable).parent / name
        done = subprocess.run([program, *arguments], cwd=cwd, env=env, capture_output=True, text=True)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run
