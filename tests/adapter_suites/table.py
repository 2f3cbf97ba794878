"""Runs all suites against a binary and prints how each folder of them went, and why what did not pass did not.

    python tests/adapter_suites/table.py target/debug/forge
"""
import collections
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree

HERE = pathlib.Path(__file__).parent


def outcomes(binary):
    """Folder, test, outcome and reason of every test."""
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", str(HERE), "-q", "-p", "no:cacheprovider", "--tb=no",
                   f"--junitxml={report}"]
        subprocess.run(command, env=dict(os.environ, FORGE=binary), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cases = {}
        for case in tree.parse(report).iter("testcase"):
            title = case.get("classname").rsplit(".", 1)[-1]
            kind = next((child for child in case if child.tag in ("failure", "error", "skipped")), None)
            outcome = "passed" if kind is None else "skipped" if kind.tag == "skipped" else "failed"
            reason = "" if kind is None else (kind.get("message") or "").splitlines()[0][:100]
            known = cases.get((title, case.get("name")))
            if known is None or known[0] != "failed":
                cases[title, case.get("name")] = (outcome, reason)
    return cases


def folder(title):
    return title.removeprefix("Test_").split("_Test")[0].rsplit("_", 1)[0] if title.startswith("Test_") else "simple_snapshot"


def main(binary):
    cases = outcomes(str(pathlib.Path(binary).resolve()))
    counts = collections.defaultdict(collections.Counter)
    for (title, _), (outcome, _) in cases.items():
        counts[folder(title)][outcome] += 1
    print("| suites | passed | failed | not applicable |\n|---|---|---|---|")
    total = collections.Counter()
    for name, count in sorted(counts.items()):
        total += count
        print(f"| {name} | {count['passed']} | {count['failed']} | {count['skipped']} |")
    print(f"| **all** | {total['passed']} | {total['failed']} | {total['skipped']} |\n")
    for wanted in ("failed", "skipped"):
        print(f"{wanted}:")
        for (title, name), (outcome, reason) in sorted(cases.items()):
            if outcome == wanted:
                print(f"- {title}::{name}: {reason}")


if __name__ == "__main__":
    main(*sys.argv[1:])
