"""Everything a change must pass: format, lint, layers, types, tests.

``python scripts/check.py`` runs all of it. ``--fast`` leaves out the slow tests. ``--coverage`` tells too
what the tests reach, and takes two thirds longer.
Browser tests need Chromium, and those that check evidence as a stranger does need age and openssl; on Debian
as root they are installed when they are missing. Advisories and pages are checked by tools that run in node.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NODE_TOOLS = ROOT / "tests" / "outside" / "node"

STATIC = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("lint-imports",),
    ("mypy", "--num-workers", "2"),
)
PROGRAMS = {
    "chromium": "chromium",
    "nginx": "nginx-light",
    "age": "age",
    "openssl": "openssl",
    "ssh-keygen": "openssh-client",
    "unzip": "unzip",
}
"""Programs that tests run, and the packages that have them."""
TESTS = ("pytest", "-n", "2", "--dist", "loadgroup")
COVERAGE = ("--cov", "--cov-report=term:skip-covered")
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Tests start the program hundreds of times: without its compiled form it would be compiled at each start."""


def run(command: tuple[str, ...]) -> None:
    """Run one tool of this environment, and end with its exit code if it fails."""
    print(f"\n== {' '.join(command)}", flush=True)
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, env=ENVIRONMENT, check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)


def install_programs() -> None:
    """Install Debian's programs where that is possible; their tests skip with a reason where it is not."""
    packages = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if not packages or not shutil.which("apt-get") or os.geteuid() != 0:
        return
    print(f"\n== installing {', '.join(packages)} for the tests that need them", flush=True)
    for step in (("update",), ("install", "-y", "--no-install-recommends", *packages)):
        subprocess.run(["apt-get", "-qq", *step], check=False, stdout=subprocess.DEVNULL)


def install_node_tools() -> None:
    """Install the official CSAF validator and axe, which run in node; where it is missing, tests skip."""
    if not shutil.which("npm") or (NODE_TOOLS / "node_modules" / ".package-lock.json").exists():
        return
    print("\n== installing the checks that run in node", flush=True)
    subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=NODE_TOOLS, check=False)


def main() -> None:
    """Run every check in turn, while what the tests need besides is being installed."""
    fast = "--fast" in sys.argv[1:]
    with ThreadPoolExecutor() as beside:
        # Both wait for the network most of the time.
        needed = () if fast else (install_programs, install_node_tools)
        installing = [beside.submit(install) for install in needed]
        for command in STATIC:
            run(command)
        for one in installing:
            one.result()
    if fast:
        run((*TESTS, "-m", "not slow and not model"))
    elif "--coverage" in sys.argv[1:]:
        # Simulations come last, and without coverage: it would triple their time and tell nothing new.
        run((*TESTS, *COVERAGE, "-m", "not slow"))
        run((*TESTS, "-m", "slow"))
    else:
        run(TESTS)


if __name__ == "__main__":
    main()
