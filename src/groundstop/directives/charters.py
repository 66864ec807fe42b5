"""What an authority may speak about: the models within its charter.

A hosted model is within it by its provider, and its name where the charter gives one; a package by its URL,
or the beginning of it. Aliases and digests of weights go with a model that is within it otherwise: a digest
is of exactly those bytes, and where the charter gives names, an alias is a spelling of one of them. By
themselves they tell nothing of whose a model is, and are refused. So is a name with somebody else's before
it, unless the charter gives that very name.
"""

from __future__ import annotations

from collections.abc import Iterator

from groundstop.directives.names import PURL, WEIGHTS, names_of, normal, package_of, spelled
from groundstop.documents.directives import About, Charter, Directive, HostedModel, Stop, SubjectModel


def outside(charter: Charter, said: Directive | Stop) -> str | None:
    """Return a model that is not within what an authority may speak about; none when all are.

    Args:
        charter: The authority's.
        said: What it says.

    Returns:
        The model and why, for people.
    """
    if isinstance(said, Stop):
        return next(_outside_in_stop(charter, said), None)
    return next((why for model in said.subject.models for why in _outside_in_model(charter, model)), None)


def _outside_in_model(charter: Charter, model: SubjectModel) -> Iterator[str]:
    for hosted in model.hosted:
        yield from _outside_in_hosted(charter, hosted)
    for purl in model.purls:
        if not _speaks_about_package(charter, purl):
            yield purl
    if not (model.hosted or model.purls):
        yield f"{model.label}, of which only digests are given: they do not tell whose it is"
    for alias in model.aliases:
        owners = [one.provider for one in model.hosted if _is_theirs(charter, one.provider, alias)]
        if not owners:
            yield f"{alias}, which is no alias of a model at {model.hosted[0].provider}"
        for owner in owners:
            if not _reaches(charter, owner, alias):
                yield f"{alias} at {owner}, which is no name of the model that it may speak about"


def _outside_in_hosted(charter: Charter, hosted: HostedModel) -> Iterator[str]:
    if not _speaks_about(charter, hosted.provider, hosted.name):
        yield f"{hosted.name} at {hosted.provider}"
    for name in names_of(hosted):
        if not _is_theirs(charter, hosted.provider, name):
            yield f"{name} at {hosted.provider}: it does not tell that it is theirs"
        elif not _reaches(charter, hosted.provider, name):
            yield f"{name} at {hosted.provider}, which is no snapshot of {hosted.name}"


def _outside_in_stop(charter: Charter, stop: Stop) -> Iterator[str]:
    for name in stop.models:
        key = normal(name)
        if key.startswith(PURL):
            if not _speaks_about_package(charter, name):
                yield name
        elif stop.provider is None:
            yield f"{name}, of which no provider is given: it does not tell whose it is"
        elif key.startswith(WEIGHTS):
            if not _speaks_about(charter, stop.provider, None):
                yield f"{name} at {stop.provider}"
        elif not _speaks_about(charter, stop.provider, name):
            yield f"{name} at {stop.provider}"
        elif not _is_theirs(charter, stop.provider, name):
            yield f"{name} at {stop.provider}: it does not tell that it is theirs"


def _names_at(charter: Charter, provider: str) -> Iterator[str | None]:
    """Yield the models of a provider that a charter is about; none for all of them."""
    owner = normal(provider)
    for one in charter.about:
        if one.provider is not None and normal(one.provider) == owner:
            yield None if one.name is None else normal(one.name)


def _speaks_about(charter: Charter, provider: str, name: str | None) -> bool:
    """Tell whether a charter is about a provider's model, or with no name about all of them."""
    model = None if name is None else normal(name)
    return any(one in (None, model) for one in _names_at(charter, provider))


def _reaches(charter: Charter, provider: str, name: str) -> bool:
    """Tell whether a charter is about everything of a provider, or about a model that may be asked for so."""
    return None in _names_at(charter, provider) or bool(_given(charter, provider, name))


def _given(charter: Charter, provider: str, name: str) -> tuple[str, ...]:
    """Return the names that a charter gives, and of which a name is a spelling or a snapshot."""
    keys, families = spelled(name)
    spellings, owner = {*keys, *families}, normal(provider)
    given = (model for model in _names_at(charter, provider) if model is not None)
    return tuple(model for model in given if model in spellings or f"{owner}/{model}" in spellings)


def _speaks_about_package(charter: Charter, purl: str) -> bool:
    package = package_of(purl)
    # A path that climbs out of its namespace is inside nothing.
    return ".." not in package.split("/") and any(_is_in(one, package) for one in charter.about)


def _is_in(about: About, package: str) -> bool:
    if about.purl_prefix is None:
        return False
    said = about.purl_prefix.rstrip("/")
    beginning = normal(said)
    if beginning.count("/") != said.count("/") or "/" not in said:
        # Part of it is nothing that can be seen: it would be wider than it looks.
        return False
    if about.purl_prefix.endswith("/"):
        return package.startswith(beginning + "/")
    return package == beginning


def _is_theirs(charter: Charter, provider: str, name: str) -> bool:
    """Tell whether a name is that of no package, of no weights, and of no model of somebody else."""
    key, owner = normal(name), normal(provider)
    if not key or any(one.startswith((PURL, WEIGHTS)) for one in (key, owner)):
        return False
    path, slash, _ = key.rpartition("/")
    if not slash or f"/{owner}/" in f"/{path}/":
        return True
    return any("/" in model for model in _given(charter, provider, name))
