"""Pages of certificates and drills in a real browser: phone and desktop, dark and light; and axe-core."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import pytest

from tests.browser.axe import DESKTOP, PHONE, Found, needs_axe, violations
from tests.browser.test_case_in_chromium import framed
from tests.browser.test_report_in_chromium import CHROMIUM, background
from tests.unit.reports.test_gateway_pages import MADE, PAGES

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]


@cache
def axe_found(dark: bool) -> Found:
    """Return what axe-core finds wrong with every page: one browser for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        return violations({name: MADE[name]() for name in PAGES}, Path(folder), dark=dark)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_gateway_never_scrolls_sideways(page: str, width: int, tmp_path: Path) -> None:
    scrolled, window, _ = framed(MADE[page](), width, tmp_path)
    assert int(scrolled) <= int(window) <= width


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_gateway_follows_the_readers_wish_for_dark_or_light(page: str, tmp_path: Path) -> None:
    light = background(MADE[page](), tmp_path)
    assert light == "rgb(255, 255, 255)"
    assert background(MADE[page](), tmp_path, "--blink-settings=preferredColorScheme=0") != light


@needs_axe
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_wrong_with_a_page_of_a_gateway(page: str, width: int, dark: bool) -> None:
    assert axe_found(dark)[page, width] == []
