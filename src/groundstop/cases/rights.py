"""Who may say what in a case. Nobody can say anything in another's name."""

from __future__ import annotations

from dataclasses import dataclass

from groundstop.documents.cases import Role

_EVERY = frozenset(Role) - {Role.PUBLIC}
_LEADING = frozenset({Role.COORDINATOR, Role.AUTHORITY})
_DEVELOPER = frozenset({Role.DEVELOPER})

LEADING = _LEADING
"""The roles that lead a case, beside whoever opened it."""


@dataclass(frozen=True, slots=True)
class Right:
    """Who may make one kind of statement."""

    roles: frozenset[Role]
    opener: bool = False
    """Whether the party that opened the case may, whatever its role."""


RIGHTS: dict[str, Right] = {
    "acknowledged": Right(_DEVELOPER),
    "cannot_reproduce": Right(_DEVELOPER),
    "accepted_fix_planned": Right(_DEVELOPER),
    "mitigated_temporarily": Right(_DEVELOPER | {Role.OPERATOR}),
    "fix_claimed": Right(_DEVELOPER),
    "not_a_defect": Right(_DEVELOPER),
    "baseline_dispute": Right(_DEVELOPER),
    "severity_dispute": Right(_DEVELOPER),
    "wont_fix": Right(_DEVELOPER),
    "refused": Right(_DEVELOPER | {Role.OPERATOR}),
    "voluntary_withdrawal": Right(_DEVELOPER | {Role.OPERATOR}),
    "legal_objection": Right(_DEVELOPER | {Role.OPERATOR}),
    "opened": Right(_LEADING | {Role.REPORTER}),
    "standing": Right(_LEADING | {Role.REPORTER}),
    "party": Right(_EVERY),
    # A new party only by those who lead, see referring.py; a new key of its own by every party.
    "identity_revealed": Right(_EVERY),
    "interests": Right(_EVERY),
    "interests_challenged": Right(_EVERY),
    "challenge_upheld": Right(_LEADING),
    "scored": Right(_EVERY - _DEVELOPER),
    "evidence": Right(_EVERY),
    "requested": Right(_LEADING | {Role.REPORTER, Role.OPERATOR}),
    "disputed": Right(_EVERY),
    "remark": Right(_EVERY),
    "withdrawn": Right(_EVERY),
    "clock_extended": Right(_LEADING, opener=True),
    "clock_paused": Right(_LEADING, opener=True),
    "clock_resumed": Right(_LEADING, opener=True),
    "exposure": Right(_EVERY),
    "embargo": Right(_LEADING, opener=True),
    "early_release": Right(_LEADING, opener=True),
    "leak": Right(_EVERY),
    "disclosed": Right(_EVERY),
    "notice_received": Right(_EVERY),
    "unreachable": Right(_EVERY),
    "order": Right(frozenset({Role.AUTHORITY})),
    "closed": Right(_LEADING, opener=True),
    "reopened": Right(_LEADING, opener=True),
}
"""By the type of what is said."""


def may_say(kind: str, role: Role, *, is_opener: bool) -> bool:
    """Tell whether a party of a role may make a kind of statement."""
    right = RIGHTS[kind]
    return role in right.roles or (right.opener and is_opener)


def who_may(kind: str) -> str:
    """Return who may make a kind of statement, in words."""
    right = RIGHTS[kind]
    if right.roles == _EVERY:
        return "every party but the public"
    names = sorted(role.value for role in right.roles)
    return ", ".join([*names, "whoever opened the case"] if right.opener else names)
