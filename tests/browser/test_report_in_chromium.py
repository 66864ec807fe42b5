"""The report in a real browser: on a phone, on a wide screen, dark and light, and on paper."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from groundstop.reports.html import assessment_page, comparison_page
from tests.unit.reports.test_pages import assessed, compared

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PHONE = 390
"""Width of a phone's screen; a window of Chromium is never that narrow, a frame in it is."""
FRAME = """<!doctype html><title></title><iframe width="390" height="900" srcdoc="PAGE"></iframe>
<script>addEventListener("load", () => { const page = frames[0].document.documentElement;
document.title = [page.scrollWidth, page.clientWidth, page.querySelectorAll("svg").length].join("|"); });
</script>"""
PROBE = """<script>addEventListener("load", () => {
document.title = getComputedStyle(document.body).backgroundColor; });</script>"""
"""Put into the test's copy of a page only; the page itself allows no script."""


def chromium(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [str(CHROMIUM), *QUIET, f"--user-data-dir={folder / 'profile'}", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def title_of(path: Path, folder: Path, *arguments: str) -> list[str]:
    """Return what a probing page has put into its title."""
    dom = chromium(folder, "--dump-dom", *arguments, f"file://{path}")
    title = re.search(r"<title>([^<]*)</title>", dom)
    assert title is not None
    return title[1].split("|")


def background(page: str, folder: Path, *arguments: str) -> str:
    """Return the background colour that a page has."""
    path = folder / "page.html"
    policy = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
    path.write_text(policy.sub(PROBE, page), encoding="utf-8")
    return title_of(path, folder, *arguments)[0]


@pytest.mark.parametrize("page", ["assessment", "comparison"])
def test_a_phone_never_scrolls_sideways(page: str, tmp_path: Path) -> None:
    pages = {
        "assessment": lambda: assessment_page(*assessed(), [compared()[1]]),
        "comparison": lambda: comparison_page(*compared()),
    }
    path = tmp_path / "phone.html"
    path.write_text(FRAME.replace("PAGE", html.escape(pages[page]())), encoding="utf-8")
    width, window, plots = title_of(path, tmp_path)
    assert int(width) <= int(window) <= PHONE
    assert int(plots) >= 1


def test_the_page_follows_the_readers_wish_for_dark_or_light(tmp_path: Path) -> None:
    page = assessment_page(*assessed())
    light = background(page, tmp_path)
    dark = background(page, tmp_path, "--blink-settings=preferredColorScheme=0")
    assert light == "rgb(255, 255, 255)"
    assert dark != light


def test_the_page_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(assessment_page(*assessed(), [compared()[1]]), encoding="utf-8")
    chromium(tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer", f"file://{path}")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
