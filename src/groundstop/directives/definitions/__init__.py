"""Classes of persons by named definitions, as data: the words, where they are from, and the condition.

What is meant by the words follows from claims alone. A service account is in none of them and out of none,
since anybody may be behind it, unless an issuer attests that its organisation itself asks: then the
organisation's incorporation decides.
"""

from groundstop.directives.definitions.reading import (
    Definition,
    definition,
    definition_names,
    read_definition,
)

__all__ = ["Definition", "definition", "definition_names", "read_definition"]
