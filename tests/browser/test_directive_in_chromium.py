"""Pages of orders in a real browser: phone and desktop, dark and light, on paper, and with axe-core."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from groundstop.directives.drafting import DraftSettings, empty_draft
from groundstop.reports.directive_page import directive_page
from groundstop.reports.directive_preview_page import preview_page
from tests.browser.axe import DESKTOP, PHONE, Found, needs_axe, violations
from tests.browser.test_case_in_chromium import TABLES, framed
from tests.browser.test_report_in_chromium import CHROMIUM, background, chromium
from tests.case_parts import START
from tests.directive_parts import foreign_person
from tests.unit.reports.test_directive_pages import MADE, from_a_log

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]
PAGES: dict[str, Callable[[], str]] = {
    "directive": MADE["directive.html"],
    "draft": lambda: directive_page(
        empty_draft(DraftSettings(definitions=(foreign_person(),)), now=START).directive
    ),
    "preview": MADE["directive_preview.html"],
    "preview-of-a-log": lambda: preview_page(from_a_log()),
}


@cache
def axe_found(dark: bool) -> Found:
    """Return what axe-core finds wrong with every page: one browser for all of them."""
    with tempfile.TemporaryDirectory() as folder:
        return violations({name: make() for name, make in PAGES.items()}, Path(folder), dark=dark)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("page", ["directive", "preview"])
def test_a_page_of_an_order_never_scrolls_sideways(page: str, width: int, tmp_path: Path) -> None:
    scrolled, window, _ = framed(PAGES[page](), width, tmp_path)
    assert int(scrolled) <= int(window) <= width


def test_a_page_of_an_order_follows_the_readers_wish_for_dark_or_light(tmp_path: Path) -> None:
    made = PAGES["preview"]()
    light = background(made, tmp_path)
    assert light == "rgb(255, 255, 255)"
    assert background(made, tmp_path, "--blink-settings=preferredColorScheme=0") != light


def test_a_phone_shows_every_field_of_a_previews_tables_without_scrolling(tmp_path: Path) -> None:
    scrolling, _, cut, _ = framed(PAGES["preview"](), PHONE, tmp_path, TABLES)
    assert (scrolling, cut) == ("0", "0")


@pytest.mark.parametrize("page", ["directive", "draft"])
def test_an_order_is_one_sheet_of_paper(page: str, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    path = tmp_path / "order.html"
    path.write_text(PAGES[page](), encoding="utf-8")
    chromium(tmp_path, f"--print-to-pdf={tmp_path / 'order.pdf'}", "--no-pdf-header-footer", f"file://{path}")
    assert len(pypdf.PdfReader(tmp_path / "order.pdf").pages) == 1


@needs_axe
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing_wrong_with_a_page_of_an_order(page: str, width: int, dark: bool) -> None:
    assert axe_found(dark)[page, width] == []
