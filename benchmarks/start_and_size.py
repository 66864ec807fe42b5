"""Time to ``groundstop --help``, and what an installation weighs.

Each extra is installed into a virtual environment of its own, with the newest packages that fit.

    python benchmarks/start_and_size.py            # start-up only
    python benchmarks/start_and_size.py --install  # sizes too; needs the package index
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = (("--help",), ("assess", "--help"), ("runs", "--help"), ("--version",))


def start_times() -> None:
    """Print the median of seven starts of some commands, beside a bare interpreter."""
    print(f"{'command':<28}{'median s':>10}")
    for command in (
        [sys.executable, "-c", "pass"],
        *([sys.executable, "-m", "groundstop", *c] for c in COMMANDS),
    ):
        times = []
        for _ in range(7):
            started = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times.append(time.perf_counter() - started)
        print(f"{' '.join(command[1:]):<28}{statistics.median(times):>10.3f}")


def sizes() -> None:
    """Print what the base and each extra add to an empty environment, in MB (1e6 bytes)."""
    print(f"\n{'installation':<28}{'MB':>8}{'with byte code':>16}")
    for name in ("", "[assess]", "[assess,embedded]"):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([sys.executable, "-m", "venv", folder], check=True)
            packages = Path(folder, "lib", f"python3.{sys.version_info.minor}", "site-packages")
            before = weights(packages)
            subprocess.run([f"{folder}/bin/pip", "install", "-q", f"{ROOT}{name}"], check=True)
            added = [(after - old) / 1e6 for after, old in zip(weights(packages), before, strict=True)]
            print(f"{'groundstop' + name:<28}{added[0]:>8.0f}{added[1]:>16.0f}", flush=True)


def weights(folder: Path) -> tuple[int, int]:
    """Return the bytes of all files below a folder: as they come, and with the byte code made of them."""
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    return sum(size for path, size in sizes.items() if path.suffix != ".pyc"), sum(sizes.values())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--install", action="store_true")
    options = parser.parse_args()
    start_times()
    if options.install:
        sizes()
