"""Every command of the documentation is run, page by page, in a folder of its own.

In a page, a fenced block without a language holds commands; a block whose head says ``file=NAME`` holds a
file that the page tells its reader to make. Pages about an endpoint of one's own find one. Where it writes
``sha256:…``, ``GSF-…`` or the like, its reader puts in what was printed last before, and so does the test.
A command that ends with ``&`` goes on in the background. What stands behind it as a comment is checked: a
status (``# 451``) of curl's, which may take a moment to come, or ``# exit code 3``.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.parse import urlsplit

import pytest

from groundstop.targets.scripted import Script, ScriptedTarget
from groundstop.targets.serve import serving
from tests.commands import Ended
from tests.documented import Ports, asked_by_curl, in_background
from tests.evidence_parties import in_folder

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OWN = "127.0.0.1:8000"
"""Where the pages assume that the reader's endpoint is; the test's own is elsewhere, and put in its place."""
_BLOCK = re.compile(r"^```(?P<head>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_PRINTED = re.compile(
    r"(sha256:|GSF-|GSD-|GSS-|gsr-)(?:[0-9a-f]{64}|[0-9]{8}-[0-9a-f]{10}|(?<=gsr-)[0-9a-f]{24})\b"
)
NOT_RUN = ("groundstop demo", "groundstop target serve")
"""Run by tests of their own: one takes a minute, the other does not end by itself, unless a page leaves it in
the background."""
RUN = ("groundstop ", "curl ") if which("curl") else ("groundstop ",)


@dataclass(frozen=True)
class Step:
    """A command to run, or a file to make."""

    command: str = ""
    file: str = ""
    text: str = ""

    @property
    def words(self) -> str:
        """The command, without what is said about it."""
        return self.command.partition("  #")[0].strip().removesuffix("&").strip()

    @property
    def background(self) -> bool:
        """Whether the page goes on while it runs."""
        return self.command.partition("  #")[0].strip().endswith("&")

    @property
    def promised(self) -> str | None:
        """The status or the exit code that the page promises; none where it promises none."""
        found = re.fullmatch(r"(?:exit code )?([0-9]+)\b.*", self.command.partition("  # ")[2])
        return None if found is None else found[1]

    @property
    def is_run(self) -> bool:
        """Whether the test runs it."""
        return bool(self.command) and (self.background or not self.command.startswith(NOT_RUN))


def steps(page: Path) -> list[Step]:
    """Return what a page tells its reader to do, in order."""
    found = []
    for block in _BLOCK.finditer(page.read_text(encoding="utf-8")):
        head, body = block["head"].strip(), block["body"]
        if named := re.search(r"file=(\S+)", head):
            found.append(Step(file=named[1], text=body))
        elif head in ("", "sh", "console"):
            lines = [line.removeprefix("$ ").strip() for line in body.replace("\\\n", " ").splitlines()]
            found += [Step(command=line) for line in lines if line.startswith(RUN)]
    return found


def needs_model(page: Path) -> bool:
    """Tell whether a page's commands use the embedded model."""
    return any("embedded:" in step.command for step in steps(page))


@contextmanager
def own_endpoint() -> Iterator[str]:
    """Serve a scripted target as ``my-model``, as the pages assume that the reader does."""
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()
    address: list[str] = []

    async def serve() -> None:
        targets = {"my-model": ScriptedTarget(Script())}
        async with serving(targets, host="127.0.0.1", port=0) as url:
            address.append(urlsplit(url).netloc)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def follow(page: Path, folder: Path, does: Callable[..., Ended]) -> int:
    """Do what a page says; return how many commands were run."""
    run = 0
    printed: dict[str, str] = {}
    todo = steps(page)
    with own_endpoint() as address, in_background(folder) as start:
        ports = Ports(address.rpartition(":")[2]) if any(step.background for step in todo) else None
        for step in todo:
            words = filled_in((step.text or step.words).replace(OWN, address), printed)
            if ports is not None:
                words = ports.put_into(words)
            if step.file:
                path = folder / step.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(words, encoding="utf-8")
                continue
            if not step.is_run:
                continue
            if step.background:
                start(shlex.split(words)[1:])
            elif words.startswith("curl "):
                out = asked_by_curl(words, folder, status=step.promised)
                printed |= {one[1]: one[0] for one in _PRINTED.finditer(out)}
            else:
                ended = does(*shlex.split(words)[1:], folder=folder, MY_KEY="a-key", OPENAI_API_KEY="a-key")
                wanted = (0, 1, 3) if step.promised is None else (int(step.promised),)
                assert ended.code in wanted, f"{step.command}\n{ended.out}\n{ended.err}"
                printed |= {one[1]: one[0] for one in _PRINTED.finditer(ended.out)}
            if ports is not None:
                ports.put_into_settings(folder)
            run += 1
    return run


def filled_in(text: str, printed: dict[str, str]) -> str:
    """Put digests and ids that were printed where a page leaves them to its reader."""
    for beginning, whole in printed.items():
        text = text.replace(f"{beginning}…", whole)
    return text


@pytest.mark.parametrize(
    "page", [page for page in PAGES if not needs_model(page)], ids=lambda page: page.name
)
def test_the_commands_of_a_page_work_as_written(page: Path, tmp_path: Path) -> None:
    expected = [step for step in steps(page) if step.is_run]
    assert follow(page, tmp_path, in_folder) == len(expected)


@pytest.mark.model
@pytest.mark.xdist_group("model")
@pytest.mark.parametrize("page", [page for page in PAGES if needs_model(page)], ids=lambda page: page.name)
def test_the_commands_of_a_page_work_on_the_embedded_model(page: Path, tmp_path: Path) -> None:
    assert follow(page, tmp_path, in_folder) > 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not link.startswith(("http://", "https://")):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_every_command_is_in_the_reference() -> None:
    from groundstop.cli.main import cli

    reference = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    context = cli.make_context("groundstop", ["--help"], resilient_parsing=True)
    for name in cli.list_commands(context):
        assert f"`groundstop {name}" in reference, name


def test_every_page_is_in_the_contents() -> None:
    contents = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    decisions = ROOT / "docs" / "decisions"
    listed = (decisions / "README.md").read_text(encoding="utf-8")
    for page in PAGES[1:]:
        if page.parent == decisions and page.name != "README.md":
            assert f"({page.name})" in listed, page.name
        elif page.name != "README.md":
            assert f"({page.relative_to(ROOT / 'docs')})" in contents, page.name
