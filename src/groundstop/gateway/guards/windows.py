"""Windows of words over a text: what is embedded of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from groundstop.documents.gateway import WordWindows


def windows_of(text: str, settings: WordWindows) -> tuple[str, ...]:
    """Return windows over a text, each half over the one before.

    Args:
        text: Words with spaces.
        settings: Their sizes, and how many at most: of a longer text they are spread evenly over all of it,
            first and last included, and what is between them is not looked at.

    Returns:
        The windows, each once; the whole text where it is shorter than a window.
    """
    words = text.split()
    if not words:
        return ()
    found = dict.fromkeys(window for size in settings.words for window in _of_size(words, size))
    return tuple(_spread(list(found), settings.most))


def _of_size(words: Sequence[str], size: int) -> Iterator[str]:
    step = max(1, size // 2)
    for start in range(0, max(1, len(words) - size + step), step):
        yield " ".join(words[start : start + size])


def _spread(windows: list[str], most: int) -> list[str]:
    if len(windows) <= most:
        return windows
    if most == 1:
        return windows[:1]
    return [windows[number * (len(windows) - 1) // (most - 1)] for number in range(most)]
