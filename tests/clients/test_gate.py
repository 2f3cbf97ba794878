"""JUnit files against the schema of Jenkins' xUnit plugin, which is stricter than those who read them."""

import subprocess
from xml.etree import ElementTree

import xmlschema
from conftest import ROOT

MODEL = """
models:
  - name: good
    columns:
      - name: name
        data_tests:
          - accepted_values: {arguments: {values: [x]}}
          - unique: {config: {severity: warn, warn_if: '>= 0'}}
"""

# What the schema does not have: quick-junit counts skipped ones in all suites, GitLab and others link to the place.
ADDED = {"testsuites": ["skipped"], "testcase": ["file", "line"]}


def violations(project, forge):
    subprocess.run([forge, "build", "--junit", "out.xml"], cwd=project, capture_output=True)
    tree = ElementTree.parse(project / "out.xml")
    for element in tree.iter():
        for name in ADDED.get(element.tag, []):
            element.attrib.pop(name, None)
    schema = xmlschema.XMLSchema(ROOT / "tests" / "schemas" / "junit-10.xsd")
    return [f"{error.path}: {error.reason}" for error in schema.iter_errors(tree.getroot())]


def test_passes_warnings_failures_and_skipped_nodes(tmp_path, forge):
    (tmp_path / "models").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: shop\n")
    (tmp_path / "models" / "good.sql").write_text("select 1 as id, '<a & b>' as name")
    (tmp_path / "models" / "below.sql").write_text("select * from {{ ref('good') }}")
    (tmp_path / "models" / "broken.sql").write_text("select nothing")
    (tmp_path / "models" / "good.yml").write_text(MODEL)
    assert violations(tmp_path, forge) == []


def test_mistakes_of_the_project(project, forge):
    (project / "models" / "odd.sql").write_text("select {% if")
    assert violations(project, forge) == []
