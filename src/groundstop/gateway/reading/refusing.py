"""What is said of a request that cannot be read as one thing only."""

from __future__ import annotations


class BadRequest(Exception):  # noqa: N818  # an answer to a client, and no error of ours
    """A request that is answered with a client's error before anything is decided.

    Args:
        status: Of the answer.
        code: A word for programs.
        message: A sentence for people, without a final full stop. It quotes nothing of the request's values.
        param: What is wrong, by its place in the request; none for the request as a whole.
    """

    def __init__(self, status: int, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param

    def __reduce__(self) -> tuple[type[BadRequest], tuple[int, str, str, str | None]]:
        return type(self), (self.status, self.code, self.message, self.param)
