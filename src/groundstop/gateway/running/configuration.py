"""Everything that a gateway is run by, read and checked before any of it is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.directives.claims import IssuerConfig, configs_from
from groundstop.directives.claims.config import CredentialConfig, TokenConfig
from groundstop.directives.subscribing import Obeys, read_obeys
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import KeyFolder, OwnKey
from groundstop.gateway.config import check_settings, warnings_of
from groundstop.gateway.counting import read_narrower
from groundstop.gateway.folder import KEYS
from groundstop.gateway.receipts import RECEIPTS, SALT_FILE, read_salt
from groundstop.gateway.routes import routes_with
from groundstop.gateway.running.trusting import OBEYS, TrustingAttester
from groundstop.gateway.settings import FILE_NAME, Settings

NOBODY_OBEYED = Obeys((), (), frozenset(), ())
"""Where there is no ``obeys.toml``: the stop file and nothing else."""
SALT_GONE = "The salt was gone and is made anew: nobody in older receipts is recognised in new ones"
OBEYS_NOBODY = f"There is no {OBEYS}: no order of anybody is heard, only the stop file counts"


@dataclass(frozen=True, slots=True)
class Configured:
    """What a gateway is run by, as far as it was checked."""

    folder: Path
    settings: Settings
    obeys: Obeys
    key: OwnKey
    salt: bytes
    warnings: tuple[str, ...]
    """What its operator should look at, a sentence each without a full stop."""


def configured(folder: Path, read: Callable[[], Settings], environment: Mapping[str, str]) -> Configured:
    """Read and check everything that a gateway is run by.

    Args:
        folder: The operator's.
        read: Gives the settings.
        environment: Holds secrets.

    Raises:
        InputError: A file is missing, or cannot be used.
        DocumentError: Something in the settings has to be put right; every such thing is told.
        WorkspaceError: A private file can be read by others, or the salt cannot be written.
    """
    settings = read()
    problems = check_settings(settings, folder, environment)
    if problems:
        more = "".join(f". {one}" for one in problems[1:])
        raise DocumentError(f"{folder / FILE_NAME}: {problems[0]}{more}", "Put that right, then try again")
    routes_with(settings.route)
    read_narrower(settings.narrower, folder)
    obeys = obeyed_in(folder)
    _check_once(settings, configs_from(obeys.issuers, source=str(folder / OBEYS)), folder)
    TrustingAttester(obeys.issuers, folder)
    keys = KeyFolder(folder / KEYS)
    if settings.key not in keys.names():
        raise InputError(
            f"There is no key {settings.key!r} in {folder / KEYS}",
            f"Restore it, or make it with: groundstop gateway init {folder}",
        )
    key = keys.load(settings.key)
    warnings = warnings_of(settings)
    if obeys is NOBODY_OBEYED:
        warnings = (OBEYS_NOBODY, *warnings)
    if (folder / RECEIPTS).is_dir() and not (folder / SALT_FILE).exists():
        warnings = (*warnings, SALT_GONE)
    return Configured(folder, settings, obeys, key, read_salt(folder), warnings)


def _check_once(settings: Settings, issuers: Sequence[IssuerConfig], folder: Path) -> None:
    """Refuse several processes where what is presented is good for one use: each would take it once."""
    once = [one.name for one in issuers if isinstance(one, TokenConfig | CredentialConfig) and one.once]
    if settings.workers > 1 and once:
        raise DocumentError(
            f"{folder / OBEYS}: what {', '.join(once)} attests is good for one use, and each of the "
            f"{settings.workers} workers of {FILE_NAME} would take it once",
            "Set workers = 1, or once = false for that issuer",
        )


def obeyed_in(folder: Path) -> Obeys:
    """Return whom an operator obeys; nobody where the folder has no ``obeys.toml``.

    Raises:
        InputError: There is one, and it cannot be used.
    """
    path = folder / OBEYS
    if not path.exists() and not path.is_symlink():
        return NOBODY_OBEYED
    return read_obeys(path)
