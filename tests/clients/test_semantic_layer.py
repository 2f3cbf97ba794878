"""MetricFlow's own classes read the semantic manifest and find nothing wrong with it."""

import os
import shutil
import subprocess

from conftest import ROOT
from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from metricflow_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator

CASE = ROOT / "tests" / "golden" / "cases" / "241_semantic_layer" / "project"


def test_metricflow_reads_and_validates_it(tmp_path, forge):
    project = shutil.copytree(CASE, tmp_path / "project")
    environment = os.environ | {"DB_DIR": str(tmp_path), "DBT_PROFILES_DIR": str(project)}
    subprocess.run([forge, "--quiet", "parse"], cwd=project, env=environment, check=True)
    text = (project / "target" / "semantic_manifest.json").read_text()
    manifest = PydanticSemanticManifest.parse_raw(text)
    assert {metric.name for metric in manifest.metrics} >= {"total", "ratio", "cumul", "deriv", "conv"}
    results = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(manifest)
    assert [error.message for error in results.errors] == []
