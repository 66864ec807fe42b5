"""Vectors of texts by a small model of language that the operator gives: its weights, and its tokenizer.

It needs the extra ``guards``. Nothing is downloaded: the files are given by their paths, and held to digests.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from groundstop.documents.gateway import Embedding
from groundstop.errors import InputError
from groundstop.evidence import read_bounded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

_MOST_WEIGHTS = 2 * 1024**3
_MOST_TOKENIZER = 64 * 1024**2
_MOST_TOKENS = 256
"""Of a window; what is longer is cut off."""
_BATCH = 8
_SCALE = 127.0
_KNOWN_INPUTS = frozenset({"input_ids", "attention_mask", "token_type_ids"})


class Embeds(Protocol):
    """Whatever turns texts into vectors of length 1."""

    @property
    def name(self) -> str:
        """How the model is called."""

    @property
    def model_sha256(self) -> str:
        """The digest of its weights."""

    @property
    def tokenizer_sha256(self) -> str:
        """The digest of its tokenizer."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of some texts, a row each.

        Raises:
            LookupError: The model failed.
        """


class Remembering:
    """Works out each text once: making a guard looks at the same texts again and again.

    Args:
        embeds: What works them out.
    """

    def __init__(self, embeds: Embeds) -> None:
        self._embeds = embeds
        self._known: dict[str, Vectors] = {}
        self.name = embeds.name
        self.model_sha256 = embeds.model_sha256
        self.tokenizer_sha256 = embeds.tokenizer_sha256

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of some texts, a row each."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embeds.vectors(new), strict=True))
        return np.stack([self._known[text] for text in texts])


class Embedder:
    """Turns texts into vectors of length 1. Safe to use from many threads.

    Args:
        weights: An ONNX model that takes tokens. It gives one vector, or one a token: these are averaged.
        tokenizer: Its ``tokenizer.json``.
        threads: Of the machine, for one text.

    Raises:
        InputError: A file is missing or is none of that form, or the extra ``guards`` is not installed.
    """

    def __init__(self, weights: Path, tokenizer: Path, *, threads: int = 1) -> None:
        self.name = weights.stem
        data = read_bounded(weights, most=_MOST_WEIGHTS)
        written = read_bounded(tokenizer, most=_MOST_TOKENIZER)
        self.model_sha256 = hashlib.sha256(data).hexdigest()
        self.tokenizer_sha256 = hashlib.sha256(written).hexdigest()
        self._session = _session(data, weights, threads)
        self._inputs = frozenset(one.name for one in self._session.get_inputs())
        if not {"input_ids"} <= self._inputs <= _KNOWN_INPUTS:
            raise InputError(
                f"{weights} is a model that takes something else than tokens",
                "Give one that was made from a sentence encoder",
            )
        self._tokenizer = _tokenizer(written, tokenizer)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of some texts, a row each.

        Raises:
            LookupError: The model failed.
        """
        import numpy as np

        rows = [self._batch(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        return np.concatenate(rows)

    def _batch(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        encoded = self._tokenizer.encode_batch(list(texts))
        fed = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
            "token_type_ids": np.array([one.type_ids for one in encoded], dtype=np.int64),
        }
        try:
            out = self._session.run(None, {name: fed[name] for name in self._inputs})[0]
        # The library has an exception class of its own for each kind of failure, and no common one.
        except Exception as error:
            raise LookupError("the model of its vectors failed") from error
        if out.ndim == 3:
            mask = fed["attention_mask"][:, :, None].astype(np.float32)
            out = (out * mask).sum(axis=1) / np.maximum(mask.sum(axis=1), 1.0)
        lengths = np.linalg.norm(out, axis=1, keepdims=True)
        result: Vectors = (out / np.maximum(lengths, 1e-9)).astype(np.float32)
        return result


def packed(vectors: Vectors) -> tuple[str, ...]:
    """Return vectors as a document holds them: each value in a byte."""
    import numpy as np

    scaled = np.clip(np.rint(vectors * _SCALE), -127, 127).astype(np.int8)
    return tuple(base64.b64encode(row.tobytes()).decode("ascii") for row in scaled)


def unpacked(embedding: Embedding) -> Vectors:
    """Return the vectors of a document, each of length 1 again."""
    import numpy as np

    data = b"".join(base64.b64decode(one) for one in embedding.vectors)
    rows = np.frombuffer(data, dtype=np.int8).reshape(-1, embedding.dimensions).astype(np.float32)
    result: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return result


def nearest(vectors: Vectors, known: Vectors) -> float:
    """Return the largest cosine between one of some vectors and one that is known; 0 at least, 1 at most."""
    return float(min(1.0, max(0.0, (vectors @ known.T).max())))


def _session(data: bytes, path: Path, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as error:
        raise InputError(
            "Vectors need the extra guards", "Install it: pip install 'groundstop[guards]'"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    # The library has an exception class of its own for each kind of failure, and no common one.
    except Exception as error:
        raise InputError(f"{path} is no ONNX model that can be run here", "Give another file") from error


def _tokenizer(data: bytes, path: Path) -> Any:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise InputError(
            "Vectors need the extra guards", "Install it: pip install 'groundstop[guards]'"
        ) from error
    try:
        made = Tokenizer.from_str(data.decode("utf-8"))
    # It raises a bare Exception for whatever is wrong.
    except Exception as error:
        raise InputError(f"{path} is no tokenizer.json", "Give the one of the model") from error
    made.enable_truncation(max_length=_MOST_TOKENS)
    made.enable_padding()
    return made
