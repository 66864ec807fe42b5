"""The page in each bundle that tells a stranger how to check it with tools this project did not write."""

from __future__ import annotations

from importlib import resources

from groundstop.documents import KeyCard
from groundstop.evidence.bundle import origin_of

README = "README.md"


def readme(finding_id: str, reporter: KeyCard) -> str:
    """Return the text of a bundle's README.

    Args:
        finding_id: The finding's name.
        reporter: The card of the key that signs the finding and keeps its log.
    """
    text = (resources.files("groundstop.evidence.findings") / "stranger.md").read_text(encoding="utf-8")
    return (
        text.replace("{{finding}}", finding_id)
        .replace("{{reporter}}", reporter.name)
        .replace("{{key_id}}", reporter.key_id)
        .replace("{{origin}}", origin_of(finding_id))
    )
