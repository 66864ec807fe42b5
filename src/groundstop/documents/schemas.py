"""The published JSON Schemas: one file a kind, made from the models, shipped in the package."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from groundstop.documents.assessment import Assessment, Comparison, ComparisonPlan
from groundstop.documents.base import Document
from groundstop.documents.cases import CaseStatement
from groundstop.documents.directives import (
    Charter,
    Countersignature,
    Directive,
    DirectiveSet,
    DirectivesFeed,
    Licence,
    LicenceRevocation,
    Lift,
    Override,
    Population,
    RecordedRequest,
    Stop,
)
from groundstop.documents.finding import Finding
from groundstop.documents.gateway import (
    Acknowledgement,
    CertificateFile,
    DrillReport,
    EnforcementCertificate,
    FallbackTest,
    Fleet,
    GatewayNotice,
    Guard,
    ProbeReport,
    Receipt,
    ReceiptCheckpoint,
)
from groundstop.documents.imports import Import, ImportedTrial
from groundstop.documents.keys import KeyCard, TrustList
from groundstop.documents.model import ModelIdentity, TargetDescription
from groundstop.documents.plan import Plan
from groundstop.documents.recipe import Recipe
from groundstop.documents.reproduction import Corroboration, Minimization, Reproduction, ReproductionPlan
from groundstop.documents.sealed import Grant, LineProof, Opening, SealedRecipe
from groundstop.documents.suite import Behavior, Requirement, SuiteManifest, Technique, Variant
from groundstop.documents.trial import Trial
from groundstop.documents.verification import Verification, VerificationPlan

KINDS: tuple[type[Document], ...] = (
    ModelIdentity,
    TargetDescription,
    Requirement,
    Behavior,
    Technique,
    Variant,
    SuiteManifest,
    Recipe,
    Plan,
    Trial,
    Assessment,
    ComparisonPlan,
    Comparison,
    KeyCard,
    TrustList,
    Finding,
    SealedRecipe,
    Grant,
    Opening,
    LineProof,
    ReproductionPlan,
    Reproduction,
    Corroboration,
    Minimization,
    VerificationPlan,
    Verification,
    Import,
    ImportedTrial,
    CaseStatement,
    Directive,
    Stop,
    Licence,
    LicenceRevocation,
    Lift,
    Countersignature,
    Charter,
    DirectiveSet,
    DirectivesFeed,
    Override,
    RecordedRequest,
    Population,
    Receipt,
    ReceiptCheckpoint,
    Acknowledgement,
    Fleet,
    ProbeReport,
    EnforcementCertificate,
    CertificateFile,
    FallbackTest,
    DrillReport,
    GatewayNotice,
    Guard,
)


def file_name(document: type[Document]) -> str:
    """Return the name of a kind's schema file."""
    fields = document.model_fields
    return f"{fields['kind'].default}-{fields['version'].default}.schema.json"


def schema(document: type[Document]) -> dict[str, Any]:
    """Build the JSON Schema (draft 2020-12) of a kind from its model."""
    body = document.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://groundstop.dev/schemas/{file_name(document)}",
        **body,
        "title": document.title,
    }


def schema_text(document: type[Document]) -> str:
    """Return a kind's schema as it stands in its file."""
    return json.dumps(schema(document), indent=2, ensure_ascii=False) + "\n"


def published(document: type[Document]) -> str:
    """Return the text of the schema file that the package ships."""
    folder = resources.files("groundstop.documents") / "schema_files"
    return (folder / file_name(document)).read_text(encoding="utf-8")


def write_all(folder: Path) -> None:
    """Write every kind's schema file into a folder."""
    for document in KINDS:
        (folder / file_name(document)).write_text(schema_text(document), encoding="utf-8")


if __name__ == "__main__":
    write_all(Path(__file__).with_name("schema_files"))
