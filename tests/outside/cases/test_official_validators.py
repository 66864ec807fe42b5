"""Exports as others check them: the official CSAF validator, AVID's own models, the CycloneDX schema."""

from __future__ import annotations

import importlib
import importlib.util
import json
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from groundstop.cases.exports import Json, export_avid, export_csaf, export_cyclonedx
from tests.exporting import QUAY, cases_to_export

NODE = Path(__file__).parent.parent / "node"
VALIDATOR = NODE / "node_modules" / "@secvisogram" / "csaf-validator-lib"
ALLOWED = {"optionalTest_6_2_3", "optionalTest_6_2_16"}
"""What the advisories do without: a CVSS score that nobody made, and a package URL where there is none."""

needs_validator = pytest.mark.skipif(
    shutil.which("node") is None or not VALIDATOR.is_dir(),
    reason="node, or its packages (npm ci in tests/outside/node), are not installed",
)


def answers_for(documents: list[object]) -> list[dict[str, object]]:
    done = subprocess.run(
        ["node", "validate-csaf.mjs"],
        cwd=NODE,
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@needs_validator
def test_the_official_validator_accepts_every_advisory_in_its_strict_form_and_no_other() -> None:
    named = [(name, export_csaf(told, QUAY).document) for name, told in cases_to_export()]
    document = named[0][1]
    assert isinstance(document, dict)
    # It takes seconds to load, and is therefore asked once.
    *answers, of_one_field_more = answers_for([*(one for _, one in named), {**document, "surprise": "x"}])
    assert len(answers) == len(named)
    for (name, _), answer in zip(named, answers, strict=True):
        assert answer["isValid"] is True, (name, answer["errors"])
        assert answer["errors"] == []
        tests = {warning["test"] for warning in answer["warnings"]}  # type: ignore[attr-defined]
        assert tests <= ALLOWED, (name, answer["warnings"])
    assert of_one_field_more["isValid"] is False


@pytest.mark.skipif(importlib.util.find_spec("avidtools") is None, reason="avidtools is not installed")
def test_avids_own_models_read_every_report_and_keep_all_of_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its models are written for an older pydantic
        report = importlib.import_module("avidtools.datamodels.report").Report
    document: Json | str = ""
    for name, told in cases_to_export():
        document = export_avid(told, QUAY).document
        read = json.loads(report.model_validate(document).model_dump_json(exclude_unset=True))
        assert read == document, name
    assert isinstance(document, dict)
    with pytest.raises(ValueError, match="classof"):
        report.model_validate({**document, "problemtype": {}})


@pytest.mark.skipif(
    importlib.util.find_spec("cyclonedx") is None, reason="cyclonedx-python-lib is not installed"
)
def test_every_vex_is_of_the_schema_of_cyclonedx() -> None:
    validating = importlib.import_module("cyclonedx.validation.json")
    version = importlib.import_module("cyclonedx.schema").SchemaVersion.V1_6
    strict = validating.JsonStrictValidator(version)
    for name, told in cases_to_export():
        data = export_cyclonedx(told, QUAY).data().decode()
        assert strict.validate_str(data) is None, name
    assert strict.validate_str(data.replace('"CycloneDX"', '"Other"')) is not None
