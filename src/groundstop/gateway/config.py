"""The file ``gateway.toml``: read, or made up for one upstream, and looked through before it is used."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from groundstop.directives.toml_text import parse_toml
from groundstop.documents.base import describe
from groundstop.errors import DocumentError, InputError
from groundstop.evidence import read_bounded
from groundstop.gateway.proxying.routing import Routing
from groundstop.gateway.routes import routes_with
from groundstop.gateway.serving.tls import server_context
from groundstop.gateway.settings import Dialect, Settings, Tls, Upstream

_MOST_BYTES = 1024 * 1024


def read_settings(path: Path) -> Settings:
    """Read the settings of a gateway.

    Args:
        path: The file ``gateway.toml``.

    Returns:
        What it says. Paths in it are absolute: they start from the file's folder.

    Raises:
        InputError: The file is missing or cannot be read.
        DocumentError: It is no TOML of this form.
    """
    source = str(path)
    value = parse_toml(read_bounded(path, most=_MOST_BYTES), source=source)
    try:
        settings = Settings.model_validate_json(_as_json(value))
    except ValidationError as error:
        raise DocumentError(*describe(error, source=source)) from error
    return _anchored(settings, path.absolute().parent)


def quick_settings(
    upstream: str,
    *,
    name: str = "gateway",
    operator: str = "operator",
    speaks: tuple[Dialect, ...] = (Dialect.OPENAI, Dialect.ANTHROPIC),
    listen: str = "127.0.0.1:8400",
    admin: str = "127.0.0.1:8401",
    workers: int = 1,
) -> Settings:
    """Return the settings of a gateway in front of one upstream, which gets its clients' own keys.

    Args:
        upstream: The address of its routes, such as ``https://api.example/v1``.
        name: How the gateway calls itself.
        operator: Whose it is.
        speaks: The dialects of the upstream.
        listen: Where to listen.
        admin: Where health and status are told.
        workers: Processes that answer requests.

    Raises:
        InputError: One of them cannot be used.
    """
    try:
        return Settings.model_validate(
            {
                "name": name,
                "operator": operator,
                "listen": listen,
                "admin": admin,
                "workers": workers,
                "upstream": ({"name": "upstream", "url": upstream.rstrip("/"), "speaks": speaks},),
            }
        )
    except ValidationError as error:
        raise InputError(*describe(error, source="What was given for the gateway")) from error


def check_settings(settings: Settings, folder: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Look for what would make a gateway fail, or do something that nobody meant.

    Args:
        settings: As they were read.
        folder: Where relative paths start from.
        environment: Variables that hold secrets.

    Returns:
        What has to be put right before it is used, a sentence each; nothing when all is well.
    """
    return (
        *_addresses(settings),
        *_secrets(settings, environment),
        *_upstreams(settings),
        *_names(settings),
        *_fallbacks(settings),
        *_routes(settings),
        *_files(settings, folder),
    )


def warnings_of(settings: Settings) -> tuple[str, ...]:
    """Return what can be used, and what its operator should look at once more, a sentence each."""
    told = []
    if settings.tls is None and not _is_loopback(settings.listen):
        told.append(f"listen is {settings.listen} without [tls]: keys and tokens cross the network readable")
    if not _is_loopback(settings.admin):
        told.append(f"admin is {settings.admin}: whoever reaches it reads what is served to whom")
    told += [
        f"{what} is {place}: whoever reaches it is believed in what is asked, and by whom"
        for what, place in (("decide", settings.decide), ("grpc", settings.grpc))
        if place is not None and not _is_loopback(place)
    ]
    for one in settings.upstream:
        url = urlsplit(one.url)
        if url.scheme == "http" and not _is_loopback(f"{url.hostname}:80"):
            told.append(f"The upstream {one.name} is asked without TLS")
    used = {fallback.model for fallback in settings.fallback}
    told += [
        f"{one.model} is retired: its fallback is never used" for one in settings.retired if one.model in used
    ]
    return tuple(told)


def _as_json(value: object) -> bytes:
    import json

    # Validated as JSON, not as Python: texts become dates and words, and nothing else is bent into form.
    return json.dumps(value).encode()


def _anchored(settings: Settings, folder: Path) -> Settings:
    tls = settings.tls
    if tls is not None:
        authorities = tls.client_authorities
        tls = Tls(
            certificate=str(folder / tls.certificate),
            key=str(folder / tls.key),
            client_authorities=None if authorities is None else str(folder / authorities),
        )
    narrower = tuple(
        one.model_copy(update={"instead": str(folder / one.instead)}) for one in settings.narrower
    )
    return settings.model_copy(update={"tls": tls, "narrower": narrower})


def _is_loopback(host_port: str) -> bool:
    host = host_port.rpartition(":")[0].strip("[]")
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _addresses(settings: Settings) -> Iterator[str]:
    places: dict[str, str] = {}
    for what in ("listen", "admin", "decide", "grpc"):
        place: str | None = getattr(settings, what)
        if place is None:
            continue
        port = int(place.rpartition(":")[2])
        if port > 65_535:
            yield f"{what} is {place}: there is no port {port}"
        elif port and (other := places.setdefault(place.lower(), what)) != what:
            yield f"{other} and {what} are both {place}"
    if settings.grpc is not None and find_spec("grpc") is None:
        yield "grpc is set, and what it needs is not installed: pip install 'groundstop[grpc]'"


def _secrets(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    wanted = [(f"the upstream {one.name}", one.key) for one in settings.upstream]
    wanted += [(f"the webhook {number}", one.secret) for number, one in enumerate(settings.notify, start=1)]
    for whose, variable in wanted:
        if variable is not None and not environment.get(variable):
            yield f"The variable {variable} of {whose} is not set"


def _upstreams(settings: Settings) -> Iterator[str]:
    yield from (f"Two upstreams are called {name}" for name in _twice(one.name for one in settings.upstream))
    for dialect in Dialect:
        speaking = [one for one in settings.upstream if dialect in one.speaks]
        rest = [one.name for one in speaking if not one.models]
        if len(rest) > 1:
            yield (
                f"{' and '.join(rest)} name no models and both speak {dialect}: only one can have whatever "
                "nobody else has"
            )
        for name in _twice(name for one in speaking for name in {*one.models, *one.aliases}):
            who = " and ".join(one.name for one in speaking if name in one.models or name in one.aliases)
            yield f"{name} is offered by {who}, which both speak {dialect}"
    for one in settings.upstream:
        url = urlsplit(one.url)
        if f"{url.hostname}:{url.port}" == settings.listen.lower():
            yield f"The upstream {one.name} is this gateway itself: its requests would go round"
    yield from (
        f"The upstream {one.name} speaks no dialect: name openai or anthropic"
        for one in settings.upstream
        if not one.speaks
    )


def _names(settings: Settings) -> Iterator[str]:
    retired = {one.model for one in settings.retired}
    yield from (f"{name} is retired twice" for name in _twice(one.model for one in settings.retired))
    for upstream in settings.upstream:
        yield from _aliases(upstream, retired)
    for one in settings.retired:
        if one.use in retired:
            yield f"{one.model} is retired in favour of {one.use}, which is retired too"


def _aliases(upstream: Upstream, retired: set[str]) -> Iterator[str]:
    for alias, target in upstream.aliases.items():
        if alias == target:
            yield f"The alias {alias} of {upstream.name} stands for itself"
        elif target in upstream.aliases:
            yield f"The alias {alias} of {upstream.name} stands for {target}, which is an alias itself"
        if upstream.models and target not in upstream.models:
            yield f"The alias {alias} of {upstream.name} stands for {target}, which it does not have"
        if alias in upstream.models:
            yield f"The alias {alias} of {upstream.name} is a model of it too"
        yield from (
            f"The alias {alias} of {upstream.name} brings back {name}, which is retired"
            for name in (alias, target)
            if name in retired
        )


def _fallbacks(settings: Settings) -> Iterator[str]:
    yield from (f"{name} has two fallbacks" for name in _twice(one.model for one in settings.fallback))
    routing = Routing(settings)
    retired = {one.model for one in settings.retired}
    for one in settings.fallback:
        if one.use == one.model:
            yield f"The fallback of {one.model} is itself"
        for name in (one.model, one.use):
            if not any(routing.find(dialect, name) for dialect in Dialect):
                yield f"{name} stands in a fallback, and no upstream has it"
        if one.use in retired:
            yield f"The fallback of {one.model} is {one.use}, which is retired"


def _routes(settings: Settings) -> Iterator[str]:
    try:
        routes_with(settings.route)
    except InputError as error:
        yield error.message


def _files(settings: Settings, folder: Path) -> Iterator[str]:
    for one in settings.narrower:
        if not (folder / one.instead).is_file():
            yield f"There is no file {folder / one.instead}, the narrower form of {one.directive}"
    if settings.tls is None:
        return
    tls = _anchored(settings, folder).tls
    assert tls is not None  # noqa: S101 - it was there above
    named = [tls.certificate, tls.key, *filter(None, [tls.client_authorities])]
    missing = [name for name in named if not Path(name).is_file()]
    yield from (f"There is no file {name}, which [tls] names" for name in missing)
    if not missing:
        try:
            server_context(tls)
        except (OSError, ssl.SSLError):
            yield "The files of [tls] cannot be used: check that they are PEM, readable, and belong together"


def _twice(names: Iterable[str]) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times > 1)
