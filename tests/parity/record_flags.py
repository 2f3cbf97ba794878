"""Records dbt's verbs and flags into tests/it/testdata/dbt_flags.json, from dbt's own declaration.

    path/to/venv-with-dbt/bin/python tests/parity/record_flags.py

The file has the flags of all verbs, then those of each verb (`source freshness` is one): spellings, a value that dbt
takes (null for a switch) and environment variables. Tests in `src/cli/args/tests.rs` hold forge to it.
"""
import json
import pathlib

import click
from dbt.cli.main import cli
from dbt.version import installed


def value_of(option):
    kind = option.type
    choices = getattr(kind, "choices", None)
    if choices:
        return list(choices)[0]
    if isinstance(kind, click.types.IntParamType):
        return "1"
    if isinstance(kind, click.DateTime):
        return "2026-03-01"
    return {"vars": "{a: 1}", "args": "{a: 1}", "warn_error_options": "{error: all}", "sample": "1 day",
            "add_package": "a@1.0.0"}.get(option.name, "x")


def flags(command):
    found = []
    for option in command.params:
        if not isinstance(option, click.Option):
            continue
        takes = not option.is_flag
        spellings = [s.strip() for s in option.opts + option.secondary_opts if s.strip()]
        envvar = option.envvar or []
        found.append({
            "spellings": spellings,
            "value": value_of(option) if takes else None,
            "env": [envvar] if isinstance(envvar, str) else list(envvar),
        })
    return sorted(found, key=lambda flag: flag["spellings"])


def verbs(group, prefix=""):
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from verbs(command, f"{prefix}{name} ")
        else:
            yield prefix + name, flags(command)


def line(flag):
    return "  " + json.dumps(flag)


def main():
    everywhere = flags(cli)
    known = [flag["spellings"] for flag in everywhere]
    parts = [f'{{"dbt": "{installed.to_version_string(skip_matcher=True)}",\n"global": [\n' + ",\n".join(map(line, everywhere)) + "]"]
    for verb, own in verbs(cli):
        own = [flag for flag in own if flag["spellings"] not in known]
        parts.append(f'"{verb}": [\n' + ",\n".join(map(line, own)) + "]")
    path = pathlib.Path(__file__).resolve().parents[1] / "it" / "testdata" / "dbt_flags.json"
    path.write_text(parts[0] + ',\n"verbs": {\n' + ",\n".join(parts[1:]) + "}}\n")


if __name__ == "__main__":
    main()
