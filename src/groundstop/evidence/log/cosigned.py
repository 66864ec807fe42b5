"""Where a log keeps checkpoints that a witness cosigned: one file for each time that a witness saw one.

The newest checkpoint replaces the one before it. Those with a witness' time are kept, since each shows which
entries were there at that time and which were not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from groundstop.evidence.log.checkpoint import SignedCheckpoint
from groundstop.evidence.log.cosignature import witness_time
from groundstop.evidence.log.errors import FormError, VerificationError
from groundstop.evidence.log.keys import VerifierKey

_PATH = re.compile(r"cosigned/(0|[1-9][0-9]{0,18})-([0-9]{8}T[0-9]{6}Z)-([0-9a-f]{8})")
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class CosignedPath:
    """What the name of such a file says.

    Args:
        size: The checkpoint's size.
        seen: When the witness saw it.
        key_id: The witness' key id, in hexadecimal.
    """

    size: int
    seen: datetime
    key_id: str

    def __str__(self) -> str:
        return f"cosigned/{self.size}-{self.seen.strftime(_TIME)}-{self.key_id}"

    @classmethod
    def parse(cls, path: str) -> CosignedPath:
        """Read a path.

        Raises:
            FormError: It is not the path of a cosigned checkpoint.
        """
        found = _PATH.fullmatch(path)
        try:
            if found:
                seen = datetime.strptime(found[2], _TIME).replace(tzinfo=UTC)
                return cls(int(found[1]), seen, found[3])
        except ValueError:
            pass
        raise FormError(
            f"{path[:100]!r} is not the path of a cosigned checkpoint", "Check the name of the file"
        )


def is_cosigned_path(path: str) -> bool:
    """Tell whether a path is that of a cosigned checkpoint."""
    try:
        CosignedPath.parse(path)
    except FormError:
        return False
    return True


def cosigned_file(signed: SignedCheckpoint, witness: VerifierKey, log: VerifierKey) -> tuple[str, bytes]:
    """Return the path and the bytes in which a log keeps a cosigned checkpoint.

    Args:
        signed: The checkpoint with the witness' line.
        witness: The witness' key.
        log: The log's own key.

    Returns:
        The path, and a note with two lines: the log's and this witness'.

    Raises:
        VerificationError: The witness did not cosign it.
    """
    seen = witness_time(signed.note, witness)
    if seen is None:
        raise VerificationError(
            f"The checkpoint has no cosignature by {witness.name}", "Give the note that the witness returned"
        )
    lines = tuple(line for line in signed.note.signatures if line.is_by(log) or line.is_by(witness))
    path = CosignedPath(signed.checkpoint.size, seen, witness.key_id.hex())
    return str(path), replace(signed.note, signatures=lines).to_bytes()
