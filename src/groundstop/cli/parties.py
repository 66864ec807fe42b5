"""Keys, trust and records of a workspace, for the commands that sign, seal and open."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import InputError, WorkspaceError

if TYPE_CHECKING:
    from groundstop.documents import KeyCard, TrustList
    from groundstop.evidence import KeyFolder, OwnKey, Records


def data_folder(workspace: Path) -> Path:
    """Return where a workspace keeps what is its own, made readable by its owner only."""
    folder = workspace / ".groundstop"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"The workspace folder {folder} cannot be made: {error.strerror}",
            "Check the permissions, or give another folder with --workspace",
        ) from error
    return folder


def key_folder(workspace: Path) -> KeyFolder:
    """Return the keys of a workspace's folder."""
    from groundstop.evidence import KeyFolder

    return KeyFolder(data_folder(workspace) / "keys")


def own_key(workspace: Path, name: str | None) -> OwnKey:
    """Return the key that a command acts with: the named one, or the only one there is.

    Raises:
        InputError: There is none, or several and none is named.
    """
    from groundstop.evidence import LOG_KEY

    keys = key_folder(workspace)
    if name is not None:
        return keys.load(name)
    names = [one for one in keys.names() if one != LOG_KEY]
    if len(names) != 1:
        raise InputError(
            f"There are several keys in {workspace}: {', '.join(names)}" if names else "There is no key yet",
            "Choose one with --key" if names else "Make one with: groundstop key new NAME",
        )
    return keys.load(names[0])


def trust_path(workspace: Path) -> Path:
    """Return the path of a workspace's trust file."""
    from groundstop.evidence import TRUST_FILE

    return workspace / TRUST_FILE


def trusted(workspace: Path) -> TrustList:
    """Return whom a workspace's operator believes: the trust file, and the workspace's own keys."""
    from groundstop.documents import TrustedKey
    from groundstop.evidence import read_trust

    keys = key_folder(workspace)
    listed = read_trust(trust_path(workspace))
    known = {entry.card.key_id for entry in listed.keys} | {entry.card.name for entry in listed.keys}
    own = [keys.card(name) for name in keys.names()]
    mine = tuple(TrustedKey(card=card) for card in own if card.key_id not in known and card.name not in known)
    return listed.model_copy(update={"keys": (*listed.keys, *mine)})


def find_card(workspace: Path, name: str) -> KeyCard:
    """Return a party's card, by its name in the trust file or among one's own keys, or by a card file's path.

    Raises:
        InputError: There is no such party.
    """
    from groundstop.evidence import read_card

    for entry in trusted(workspace).keys:
        if entry.card.name == name and entry.revoked is None:
            return entry.card
    if Path(name).is_file():
        return read_card(Path(name))
    raise InputError(
        f"There is no party {name!r} in {trust_path(workspace)}",
        "Add its card with: groundstop key import CARD.json, or give the card's path",
    )


def records(workspace: Path) -> Records:
    """Return the records of what a workspace signed and opened."""
    from groundstop.evidence import Records

    return Records(data_folder(workspace) / "records", key_folder(workspace))
