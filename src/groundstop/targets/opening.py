"""From a name to an open target."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from groundstop.documents import ModelIdentity, TargetDescription
from groundstop.errors import InputError
from groundstop.targets.addresses import FORMS, HttpAddress, LocalAddress, Named, http_address, parse_address
from groundstop.targets.config import Config, TargetEntry
from groundstop.targets.conversation import Target

_DEFAULT_KEY = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """A target behind a URL, and the key that it is asked with."""

    description: TargetDescription
    key: str | None = field(repr=False)
    """None when it is asked without one."""


def open_target(text: str, *, config: Config, environ: Mapping[str, str], memoised: bool = False) -> Target:
    """Open the target that a user named.

    Args:
        text: As the user wrote it; see :func:`groundstop.targets.addresses.parse_address`.
        config: The workspace's named targets.
        environ: The environment, for keys.
        memoised: Whether embedded targets share raw answers to the same request.

    Returns:
        The target. Nothing has been sent yet.

    Raises:
        InputError: No such target, no key, or a key that would travel in the clear.
    """
    match parse_address(text):
        case LocalAddress(scheme="embedded", name=name, settings=()):
            from groundstop.targets.embedded import EmbeddedTarget

            return EmbeddedTarget(name, called=text, memoised=memoised)
        case LocalAddress(scheme="scripted", name=name, settings=settings):
            from groundstop.targets.scripted import scripted_target

            return scripted_target(name, settings, called=text)
        case LocalAddress(scheme="inspect", name=name, settings=()):
            from groundstop.targets.inspect_models import InspectTarget

            return InspectTarget(name, called=text)
        case LocalAddress(scheme=scheme):
            raise InputError(f"{scheme}: takes no settings", "Leave out the part after the question mark")
        case HttpAddress() | Named() as address:
            return _open_http(_endpoint(address, text, config, environ))


def http_endpoint(text: str, *, config: Config, environ: Mapping[str, str]) -> HttpEndpoint | None:
    """Return how the target that a user named is asked over HTTP, for other clients than ours.

    Args:
        text: As the user wrote it.
        config: The workspace's named targets.
        environ: The environment, for keys.

    Returns:
        The endpoint; none when the target is in this process.

    Raises:
        InputError: As for :func:`open_target`.
    """
    address = parse_address(text)
    return None if isinstance(address, LocalAddress) else _endpoint(address, text, config, environ)


def _endpoint(
    address: HttpAddress | Named, text: str, config: Config, environ: Mapping[str, str]
) -> HttpEndpoint:
    if isinstance(address, Named):
        return _checked(_look_up(address.name, config), address.name, environ)
    entry = TargetEntry(url=address.url, model=address.model, protocol=address.protocol)
    return _checked(entry, text, environ)


def _look_up(name: str, config: Config) -> TargetEntry:
    if name in config.targets:
        return config.targets[name]
    near = difflib.get_close_matches(name, config.targets, n=3)
    raise InputError(
        f"There is no target {name!r} in {config.path}",
        f"Did you mean {' or '.join(near)}?" if near else f"Add it there, or give one of: {FORMS}",
    )


def _checked(entry: TargetEntry, called: str, environ: Mapping[str, str]) -> HttpEndpoint:
    url = http_address(f"{entry.url}#{entry.model}", entry.protocol).url
    host = urlsplit(url).hostname or ""
    key = _key(entry, host, called, environ)
    if key and url.startswith("http://") and not _is_loopback(host) and not entry.insecure:
        raise InputError(
            f"The key of {called} would be sent in the clear to {host}",
            "Use https, or say insecure = true for this target in groundstop.toml",
        )
    description = TargetDescription(
        name=called,
        protocol=entry.protocol,
        address=url,
        model=ModelIdentity(
            provider=entry.provider or host,
            name=entry.model,
            snapshot=entry.snapshot,
            aliases=entry.aliases,
        ),
        requirements=entry.requirements,
        limits=entry.limits,
        price=entry.price,
    )
    return HttpEndpoint(description, key)


def _open_http(endpoint: HttpEndpoint) -> Target:
    if endpoint.description.protocol == "anthropic":
        from groundstop.targets.anthropic_http import AnthropicTarget

        return AnthropicTarget(endpoint.description, key=endpoint.key)
    from groundstop.targets.openai_http import OpenAITarget

    return OpenAITarget(endpoint.description, key=endpoint.key)


def _key(entry: TargetEntry, host: str, called: str, environ: Mapping[str, str]) -> str | None:
    if entry.key_env is None and _is_loopback(host):
        # A key of the default variable is not sent to a local server that nobody asked to have it.
        return None
    variable = entry.key_env or _DEFAULT_KEY[entry.protocol]
    key = environ.get(variable, "").strip()
    if not key:
        raise InputError(
            f"The environment has no key for {called}",
            f"Set {variable}, or name another variable with key_env",
        )
    if not key.isprintable() or not key.isascii():
        raise InputError(f"The key in {variable} has characters that no key has", "Set it anew")
    return key


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
