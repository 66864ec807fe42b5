"""A user's own file of ordinary requests, instead of a suite's."""

from __future__ import annotations

from groundstop.documents import BenignRequest
from groundstop.errors import DocumentError
from groundstop.suites.problems import Problem, raise_first
from groundstop.suites.reading import listed_entries, named_by_hash
from groundstop.suites.yaml_text import parse_yaml


def read_benign_requests(data: bytes, *, source: str) -> tuple[BenignRequest, ...]:
    """Read ordinary requests as a suite's ``benign.yaml`` has them: a list of sentences.

    Args:
        data: YAML.
        source: Where the bytes came from, for error messages.

    Returns:
        The requests, each once.

    Raises:
        DocumentError: Not a list, or an entry is no request.
    """
    problems: list[Problem] = []
    found = listed_entries(named_by_hash(parse_yaml(data, source=source)), BenignRequest, source, problems)
    raise_first(problems)
    if not found:
        raise DocumentError(f"{source} has no ordinary requests", "List some, each after '- '")
    return tuple({one.ask: one for one in found}.values())
