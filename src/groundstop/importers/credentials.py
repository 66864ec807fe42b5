"""Credentials in other people's files: found by their form or by the name of their field, and taken out.

Forms that are published by those who hand the keys out, and fields whose name says what they hold. What looks
like neither stays, so this lowers the risk and does not end it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MARKER = "[credential removed]"
"""What stands in the place of a credential."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A form of credential, tried only on texts in which one of its signs stands."""

    signs: tuple[str, ...]
    pattern: re.Pattern[str]


def _form(signs: str, pattern: str) -> _Form:
    return _Form(tuple(signs.split()), re.compile(pattern))


# Each takes time in proportion to the text: a long run of a token's characters is entered at its start only,
# and no two unbounded repetitions that follow each other can match the same characters.
_FORMS = (
    _form(
        "PRIVATE",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]{0,20000}"
        r"(?:-----END [A-Z ]{0,40}KEY-----)?",
    ),
    _form("AGE-SECRET-KEY-1", r"\bAGE-SECRET-KEY-1[A-Z0-9]{20,}"),
    _form("sk- sk_ rk_", r"(?<![A-Za-z0-9_-])[sr]k[-_](?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,}"),
    _form("AIza", r"\bAIza[0-9A-Za-z_-]{30,}"),
    _form("AKIA ASIA", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _form("gho_ ghp_ ghr_ ghs_ ghu_", r"\bgh[opsru]_[A-Za-z0-9]{30,}"),
    _form("github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{20,}"),
    _form("glpat-", r"\bglpat-[A-Za-z0-9_-]{18,}"),
    _form("hf_ gsk_", r"\b(?:hf|gsk)_[A-Za-z0-9]{30,}"),
    _form("xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    _form("eyJ", r"(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    _form("://", r"""(?<=://)[^\s/@:"']{1,200}:[^\s/@"']{3,200}(?=@)"""),
)
_NAMED = re.compile(
    r"""
    (?P<name>
      (?: \b(?:proxy-)?authorization["']?\s?[:=]\s?["']?(?:(?:bearer|basic|token)\s)? | \bbearer\s )
      (?=[A-Za-z._~+/=-]*[0-9])
      | \b(?:x-)?(?:api|access|secret|subscription)[-_]?key["']?\s?[:=]\s?["']?
    )
    [A-Za-z0-9._~+/=-]{12,}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NAMES = (
    "authorization",
    "bearer",
    *(
        f"{kind}{joint}key"
        for kind in ("api", "access", "secret", "subscription")
        for joint in ("", "-", "_")
    ),
)
_SHORTEST = 8
"""Nothing shorter has a form that is looked for."""

_SECRET_FIELDS = frozenset((
    "accesskey", "accesstoken", "apikey", "apitoken", "authorization", "authtoken", "awssecretaccesskey",
    "awssessiontoken", "bearertoken", "clientsecret", "cookie", "credential", "credentials", "password",
    "privatekey", "proxyauthorization", "refreshtoken", "secret", "secretaccesskey", "secretkey",
    "sessiontoken", "setcookie", "subscriptionkey", "xapikey",
))  # fmt: skip
_SECRET_ENDINGS = ("apikey", "accesstoken", "authtoken", "secretkey", "clientsecret")
_HARMLESS = re.compile(r"^(?:\s*|\W*redacted\W*|\*+|<[^<>]*>|\$\{[^{}]*\}|\{\{[^{}]*\}\})$", re.IGNORECASE)
"""Nothing, or a stand-in: what the other tool left in the place of a secret."""


def remove_credentials(text: str, *, field: str | None = None) -> tuple[str, int]:
    """Take the credentials out of a text.

    Args:
        text: Any text.
        field: The name of the field in which it stands, if it stands in one.

    Returns:
        The text with a marker in each credential's place, and how many there were.

    Source: the prefixes published by those who hand the keys out, listed in
        ``docs/reference/importers.md``; RFC 6750 for bearer tokens; RFC 7468 for private keys.
    """
    if field is not None and _is_secret_field(field):
        return (text, 0) if _HARMLESS.match(text) else (MARKER, 1)
    if len(text) < _SHORTEST:
        return text, 0
    removed = 0
    folded = text.lower()
    if any(name in folded for name in _NAMES):
        text, removed = _NAMED.subn(_keep_the_name, text)
    for form in _FORMS:
        if any(sign in text for sign in form.signs):
            text, found = form.pattern.subn(MARKER, text)
            removed += found
    return text, removed


def _is_secret_field(field: str) -> bool:
    plain = field.lower().replace("-", "").replace("_", "")
    return plain in _SECRET_FIELDS or plain.endswith(_SECRET_ENDINGS)


def _keep_the_name(match: re.Match[str]) -> str:
    return f"{match['name']}{MARKER}"
