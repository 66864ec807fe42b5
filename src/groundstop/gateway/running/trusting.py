"""The issuers whom an operator trusts, read again when a file of theirs changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from groundstop.directives.claims import Challenges, Issuer, Seen, configs_from, issuers_from, refresh_keys
from groundstop.errors import GroundstopError
from groundstop.gateway.running.logs import LOG
from groundstop.gateway.serving.attesting import Attester, Examined, Presented

OBEYS = "obeys.toml"


class TrustingAttester(Attester):
    """Tells who asks, by issuers whose keys and registries are files that may change.

    Args:
        tables: The tables ``[[issuer]]`` of ``obeys.toml``.
        folder: Where their files are.
        seen: Ids that were used.
        challenges: Challenges of this place.

    Raises:
        InputError: A table is wrong, or a file is missing or cannot be used.
    """

    def __init__(
        self,
        tables: Sequence[Mapping[str, Any]],
        folder: Path,
        *,
        seen: Seen | None = None,
        challenges: Challenges | None = None,
    ) -> None:
        super().__init__(seen=seen, challenges=challenges)
        self._tables, self._folder = tables, folder
        self._kept = seen, challenges
        self._files = _files_of(tables, folder)
        self._state = _state(self._files)
        self._attester = self._made()

    def examine(self, presented: Presented, now: float) -> Examined:
        """Return who asks; see :meth:`Attester.examine`."""
        return self._attester.examine(presented, now)

    def look(self) -> bool:
        """Read the files again when one has changed; return whether they are in use now.

        What cannot be used leaves what was before: a half-written file must not make everybody unknown.
        """
        state = _state(self._files)
        if state == self._state:
            return False
        self._state = state
        try:
            self._attester = self._made()
        except GroundstopError as error:
            LOG.warning("issuers_kept", extra={"problem": str(error)})
            return False
        LOG.info("issuers_read")
        return True

    def _made(self) -> Attester:
        issuers: tuple[Issuer, ...] = issuers_from(
            self._tables, source=str(self._folder / OBEYS), folder=self._folder
        )
        seen, challenges = self._kept
        return Attester(issuers, seen=seen, challenges=challenges)


def refresh_issuers(tables: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Fetch the keys of every issuer that publishes them; what cannot be got leaves those that are here.

    It waits for networks: call it apart from requests.
    """
    for config in configs_from(tables, source=str(folder / OBEYS)):
        try:
            refresh_keys(config, folder)
        except GroundstopError as error:
            LOG.warning("keys_kept", extra={"issuer": config.name, "problem": str(error)})


def _files_of(tables: Sequence[Mapping[str, Any]], folder: Path) -> tuple[Path, ...]:
    """Return the files that issuers name: every setting of theirs that ends in ``_file``."""
    configs = configs_from(tables, source=str(folder / OBEYS))
    names = (
        value
        for config in configs
        for name, value in config
        if (name.endswith("_file") or name in ("registry", "authorities", "pepper")) and value is not None
    )
    return tuple(folder / str(name) for name in names)


def _state(files: Sequence[Path]) -> tuple[object, ...]:
    found: list[object] = []
    for path in files:
        try:
            stat = path.stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(found)
