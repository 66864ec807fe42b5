from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundstop.directives.surfaces import surfaces
from groundstop.directives.toml_text import parse_toml
from groundstop.gateway.mounts.asking import DecideRequest, DownloadRequest
from groundstop.gateway.mounts.auth_request import (
    BODY_HEADER,
    METHOD_HEADER,
    MOST_BODY,
    STATUS_HEADER,
    TARGET_HEADER,
)
from groundstop.gateway.settings import Mounts, PathModel, Settings
from tests.outside.gateway.test_mount_litellm import COVERED

HOW_TO = Path("docs/how-to/mount-in-other-gateways.md").read_text(encoding="utf-8")
REFERENCE = Path("docs/reference/mounts.md").read_text(encoding="utf-8")
NGINX = "".join(one.read_text(encoding="utf-8") for one in Path("deploy/nginx").glob("*.conf"))


@pytest.mark.parametrize("block", re.findall(r"^```toml\n(.*?)^```$", HOW_TO, re.MULTILINE | re.DOTALL))
def test_the_settings_on_the_page_can_be_used(block: str) -> None:
    settings = Settings.model_validate(parse_toml(block.encode(), source="the page"))
    assert settings.decide == "127.0.0.1:8402"
    assert settings.decide in NGINX


def test_the_patterns_in_the_sample_of_nginx_can_be_used() -> None:
    (block,) = re.findall(r"need the same paths:\n#\n((?:#.*\n)+)", NGINX)
    table = parse_toml(re.sub(r"^#  ?", "", block, flags=re.MULTILINE).encode(), source="the sample")
    assert Mounts.model_validate(table["mounts"]).path_model[1].model.startswith("pkg:huggingface/")


def test_the_reference_tells_every_field_header_and_surface() -> None:
    fields = {
        *DecideRequest.model_fields,
        *DownloadRequest.model_fields,
        *PathModel.model_fields,
        *Mounts.model_fields,
    }
    headers = {
        TARGET_HEADER,
        METHOD_HEADER,
        STATUS_HEADER,
        BODY_HEADER,
        "Groundstop-Order",
        "Groundstop-Request",
    }
    doors = set(surfaces()) - {"batch"}
    missing = {one for one in fields | headers | doors if one not in REFERENCE}
    assert missing == set()
    assert f"{MOST_BODY:,} bytes" in REFERENCE


def test_the_sample_of_nginx_asks_and_answers_with_the_same_headers() -> None:
    for header in (TARGET_HEADER, METHOD_HEADER):
        assert f"proxy_set_header {header} " in NGINX
    for header in (STATUS_HEADER, BODY_HEADER):
        assert f"$upstream_http_{header.lower().replace('-', '_')};" in NGINX


def test_every_route_that_is_told_to_be_decided_in_litellm_is_tried_there() -> None:
    (row,) = re.findall(r"LiteLLM 1\.104\.0 \| (.*?) \| decided", REFERENCE)
    told = re.split(r"[;,] ", row.replace(", streamed", " streamed"))
    assert told == [called.replace(", streamed", " streamed") for called, _, _ in COVERED]
