"""Whether the languages of a suite fit its behaviors and techniques."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from groundstop.documents.suite import LanguagePhrases
from groundstop.suites.grammar_checks import check_grammar
from groundstop.suites.problems import Problem, error, errors_of, warning
from groundstop.suites.reading import LANGUAGES, Contents
from groundstop.suites.variants import MAX_VARIANTS, wordings_given


def check_languages(contents: Contents) -> list[Problem]:
    """Look at languages that were read for what does not fit the other documents.

    Args:
        contents: The documents of a folder.

    Returns:
        The problems found: errors, and a warning for what a language does not ask.
    """
    tags = Counter(language.tag.lower() for language in contents.languages)
    return [
        *(
            error(f"{LANGUAGES} has the language {tag} more than once", "Put its entries together")
            for tag, count in sorted(tags.items())
            if count > 1
        ),
        *(problem for language in contents.languages for problem in _language(language, contents)),
        *_sizes(contents),
    ]


def _language(language: LanguagePhrases, contents: Contents) -> Iterator[Problem]:
    here = f"{LANGUAGES}: language {language.tag}"
    for what, ids, used in (
        ("behavior", {one.id for one in contents.behaviors}, set(language.asks)),
        ("technique", {one.id for one in contents.techniques}, set(language.techniques)),
    ):
        if errors_of(contents.problems):
            # Said only when the files themselves are fine: else it follows from what is wrong with them.
            break
        for name in sorted(used - ids):
            yield error(f"{here} names an unknown {what} {name}", "Correct its id, or remove it")
        for name in sorted(ids - used):
            yield warning(f"{here} has nothing for the {what} {name}", "Add it, or verify without it")
    for name, grammar in sorted(language.techniques.items()):
        yield from check_grammar(f"{here}, technique {name}", grammar)


def _sizes(contents: Contents) -> Iterator[Problem]:
    wordings: Counter[str] = Counter()
    for language in contents.languages:
        for name, grammar in language.techniques.items():
            wordings[name] += wordings_given(grammar)
    for name, count in sorted(wordings.items()):
        if count > MAX_VARIANTS:
            yield error(
                f"{LANGUAGES} gives more than {MAX_VARIANTS:,} wordings of the technique {name}",
                "Use fewer slots or choices",
            )
