"""An operator's folder with a gateway in it: its settings, its key and its salt, made once."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from groundstop.errors import InputError
from groundstop.evidence import KeyFolder, write_new
from groundstop.gateway.config import read_settings
from groundstop.gateway.receipts import read_salt
from groundstop.gateway.settings import FILE_NAME, Settings

KEYS = "keys"
"""The folder of the gateway's key, in the operator's."""


def prepare(folder: Path, key: str, *, now: datetime) -> bool:
    """See to it that a folder has the key and the salt of a gateway.

    Args:
        folder: The operator's; made when it is missing.
        key: The key's name.
        now: The time.

    Returns:
        Whether the key is new: others have to be given its card then.

    Raises:
        WorkspaceError: Something cannot be written.
    """
    keys = KeyFolder(folder / KEYS)
    is_new = key not in keys.names()
    if is_new:
        # What is signed is dated to the second, and must not be older than the key.
        keys.new(key, created=now.replace(microsecond=0))
    read_salt(folder)
    return is_new


def write_settings(folder: Path, upstream: str, *, name: str, operator: str) -> Settings:
    """Write the settings of a gateway in front of one upstream, to be edited by hand from then on.

    Args:
        folder: The operator's.
        upstream: The address of its routes, such as ``https://api.example/v1``.
        name: How the gateway calls itself.
        operator: Whose it is.

    Returns:
        What they say.

    Raises:
        InputError: There are settings already, or one of these cannot be used.
        WorkspaceError: They cannot be written.
    """
    path = folder / FILE_NAME
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} exists already", "Edit it: it is made for that")
    text = _SETTINGS.format(
        name=json.dumps(name), operator=json.dumps(operator), upstream=json.dumps(upstream.rstrip("/"))
    )
    write_new(path, text.encode())
    try:
        return read_settings(path)
    except InputError:
        # What was just written would only be in the way of the next try.
        path.unlink()
        raise


_SETTINGS = """\
# A gateway: what it serves, and how. Every setting is in docs/reference/gateway-settings.md.
# Check it with: groundstop gateway check FOLDER

name = {name}
operator = {operator}
listen = "127.0.0.1:8400"
# Health, metrics and status: keep it from the public.
admin = "127.0.0.1:8401"
# One for each core that it may use.
workers = 1

[[upstream]]
name = "upstream"
url = {upstream}
speaks = ["openai", "anthropic"]
# Whose models these are, as orders name the provider. Without it every order about a name counts.
# provider = "elm"
# The variable that holds the upstream's key. Without it, what the client shows as its key is passed on.
# key = "UPSTREAM_KEY"
# Names that clients may use, and what each stands for.
# aliases = {{ "desk-latest" = "desk-clerk-2026-06" }}

# A model that answers while another is kept out, as far as the order allows that and a test of it is fresh:
# groundstop gateway fallbacks test FOLDER
# [[fallback]]
# model = "desk-helper"
# use = "desk-clerk"

# [clients]
# credentials = "required"

# [tls]
# certificate = "gateway.crt"
# key = "gateway.key"
"""
