"""Fetching a repository's files, by HTTP or from a folder: bounded in bytes and in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tuf.api.exceptions import DownloadError, DownloadHTTPError, SlowRetrievalError
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.urllib3_fetcher import Urllib3Fetcher

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

    from groundstop.directives.subscribing.obeys import Repository

_CHUNK = 64 * 1024
GAP_S = 5
"""Seconds without a byte after which a server is given up."""
REFRESH_S = 60.0
"""Seconds that all files of one refresh may take."""
FOLDER_URL = "folder:///"
"""What stands for the public folder in the addresses of files that are read from it."""


class BoundedFetcher(FetcherInterface):
    """A fetcher that remembers what it was asked for last, and stops when its time is up.

    Args:
        inner: Gives the bytes.
        seconds: How long all its files together may take.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        inner: FetcherInterface,
        *,
        seconds: float = REFRESH_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._until = clock() + seconds
        self._reading: Generator[bytes, None, None] | None = None
        self.file = ""
        """The file that was asked for last."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        self.file = url.rpartition("/")[2]
        if self._clock() >= self._until:
            raise SlowRetrievalError(f"No time is left for {self.file}")
        try:
            chunks = self._inner.fetch(url)
        except SlowRetrievalError as error:
            # Nobody answered at all: python-tuf does not tell a refused connection from a slow one.
            raise DownloadError(f"Nobody answered for {self.file}") from error
        self._reading = self._chunks(chunks)
        return self._reading

    def close(self) -> None:
        """Leave the file that was not read to its end, and the line that it came on."""
        if self._reading is not None:
            self._reading.close()

    def _chunks(self, chunks: Iterator[bytes]) -> Generator[bytes, None, None]:
        try:
            for chunk in chunks:
                if self._clock() >= self._until:
                    raise SlowRetrievalError(f"No time is left for {self.file}")
                yield chunk
        except DownloadError:
            raise
        except Exception as error:
            raise DownloadError(f"The connection broke at {self.file}") from error
        finally:
            if isinstance(chunks, Generator):
                chunks.close()


class HttpFetcher(Urllib3Fetcher):
    """The client's own HTTP fetcher, which leaves no line open on which it has not read to the end."""

    def __init__(self) -> None:
        super().__init__(socket_timeout=GAP_S, chunk_size=_CHUNK, app_user_agent="groundstop")

    def _chunks(self, response: BaseHTTPResponse) -> Iterator[bytes]:
        try:
            yield from super()._chunks(response)
        finally:
            response.close()


class FolderFetcher(FetcherInterface):
    """Reads a repository's public folder on this machine.

    Args:
        folder: The public folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _fetch(self, url: str) -> Iterator[bytes]:
        # The folder itself may well be ``../somewhere``; what is asked for in it never leads out.
        below = PurePosixPath(unquote(url.removeprefix(FOLDER_URL)))
        path = self._folder / below
        if ".." in below.parts or below.is_absolute() or not path.is_file():
            raise DownloadHTTPError(f"There is no {path}", 404)
        return self._chunks(path)

    @staticmethod
    def _chunks(path: Path) -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def source_of(repository: Repository) -> FetcherInterface:
    """Return what gives a repository's bytes; it keeps connections open, and can be used again."""
    if repository.path is not None:
        return FolderFetcher(repository.path)
    return HttpFetcher()


def base_url(repository: Repository) -> str:
    """Return where the repository's files are, for what gives its bytes."""
    return FOLDER_URL if repository.path is not None else f"{repository.url.rstrip('/')}/"
