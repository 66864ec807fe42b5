"""One notice to one receiver: signed, so that the receiver knows whom it is from, and that it is not old."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from aiohttp import ClientError, ClientSession, ClientTimeout

SIGNATURE = "Groundstop-Signature"
DELIVERY = "Groundstop-Delivery"
_TIMEOUT_S = 15.0


def signature(secret: str, body: bytes, *, at: int) -> str:
    """Return the value of the header that signs a message.

    Args:
        secret: What both sides know.
        body: What is sent.
        at: When, in seconds since 1970; a receiver refuses what is older than a few minutes.

    Returns:
        ``t=SECONDS,v1=HEX``: HMAC-SHA256 over the seconds, a full stop, and the body.
    """
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def signature_holds(secret: str, body: bytes, value: str, *, now: float, most_s: float = 300.0) -> bool:
    """Tell a receiver whether a message is from whoever knows the secret, and is fresh.

    Args:
        secret: What both sides know.
        body: What came.
        value: Of the header.
        now: The time, in seconds since 1970.
        most_s: How old it may be.
    """
    parts = dict(part.partition("=")[::2] for part in value.split(","))
    time = parts.get("t", "")
    if not (time.isascii() and time.isdigit()) or abs(now - int(time)) > most_s:
        return False
    return hmac.compare_digest(signature(secret, body, at=int(time)), value)


async def send(
    session: ClientSession, url: str, body: bytes, *, number: str, secret: str | None, at: int
) -> bool:
    """Send a notice.

    Args:
        session: Carries it.
        url: Of the receiver.
        body: What is sent.
        number: The notice's id.
        secret: For its signature; none for none.
        at: The time, in seconds since 1970.

    Returns:
        Whether the receiver has taken it: it answered with a status of 2xx.
    """
    headers: Mapping[str, str] = {"Content-Type": "application/json", DELIVERY: number}
    if secret is not None:
        headers = {**headers, SIGNATURE: signature(secret, body, at=at)}
    try:
        async with session.post(
            url,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=ClientTimeout(total=_TIMEOUT_S),
        ) as response:
            return 200 <= response.status < 300
    except (OSError, TimeoutError, ClientError):
        return False
