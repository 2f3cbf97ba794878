#!/usr/bin/env python3
"""Parses projects with dbt and with forge and compares the two manifests, resource by resource and field by field.

usage: compare_manifest.py --forge target/debug/forge [--vars YAML] [--examples N] [--only TEXT] PROJECT_DIR…

Run it with the Python of an environment that has dbt-core 1.12 and dbt-sqlite. Every project is copied, gets a
SQLite profile, and is parsed by both; the projects themselves are not touched. A difference is shown once for each
kind of resource and field, with how often it occurs and some examples.

Not compared: times and ids of the run, macros that the two bring along, absolute paths. dbt-sqlite replaces `ref`
and `source` by macros that take fewer arguments; here it runs without them.
"""
import argparse
import collections
import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

INTERNAL = ("dbt", "dbt_sqlite")
SECTIONS = ("nodes", "sources", "exposures", "macros", "docs", "groups", "metrics", "semantic_models",
            "saved_queries", "unit_tests", "functions", "disabled", "selectors", "parent_map", "child_map", "group_map")
VOLATILE = {"created_at", "root_path", "compiled_path", "build_path"}
SKIPPED = shutil.ignore_patterns("target", "logs", ".git", "node_modules", "__pycache__", "*.pyc", "*.db")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("projects", nargs="+")
    arguments.add_argument("--forge", default="target/debug/forge")
    arguments.add_argument("--vars", default=None)
    arguments.add_argument("--examples", type=int, default=2)
    arguments.add_argument("--only", default="", help="show only differences whose field contains this")
    arguments.add_argument("--verbose", action="store_true", help="show what was printed when only one of them fails")
    options = arguments.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="compare_manifest"))
    without_overrides(work)
    equal = True
    for project in options.projects:
        equal = compare_project(project, options, work) and equal
    shutil.rmtree(work, ignore_errors=True)
    sys.exit(0 if equal else 1)


def without_overrides(work):
    """Lets dbt-sqlite load its macros from a copy without `ref` and `source`."""
    from dbt.include import sqlite

    copy = work / "include_sqlite"
    shutil.copytree(sqlite.PACKAGE_PATH, copy)
    for path in copy.rglob("*.sql"):
        text = path.read_text()
        cut = re.sub(r"(?s)\{%-?\s*macro (?:ref|source)\(.*?endmacro\s*-?%\}", "", text)
        if cut != text:
            path.write_text(cut)
    sqlite.PACKAGE_PATH = str(copy)
    from dbt.adapters.sqlite import Plugin

    Plugin.include_path = str(copy)


def compare_project(project, options, work):
    copy = prepare(pathlib.Path(project).resolve(), work)
    if copy is None:
        print(f"?? {project}: no dbt_project.yml that can be read")
        return True
    if copy.suffix == ".second":
        return True
    theirs, their_words = with_dbt(copy, options.vars)
    ours, our_words = with_forge(copy, options.forge, options.vars)
    if theirs is None and ours is None:
        print(f"== {project}: both refuse it")
        if options.verbose:
            print(indented(their_words), indented(our_words), sep="\n    --\n")
        return True
    if theirs is None or ours is None:
        winner, words = ("forge", their_words) if theirs is None else ("dbt", our_words)
        print(f"!! {project}: only {winner} parses it\n{indented(words)}")
        return False
    found = differences(theirs, ours)
    shown = {key: all_of for key, all_of in found.items() if options.only in " ".join(key)}
    counts = ", ".join(f"{len(theirs[section])} {section}" for section in ("nodes", "macros", "sources", "disabled"))
    print(f"{'!!' if shown else '=='} {project}: {counts}; {sum(map(len, shown.values()))} differences")
    for key, all_of in sorted(shown.items(), key=lambda item: -len(item[1])):
        print(f"  {' '.join(key)}  ×{len(all_of)}")
        for one, dbt, forge in all_of[: options.examples]:
            print(f"      {one}\n        dbt   {short(dbt)}\n        forge {short(forge)}")
    return not shown


def prepare(project, work):
    copy = work / "projects" / project.name
    number = 0
    while copy.exists():
        number += 1
        copy = work / "projects" / f"{project.name}_{number}"
    shutil.copytree(project, copy, ignore=SKIPPED, symlinks=False, ignore_dangling_symlinks=True)
    try:
        # Only the name of the profile is wanted; the rest may be templates.
        config = yaml.safe_load((copy / "dbt_project.yml").read_text())
        profile = config.get("profile") or "default"
    except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError):
        found = re.search(r"(?m)^profile:\s*['\"]?([\w-]+)", read_lossy(copy / "dbt_project.yml"))
        profile = found.group(1) if found else "default"
    if "{" in str(profile):
        found = re.search(r"default=['\"]([\w-]+)|,\s*['\"]([\w-]+)['\"]", str(profile))
        profile = next(filter(None, found.groups()), "default") if found else "default"
    (copy / "db").mkdir(exist_ok=True)
    output = {"type": "sqlite", "threads": 1, "database": "database", "schema": "main",
              "schemas_and_paths": {"main": str(copy / "db" / "main.db")}, "schema_directory": str(copy / "db")}
    profiles = {str(profile): {"target": "dev", "outputs": {"dev": output}}}
    (copy / "profiles.yml").write_text(yaml.safe_dump(profiles))
    return copy


def read_lossy(path):
    return path.read_bytes().decode(errors="replace") if path.exists() else ""


def with_dbt(project, variables):
    from dbt.cli.main import dbtRunner

    environment()
    os.environ["DB_DIR"] = str(project / "db")
    command = ["--no-partial-parse", "--no-version-check", "--no-use-colors", "--no-write-json", "--no-send-anonymous-usage-stats",
               "parse", "--project-dir", str(project), "--profiles-dir", str(project), "--target-path", "target_dbt"]
    command += ["--vars", variables] if variables else []
    words = io.StringIO()
    before = os.getcwd()
    os.chdir(project)
    try:
        with contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
            result = dbtRunner().invoke(command)
    finally:
        os.chdir(before)
    if not result.success:
        return None, f"{words.getvalue()[-6000:]}\n{result.exception or ''}"
    manifest = result.result
    # What dbt writes, and not its objects, is compared.
    return json.loads(json.dumps(manifest.writable_manifest().to_dict(omit_none=False), default=str)), words.getvalue()


def environment():
    os.environ.update(DO_NOT_TRACK="1", DBT_USE_COLORS="false", NO_COLOR="1", TZ="UTC", COLUMNS="200")


def with_forge(project, forge, variables):
    environment()
    os.environ["DB_DIR"] = str(project / "db")
    command = [str(pathlib.Path(forge).resolve()), "parse", "--project-dir", str(project), "--profiles-dir", str(project),
               "--target-path", "target_forge"]
    command += ["--vars", variables] if variables else []
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, errors="replace")
    path = project / "target_forge" / "manifest.json"
    if done.returncode != 0 or not path.exists():
        return None, (done.stdout + done.stderr)[-2500:]
    return json.loads(path.read_text()), done.stdout + done.stderr


def differences(theirs, ours):
    """What differs: section, kind and field to a list of (id, dbt's value, forge's value)."""
    found = collections.defaultdict(list)
    for section in SECTIONS:
        left, right = users(section, theirs.get(section) or {}), users(section, ours.get(section) or {})
        for one in left.keys() - right.keys():
            found[(section, kind(left[one], one), "only in dbt")].append((one, "", ""))
        for one in right.keys() - left.keys():
            found[(section, kind(right[one], one), "only in forge")].append((one, "", ""))
        for one in sorted(left.keys() & right.keys()):
            for field, dbt, forge in fields(left[one], right[one], ""):
                found[(section, kind(left[one], one), field)].append((one, dbt, forge))
    return found


def users(section, resources):
    if section in ("macros", "docs"):
        return {one: item for one, item in resources.items() if item["package_name"] not in INTERNAL}
    return resources


def kind(item, one):
    item = item[0] if isinstance(item, list) and item and isinstance(item[0], dict) else item
    return item.get("resource_type", "") if isinstance(item, dict) else one.split(".")[0]


def fields(left, right, path):
    """The paths of two values at which they differ."""
    name = path.rsplit(".", 1)[-1]
    if name in VOLATILE:
        return
    if name == "macros" and isinstance(left, list) and isinstance(right, list):
        left = [one for one in left if not one.startswith("macro.dbt_sqlite.")]
        right = [one for one in right if not one.startswith("macro.dbt_sqlite.")]
    if path.endswith("depends_on.nodes") and isinstance(left, list) and isinstance(right, list):
        left, right = sorted(left), sorted(right)
    if isinstance(left, dict) and isinstance(right, dict):
        # Below a column or an argument the path says the kind only.
        for key in list(left) + [key for key in right if key not in left]:
            below = f"{path}.{key}".lstrip(".") if path != "columns" else "columns.*"
            if key not in right:
                if key not in VOLATILE:
                    yield below + " (missing in forge)", left[key], None
            elif key not in left:
                if key not in VOLATILE:
                    yield below + " (only in forge)", None, right[key]
            else:
                yield from fields(left[key], right[key], below)
        if path.split(".")[0] in ("columns",) and path == "columns" and list(left) != list(right):
            yield path + " (order)", list(left), list(right)
        return
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right) and any(isinstance(x, dict) for x in left):
        for one, other in zip(left, right):
            yield from fields(one, other, path + "[]")
        return
    if left != right or type(left) is not type(right):
        yield path, left, right


def short(value, most=300):
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    return text if len(text) <= most else text[:most] + "…"


def indented(text):
    return "\n".join("    " + line for line in text.strip().splitlines())


if __name__ == "__main__":
    main()
