"""The report of a verification in a real browser: on a small phone, dark and light, and on paper."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from groundstop.reports.html import verification_page
from tests import verifications as made
from tests.browser.test_report_in_chromium import CHROMIUM, FRAME, background, chromium, title_of

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]
SMALL_PHONE = 360
TABLE = """<script>addEventListener("load", () => { const page = frames[0].document;
const box = page.querySelector(".parts"); const svg = page.querySelector("svg");
document.title = [box.scrollWidth, box.clientWidth, svg.getBoundingClientRect().right].join("|");
});</script>"""


def framed(page: str, probe: str | None = None) -> str:
    """Return a page in a frame as wide as a small phone, with a probe of it."""
    frame = FRAME.replace('width="390"', f'width="{SMALL_PHONE}"')
    if probe is not None:
        frame = re.sub(r"<script>.*?</script>", lambda _: probe, frame, flags=re.DOTALL)
    return frame.replace("PAGE", html.escape(page))


@pytest.mark.parametrize("kind", ["partly_claimed", "technique_blocked", "regressed_benign"])
def test_a_small_phone_never_scrolls_sideways(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "phone.html"
    path.write_text(framed(verification_page(made.a_plan(), made.every_kind()[kind])), encoding="utf-8")
    width, window, plots = title_of(path, tmp_path)
    assert int(width) <= int(window) <= SMALL_PHONE
    assert int(plots) >= 5


def test_the_table_and_the_strip_fit_a_small_phone(tmp_path: Path) -> None:
    path = tmp_path / "table.html"
    path.write_text(framed(verification_page(made.a_plan(), made.class_mitigated()), TABLE), encoding="utf-8")
    width, window, right = title_of(path, tmp_path)
    assert int(width) <= int(window)
    assert float(right) <= SMALL_PHONE


def test_a_verification_follows_the_readers_wish_for_dark_or_light(tmp_path: Path) -> None:
    page = verification_page(made.a_plan(), made.class_mitigated())
    light = background(page, tmp_path)
    assert light == "rgb(255, 255, 255)"
    assert background(page, tmp_path, "--blink-settings=preferredColorScheme=0") != light


def test_a_verification_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(verification_page(made.a_plan(), made.class_mitigated()), encoding="utf-8")
    chromium(tmp_path, f"--print-to-pdf={tmp_path / 'page.pdf'}", "--no-pdf-header-footer", f"file://{path}")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")
