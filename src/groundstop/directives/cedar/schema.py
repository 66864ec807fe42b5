"""The schema of the policies: what a request tells Cedar.

Times are milliseconds since 1970. What Cedar does not work out is told to it: under which names a model is
looked up, which licences have their quota used up, and which name whoever asks, each by its content: two
sequences of one licence differ in that.
"""

from __future__ import annotations

from groundstop.documents.directives import Act, ClaimName

REQUESTER = "Requester"
MODEL = "Model"

_BEGINNING = """\
// A model that is asked for: every key that it is looked up under, and whose it is where that is known.
entity Model = {
  keys: Set<String>,
  provider?: String,
};

// What an issuer, whom the operator trusts with it, has attested.
type Claim = {
  values: Set<String>,
  issuer: String,
  assurance: Long,
  until: Long,
};
"""


def cedar_schema() -> str:
    """Return the schema of the policies that :func:`cedar_policies` writes, in Cedar's own form."""
    claims = "".join(f'  "{name}"?: Claim,\n' for name in ClaimName)
    acts = ", ".join(f'"{act}"' for act in Act)
    return (
        f"{_BEGINNING}\n"
        f"type Claims = {{\n{claims}}};\n\n"
        "// Whoever asks: what is attested of them, which licences name them, and which are used up.\n"
        f"entity {REQUESTER} = {{\n"
        "  claims: Claims,\n"
        "  named: Set<String>,\n"
        "  spent: Set<String>,\n"
        "};\n\n"
        f"action {acts} appliesTo {{\n"
        f"  principal: {REQUESTER},\n"
        f"  resource: {MODEL},\n"
        "  context: {\n"
        "    at: Long,\n"
        "    heard: Long,\n"
        "    silent: Long,\n"
        "  },\n"
        "};\n"
    )
