"""The models of embeddings that are at hand, by their digests: which file is called what does not matter."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from groundstop.errors import InputError

if TYPE_CHECKING:
    from groundstop.gateway.guards.embedding import Embedder

_MOST_FILES = 50


class Models:
    """The files of a folder, each hashed once as long as it stays as it is.

    Args:
        folder: Where weights (``*.onnx``) and tokenizers (``*.json``) are; it need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digests: dict[tuple[str, int, int], str] = {}
        self._made: dict[tuple[str, str], Embedder] = {}

    def find(self, model_sha256: str, tokenizer_sha256: str) -> Embedder:
        """Return the model with these digests; it is loaded once.

        Raises:
            InputError: It is not in the folder, or cannot be run.
        """
        from groundstop.gateway.guards.embedding import Embedder

        wanted = (model_sha256, tokenizer_sha256)
        if wanted not in self._made:
            self._made[wanted] = Embedder(
                self._file("*.onnx", model_sha256), self._file("*.json", tokenizer_sha256)
            )
        return self._made[wanted]

    def _file(self, pattern: str, sha256: str) -> Path:
        for path in sorted(self._folder.glob(pattern))[:_MOST_FILES]:
            if self._digest(path) == sha256:
                return path
        raise InputError(
            f"No file {pattern} in {self._folder} has the digest {sha256[:16]}…",
            "Put the weights and the tokenizer there that the guard was made with",
        )

    def _digest(self, path: Path) -> str | None:
        try:
            stat = path.stat()
            key = (path.name, stat.st_size, stat.st_mtime_ns)
            if key not in self._digests:
                with path.open("rb") as file:
                    self._digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None
        return self._digests[key]
