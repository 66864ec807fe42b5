"""Pages of a case in a real browser: phone and desktop, dark and light, on paper, and with axe-core."""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from groundstop.cases.tiers import told
from groundstop.documents.cases import Refused, Tier
from groundstop.reports.case_brief_page import brief_page
from groundstop.reports.case_notice import notice_page
from groundstop.reports.case_page import case_page, timeline_page
from groundstop.reports.html import assessment_page, comparison_page, verification_page
from tests import verifications as made
from tests.browser.axe import DESKTOP, PHONE, Found, needs_axe, violations
from tests.browser.test_report_in_chromium import CHROMIUM, FRAME, background, chromium, title_of
from tests.case_parts import DEVELOPER, entry
from tests.case_stories import a_minute, a_story, busy, troubled
from tests.unit.reports.test_pages import assessed, compared

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]
PUBLISHER = "Quay Coordination, https://quay.example"
CASE_PAGES: dict[str, Callable[[], str]] = {
    "case": lambda: case_page(troubled()),
    "timeline-of-months": lambda: timeline_page(busy()),
    "timeline-of-a-minute": lambda: timeline_page(a_minute()),
    "brief": lambda: brief_page(told(a_story(), Tier.BRIEF)),
    "notice": lambda: notice_page(told(a_story(), Tier.PUBLIC), PUBLISHER),
}
OTHER_PAGES: dict[str, Callable[[], str]] = {
    "assessment": lambda: assessment_page(*assessed(), [compared()[1]]),
    "comparison": lambda: comparison_page(*compared()),
    "verification": lambda: verification_page(made.a_plan(), made.class_mitigated()),
}
TABLES = """<script>addEventListener("load", () => { const page = frames[0].document;
const over = [...page.querySelectorAll(".scroll")].filter(one => one.scrollWidth > one.clientWidth + 1);
const boxes = name => [...page.querySelectorAll(name)].map(one => one.getBoundingClientRect());
const heights = boxes("tbody tr").map(box => box.height);
const wide = page.documentElement.clientWidth;
const cut = boxes("caption, td, tbody th").filter(box => box.left < 0 || box.right > wide);
const last = boxes("tbody tr td:last-child").map(box => box.width);
document.title = [over.length, Math.max(...heights), cut.length, Math.min(...last)].join("|"); });</script>"""
"""Regions that scroll, the highest row, fields that are cut, the narrowest last field of a row."""
SHOWN = """<script>addEventListener("load", () => { const page = frames[0].document;
const width = one => one.getBoundingClientRect().width;
const shown = name => [...page.querySelectorAll(name + " svg")].filter(width).length;
const svg = page.querySelector(".narrow svg").getBoundingClientRect();
document.title = [shown(".narrow"), shown(".wide"), svg.right].join("|"); });</script>"""


@cache
def axe_found(dark: bool) -> Found:
    """Return what axe-core finds wrong with every page: one browser for all of them."""
    pages = {name: make() for name, make in {**CASE_PAGES, **OTHER_PAGES}.items()}
    with tempfile.TemporaryDirectory() as folder:
        return violations(pages, Path(folder), dark=dark)


def framed(page: str, width: int, folder: Path, probe: str | None = None) -> list[str]:
    """Return what a probe finds of a page in a frame of some width."""
    frame = FRAME.replace('width="390"', f'width="{width}"')
    if probe is not None:
        frame = re.sub(r"<script>.*?</script>", lambda _: probe, frame, flags=re.DOTALL)
    path = folder / "framed.html"
    path.write_text(frame.replace("PAGE", html.escape(page)), encoding="utf-8")
    return title_of(path, folder)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("page", CASE_PAGES)
def test_a_page_of_a_case_never_scrolls_sideways(page: str, width: int, tmp_path: Path) -> None:
    scrolled, window, _ = framed(CASE_PAGES[page](), width, tmp_path)
    assert int(scrolled) <= int(window) <= width


@pytest.mark.parametrize("page", ["case", "brief"])
def test_a_page_of_a_case_follows_the_readers_wish_for_dark_or_light(page: str, tmp_path: Path) -> None:
    made_now = CASE_PAGES[page]()
    light = background(made_now, tmp_path)
    assert light == "rgb(255, 255, 255)"
    assert background(made_now, tmp_path, "--blink-settings=preferredColorScheme=0") != light


def test_a_phone_shows_the_narrow_picture_and_a_screen_the_wide_one(tmp_path: Path) -> None:
    page = timeline_page(busy())
    narrow, wide, right = framed(page, PHONE, tmp_path, SHOWN)
    assert (narrow, wide) == ("1", "0")
    assert float(right) <= PHONE
    assert framed(page, DESKTOP, tmp_path, SHOWN)[:2] == ["0", "1"]


@pytest.mark.parametrize("page", ["case", "timeline-of-months", "brief"])
def test_a_phone_shows_every_field_of_every_table_without_scrolling_sideways(
    page: str, tmp_path: Path
) -> None:
    scrolling, highest, cut, _ = framed(CASE_PAGES[page](), PHONE, tmp_path, TABLES)
    assert (scrolling, cut) == ("0", "0")
    assert float(highest) < 500


@pytest.mark.parametrize("page", ["case", "timeline-of-months", "brief"])
def test_a_screen_has_room_for_every_table(page: str, tmp_path: Path) -> None:
    scrolling, highest, cut, narrowest = framed(CASE_PAGES[page](), DESKTOP, tmp_path, TABLES)
    assert (scrolling, cut) == ("0", "0")
    assert float(highest) < 200
    assert float(narrowest) > 40


def test_the_reason_why_a_score_does_not_count_has_room_on_a_screen(tmp_path: Path) -> None:
    probe = TABLES.replace("tbody tr td:last-child", "[data-head=Deciding] + td")
    assert float(framed(CASE_PAGES["case"](), DESKTOP, tmp_path, probe)[3]) > 150


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_long_words_of_a_party_stay_on_the_page(width: int, tmp_path: Path) -> None:
    view = a_story()
    said = entry(DEVELOPER, Refused(text="A long answer. " * 90 + "x" * 400), 24 * 50)
    view = replace(view, state=replace(view.state, entries=(*view.state.entries, said)))
    for page in (case_page(view), timeline_page(view)):
        scrolled, window, _ = framed(page, width, tmp_path)
        assert int(scrolled) <= int(window)
        scrolling, _, cut, _ = framed(page, width, tmp_path, TABLES)
        assert (scrolling, cut) == ("0", "0")


def test_a_brief_is_one_sheet_of_paper(tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf")
    path = tmp_path / "brief.html"
    path.write_text(CASE_PAGES["brief"](), encoding="utf-8")
    chromium(tmp_path, f"--print-to-pdf={tmp_path / 'brief.pdf'}", "--no-pdf-header-footer", f"file://{path}")
    assert len(pypdf.PdfReader(tmp_path / "brief.pdf").pages) == 1


@needs_axe
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("page", [*CASE_PAGES, *OTHER_PAGES])
def test_axe_finds_no_violation(page: str, width: int, dark: bool) -> None:
    assert axe_found(dark)[page, width] == []


@needs_axe
def test_axe_would_find_what_is_wrong(tmp_path: Path) -> None:
    page = case_page(a_story()).replace("--soft: #57606a", "--soft: #b8bec4").replace(' lang="en"', "")
    found = violations({"wrong": page}, tmp_path, dark=False)["wrong", DESKTOP]
    assert {"color-contrast", "html-has-lang"} <= {one["id"] for one in found}
