"""`run_dbt` as a call of the program: what it printed, its exit code, and the artifacts as dbt's objects look."""
import datetime
import json
import os
import pathlib
import subprocess
import types

import dbt.tests.util as util
import freezegun
from dbt.artifacts.schemas.catalog import CatalogArtifact
from dbt.cli.exceptions import DbtUsageException
from dbt.exceptions import ParsingError
from dbt_common.exceptions import CompilationError, DbtDatabaseError

VERBS = {"build", "run", "test", "seed", "show", "compile", "ls", "list", "parse", "debug", "run-operation", "clean",
         "deps", "docs", "snapshot", "source", "clone", "retry"}
TARGET = pathlib.Path("target")
TIMEOUT = 120


class Refused(DbtUsageException, ParsingError, CompilationError):
    """The program ended with 2: the project or the command is wrong."""

    def __init__(self, output):
        self.output = output
        Exception.__init__(self, output)

    def __str__(self):
        return self.output


class HookFailed(DbtDatabaseError):
    def __str__(self):
        return self.args[0]


class Attributes(dict):
    """A mapping whose keys are attributes too."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Results(list):
    """A list that is also dbt's result of an execution."""

    args = {}

    @property
    def results(self):
        return self


def install(binary, profiles_dir):
    def call(args=None, expect_pass=True):
        return forge(binary, profiles_dir(), args, expect_pass)

    util.run_dbt = lambda args=None, expect_pass=True, callbacks=None: call(args, expect_pass)[0]
    util.run_dbt_and_capture = lambda args=None, expect_pass=True: call(args, expect_pass)


def forge(binary, profiles_dir, args, expect_pass):
    """What the command gave, and what it printed."""
    args = [str(arg) for arg in args or ["run"]]
    verb = next((arg for arg in args if arg in VERBS), "")
    for name in ("run_results.json", "sources.json", "catalog.json"):
        (TARGET / name).unlink(missing_ok=True)
    if verb == "show":
        args += ["--output", "json"]
    env = dict(os.environ, DBT_PROFILES_DIR=os.environ.get("DBT_PROFILES_DIR", profiles_dir))
    env.update(frozen())
    done = subprocess.run([binary, *args], capture_output=True, text=True, env=env, timeout=TIMEOUT)
    output = done.stdout + done.stderr
    print("$ forge", *args, "\n", output)
    if done.returncode == 2:
        raise Refused(output)
    if expect_pass is not None:
        assert (done.returncode == 0) == expect_pass, f"exit code {done.returncode}\n{output}"
    return given(verb, done.stdout), output


def frozen():
    """The time to which the suite has set the clock of dbt's process."""
    from dbt.materializations.incremental.microbatch import MicrobatchBuilder

    end = getattr(MicrobatchBuilder.build_end_time, "return_value", None)
    if end is None and freezegun.api.freeze_factories:
        end = datetime.datetime.now(datetime.timezone.utc)
    return {"FORGE_NOW": end.strftime("%Y-%m-%dT%H:%M:%SZ")} if end else {}


def given(verb, stdout):
    match verb:
        case "ls" | "list":
            return stdout.splitlines()
        case "parse":
            return util.get_manifest(os.getcwd())
        case "docs":
            return CatalogArtifact.read_and_check_versions(str(TARGET / "catalog.json"))
        case "show":
            rows = json.loads(stdout)["show"]
            return Results([types.SimpleNamespace(agate_table=rows)])
        case "source":
            results = json.loads((TARGET / "sources.json").read_text())["results"]
            return Results(Attributes(one) for one in results)
        case _:
            return results_of_run()


def results_of_run():
    path = TARGET / "run_results.json"
    if not path.exists():
        return Results()
    text = json.loads(path.read_text())
    manifest = json.loads((TARGET / "manifest.json").read_text())
    nodes = {**manifest["nodes"], **manifest["unit_tests"], **manifest["exposures"]}
    results = Results()
    results.args = text["args"]
    for one in text["results"]:
        if one["unique_id"].startswith("operation."):
            # dbt raises what a hook before the run met.
            if one["status"] == "error":
                raise HookFailed(one["message"])
            continue
        blank = {"unique_id": one["unique_id"], "name": one["unique_id"].split(".")[-1], "config": {}}
        node = dict(nodes.get(one["unique_id"], blank), compiled_code=one.get("compiled_code"))
        node["config"] = Attributes(node["config"])
        results.append(Attributes(one, node=Attributes(node)))
    return results
