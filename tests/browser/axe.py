"""axe-core in a real browser: what it finds wrong with pages, at several widths, in a colour scheme."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.browser.test_report_in_chromium import CHROMIUM, chromium

AXE = Path(__file__).resolve().parents[1] / "outside/node/node_modules/axe-core/axe.min.js"
PHONE, DESKTOP = 390, 1280
needs_axe = pytest.mark.skipif(
    CHROMIUM is None or not AXE.exists(),
    reason="Chromium or axe-core is not installed (npm ci in tests/outside/node)",
)

Found = dict[tuple[str, int], list[dict[str, Any]]]

_POLICY = re.compile(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>")
_RUN = """<script>addEventListener("load", async () => { let told;
try { const done = await axe.run(document, {resultTypes: ["violations"]});
told = done.violations.map(one => ({id: one.id, help: one.help, where: one.nodes.map(node => node.html)}));
} catch (error) { told = [{id: "failed", help: String(error), where: []}]; }
const line = parent.document.createElement("pre"); line.className = "told";
line.textContent = JSON.stringify([frameElement.title, frameElement.clientWidth, told]);
parent.document.body.append(line); });</script>"""
"""Put into the test's copy of a page only; the page itself allows no script."""


def violations(pages: Mapping[str, str], folder: Path, *, dark: bool) -> Found:
    """Return what axe-core finds wrong with pages, in frames as wide as a phone and as a screen."""
    script = AXE.read_text(encoding="utf-8").replace("</script", "<\\/script")
    frames = []
    for name, page in pages.items():
        probed = _POLICY.sub(lambda _: f"<script>{script}</script>{_RUN}", page)
        assert probed != page, "a page states a policy"
        frames += [
            f'<iframe title="{name}" style="border:0" width="{width}" height="900" '
            f'srcdoc="{html.escape(probed)}"></iframe>'
            for width in (PHONE, DESKTOP)
        ]
    path = folder / "axe.html"
    path.write_text(f"<!doctype html><title>axe</title><body>{''.join(frames)}</body>", encoding="utf-8")
    scheme = ["--blink-settings=preferredColorScheme=0"] if dark else []
    dom = chromium(folder, "--dump-dom", "--virtual-time-budget=60000", *scheme, f"file://{path}")
    lines = re.findall(r'<pre class="told">(.*?)</pre>', dom, flags=re.DOTALL)
    told = [json.loads(html.unescape(line)) for line in lines]
    return {(name, width): found for name, width, found in told}
