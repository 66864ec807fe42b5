"""What an author can do about an order that is refused: one hint for each refusal."""

from __future__ import annotations

from groundstop.documents.directives import URGENT_HOURS, WITHHELD_DAYS, calls_needed

PROPOSED_BOUND, PROPOSED_ALPHA = 0.01, 0.05

BOUNDED_PROPOSAL = (
    f'Write [lifting] with verdict = "class_mitigated", bound = {PROPOSED_BOUND}, alpha = {PROPOSED_ALPHA}, '
    f"minimum_n = {calls_needed(PROPOSED_BOUND, PROPOSED_ALPHA)} and the verifiers: "
    "none of so many calls may break the rule, which can be shown where zero cannot"
)

_HINTS: tuple[tuple[str, str], ...] = (
    (
        "lacks the field 'scope'",
        (
            "Say whom it reaches: [[scope]] with an id, and persons, destinations, organisations, purposes; "
            "a rule with none of them reaches everybody"
        ),
    ),
    (
        "at 'scope':",
        "Say whom it reaches: at least one [[scope]] with an id; one without conditions reaches everybody",
    ),
    (
        "lacks the field 'expires'",
        "Say when it ends by itself: expires = 2026-08-05T12:00:00Z; it can be renewed by an amendment",
    ),
    (
        "lacks the field 'review'",
        "Say when it is looked at again: review = 2026-07-20T12:00:00Z, before it expires",
    ),
    ("lacks the field 'effective'", "Say from when it applies: effective = 2026-07-06T12:00:00Z"),
    ("lacks the field 'lifting'", BOUNDED_PROPOSAL),
    ("lacks the field 'lifting.", BOUNDED_PROPOSAL),
    ("a rate of zero can never be shown", "Write the bound that is meant, with the calls that can show it"),
    ("calls cannot rule out", "Raise minimum_n to that number, or the bound or alpha"),
    (
        "more verifiers are needed",
        "Name as many in lifting.verifiers, or lower lifting.verifiers_needed",
    ),
    (
        "more countersigners are needed",
        "Name as many in lifting.countersigners, or lower lifting.countersigners_needed",
    ),
    (
        "names a finding, or says why",
        (
            "Add [[evidence]] with the finding's digest and id, which groundstop finding show tells; "
            f"or withheld with the reason, and an expiry within {WITHHELD_DAYS} days"
        ),
    ),
    (
        "with its evidence withheld",
        "Set expires earlier, or name the finding in [[evidence]]",
    ),
    (
        "lacks its legal basis",
        "Add [basis] with text, citation, source and as_of: quoted and dated, it is not judged",
    ),
    (
        "is named only loosely",
        (
            "Add [[subject.models.hosted]] with provider, name and the dated snapshot, or every for all; "
            "or purls, or the SHA-256 of its weights"
        ),
    ),
    (
        "the aliases of",
        "Add [[subject.models.hosted]] with provider, name and snapshot",
    ),
    (
        "lacks the field 'subject'",
        "Name the models: [[subject.models]] with a label, and their identifiers and findings",
    ),
    (
        "from whom the claim",
        (
            "Add [[claims]] with the claim and the assurance that it needs; or take the condition out of the "
            "rules, and state it in not_enforced"
        ),
    ),
    (
        "each class of persons that a rule uses",
        ("Put the definition into [[definitions]]; groundstop directive draft --persons writes one"),
    ),
    ("an exception for everybody", "Give the exception a condition, or take it out"),
    ("it is reviewed after", "Set review between effective and expires"),
    ("it expires after", "Set expires later than effective"),
    ("it is made before", "Set expires later than created, or leave created out: signing fills it in"),
    (
        "supersedes nothing, and every later one",
        (
            "An amendment has the next sequence, and in supersedes the content id of the one before, which "
            "groundstop directive show tells"
        ),
    ),
    ("within 72 hours", f"Set expires at most {URGENT_HOURS} hours after created, and renew it by an order"),
    ("at 'unknown'", "Write deny or allow: what happens to whoever is not known to be in or out"),
    ("at 'acts", "Choose among infer, fine-tune, download, transfer and deploy"),
    ("at 'silence", "Write [silence] with when_dark = close or keep; a gateway is stale before it is dark"),
    ("lacks the field 'silence", "Write [silence] with when_dark = close or keep"),
    (
        "lacks the field 'appeal",
        "Say where to object: [appeal] with a name and a contact",
    ),
    (
        "lacks the field 'response",
        "Say what somebody is told whom it keeps out: [response] with a message",
    ),
    # After what is wrong with criteria in particular: here they are no criteria at all.
    ("at 'lifting':", BOUNDED_PROPOSAL),
    ("lacks the field 'reasons'", "Give the gist of the reasons, for whoever is kept out; no way of asking"),
)
"""Parts of the messages of the forms, and what to do; the first that is found counts."""


def hint_for(message: str) -> str | None:
    """Return what an author can do about a refusal.

    Args:
        message: What the form said.

    Returns:
        A hint of one sentence, without its full stop; none when there is none better than the form's own.
    """
    return next((hint for part, hint in _HINTS if part in message), None)
