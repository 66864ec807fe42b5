"""The page of a feed in a real browser: phone and desktop, dark and light, and with axe-core."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest

from groundstop.directives.feeds import feed_items
from groundstop.documents.directives import Descendants, Subject
from groundstop.reports.directive_feed import feed_page
from tests.browser.axe import DESKTOP, PHONE, needs_axe, violations
from tests.browser.test_report_in_chromium import CHROMIUM, FRAME, background, title_of
from tests.directive_parts import a_model, at, for_everybody, signed
from tests.unit.directives.test_feeds import SITE, everything, standing

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
    pytest.mark.xdist_group("chromium"),
]


def crowded() -> str:
    """Return a page with long names: weights, packages, and words without a space."""
    models = tuple(
        a_model(
            f"desk-{number}",
            weights=("ab" * 32,),
            purls=("pkg:huggingface/elm/" + "n" * 200 + "@" + "c" * 40,),
        )
        for number in range(4)
    )
    subject = Subject(models=models, descendants=Descendants.NONE)
    order = for_everybody(subject=subject, reasons="A long reason. " * 50 + "x" * 300)
    return feed_page(feed_items(standing(signed(order)), at(1)), SITE)


PAGES: dict[str, Callable[[], str]] = {
    "feed": lambda: feed_page(feed_items(everything(), at(24 * 11)), SITE),
    "crowded": crowded,
    "empty": lambda: feed_page(feed_items(standing(), at(0)), SITE),
}


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("page", PAGES)
def test_the_page_of_a_feed_never_scrolls_sideways(page: str, width: int, tmp_path: Path) -> None:
    frame = FRAME.replace('width="390"', f'width="{width}"')
    (tmp_path / "framed.html").write_text(frame.replace("PAGE", html.escape(PAGES[page]())), encoding="utf-8")
    scrolled, window, _ = title_of(tmp_path / "framed.html", tmp_path)
    assert int(scrolled) <= int(window) <= width


def test_the_page_of_a_feed_follows_the_readers_wish_for_dark_or_light(tmp_path: Path) -> None:
    page = PAGES["feed"]()
    light = background(page, tmp_path)
    assert light == "rgb(255, 255, 255)"
    assert background(page, tmp_path, "--blink-settings=preferredColorScheme=0") != light


@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong_with_the_page_of_a_feed(scheme: str, tmp_path: Path) -> None:
    found = violations({name: make() for name, make in PAGES.items()}, tmp_path, dark=scheme == "dark")
    assert len(found) == 2 * len(PAGES)
    assert {place: told for place, told in found.items() if told} == {}
