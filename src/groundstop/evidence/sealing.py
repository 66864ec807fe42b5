"""Content sealed at rest: encrypted with age to the workspace's own identity.

What is sealed can be opened by the ``age`` program with the identity file, without this program.
"""

from __future__ import annotations

from pathlib import Path

from groundstop.errors import InputError
from groundstop.evidence.age import encrypt, new_identity_text, read_identity
from groundstop.evidence.disk import PRIVATE, write_new


class WorkspaceIdentity:
    """The key of a workspace, in a file that only its owner can read.

    Args:
        path: The identity file, in the form that ``age-keygen`` writes.

    Raises:
        InputError: The file is not an age identity.
        WorkspaceError: It is missing, cannot be read, or others can read it.
    """

    def __init__(self, path: Path) -> None:
        self._identity, self._recipient = read_identity(path)

    @classmethod
    def load_or_create(cls, path: Path) -> WorkspaceIdentity:
        """Return the identity in a file, making the file with mode 0600 when there is none."""
        if not path.exists():
            write_new(path, new_identity_text()[0].encode("ascii"), mode=PRIVATE)
        return cls(path)

    def seal(self, data: bytes) -> bytes:
        """Encrypt bytes to this identity."""
        return encrypt(data, [self._recipient])

    def unseal(self, data: bytes) -> bytes:
        """Decrypt bytes that were sealed to this identity.

        Raises:
            InputError: They were sealed to another key, or are damaged.
        """
        try:
            return self._identity.unseal(data)
        except InputError as error:
            raise InputError(
                "Sealed content cannot be opened with this workspace's key",
                "Use the workspace in which it was sealed, or restore its key and content from a backup",
            ) from error
