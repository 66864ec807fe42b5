from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from groundstop.directives.surfaces import surface
from groundstop.documents.directives import Act
from tests.directive_parts import for_everybody
from tests.mount_parts import (
    COMMIT,
    OTHER_COMMIT,
    WEIGHTS_DIGEST,
    WEIGHTS_PURL,
    a_decision_service,
    about_weights,
)

PACKAGE = "pkg:huggingface/elm/desk-weights"


@pytest.mark.parametrize(
    "question",
    [
        {"purl": WEIGHTS_PURL},
        {"purl": f"{PACKAGE}@{COMMIT.upper()}"},
        {"purl": f"{PACKAGE}@main"},
        {"purl": f"{PACKAGE}@{COMMIT[:10]}"},
        {"purl": PACKAGE},
        {"repository": "elm/desk-weights", "revision": COMMIT},
        {"repository": "elm/Desk-Weights", "revision": "refs/pr/1"},
        {"repository": "elm/desk-weights"},
        {"sha256": [WEIGHTS_DIGEST]},
        {"purl": "pkg:huggingface/birch/copy@main", "sha256": ["b" * 64, WEIGHTS_DIGEST]},
    ],
)
async def test_weights_are_kept_out_by_whatever_they_may_be_known_by(question: dict[str, Any]) -> None:
    async with a_decision_service(about_weights()) as deciding:
        told = await deciding.ask("/v1/download-check", question)
        assert told.status == 200
        assert told.json["status"] == 451
        assert (deciding.receipts.last.surface, deciding.receipts.last.act) == (
            "download-check",
            Act.DOWNLOAD,
        )


@pytest.mark.parametrize(
    "question",
    [
        {"purl": f"{PACKAGE}@{OTHER_COMMIT}"},
        {"repository": "elm/other"},
        {"sha256": ["b" * 64]},
        {"purl": WEIGHTS_PURL, "act": "transfer"},
    ],
)
async def test_other_weights_and_other_acts_go_out(question: dict[str, Any]) -> None:
    async with a_decision_service(about_weights()) as deciding:
        assert (await deciding.ask("/v1/download-check", question)).json["allowed"]


@pytest.mark.parametrize(
    "question",
    [
        {},
        {"act": "download"},
        {"purl": "elm/desk-weights"},
        {"purl": WEIGHTS_PURL, "repository": "elm/desk"},
        {"revision": "main", "sha256": [WEIGHTS_DIGEST]},
        {"repository": "desk"},
        {"repository": "elm/desk", "revision": "a b"},
        {"sha256": ["short"]},
        {"purl": "pkg:huggingface/elm/" + "x" * 300},
        {"purl": "pkg:huggingface/elm/d\u00e9sk"},
        {"purl": "pkg:huggingface/elm/desk*"},
        {"purl": WEIGHTS_PURL, "act": "infer"},
    ],
)
async def test_a_question_that_names_nothing_is_no_permission(question: dict[str, Any]) -> None:
    async with a_decision_service() as deciding:
        assert (await deciding.ask("/v1/download-check", question)).status == 400


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_registry_may_ask_by_the_path_alone(method: str) -> None:
    async with a_decision_service(about_weights()) as deciding:
        for purl in (WEIGHTS_PURL, quote(WEIGHTS_PURL, safe="")):
            told = await deciding.ask(f"/download/{purl}", method=method)
            assert told.status == 451
            assert told.headers["Link"].endswith('rel="blocked-by"')
        assert (await deciding.ask(f"/download/{PACKAGE}@{OTHER_COMMIT}", method=method)).status == 200
        assert (await deciding.ask("/download/desk", method=method)).status == 400


def test_the_acts_are_those_that_a_preview_counts_on() -> None:
    assert surface("download-check").acts == (Act.DOWNLOAD, Act.TRANSFER)


async def test_an_order_about_answers_keeps_no_weights_in() -> None:
    async with a_decision_service(for_everybody()) as deciding:
        assert (await deciding.ask("/v1/download-check", {"purl": WEIGHTS_PURL})).json["allowed"]
