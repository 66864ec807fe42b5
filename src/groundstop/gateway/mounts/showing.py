"""What a request shows of who sends it, as another gateway hands it on."""

from __future__ import annotations

import base64
import binascii
import ssl
from urllib.parse import unquote

from multidict import MultiMapping

from groundstop.gateway.reading.headers import presented
from groundstop.gateway.reading.refusing import BadRequest
from groundstop.gateway.serving.attesting import Presented
from groundstop.gateway.settings import Mounts

MOST_CERTIFICATE = 32 * 1024
"""Characters of a certificate; one in DER is a few kilobytes."""


def shown(headers: MultiMapping[str], mounts: Mounts) -> Presented:
    """Return what the headers show of who asks.

    Args:
        headers: Of the client's request, as they are handed on.
        mounts: Whether a header holds the client's certificate.

    Raises:
        BadRequest: A header stands there twice that may not, or is malformed.
    """
    tokens = presented(headers).tokens
    name = mounts.certificate_header
    return Presented(tokens, certificate_of(only(headers, name)) if name is not None else None)


def only(headers: MultiMapping[str], name: str) -> str:
    """Return the one value of a header; empty when it is not there.

    Raises:
        BadRequest: It stands there more than once.
    """
    found = headers.getall(name, [])
    if len(found) > 1:
        raise BadRequest(400, "malformed_headers", f"The header {name} stands there more than once", name)
    return found[0] if found else ""


def certificate_of(text: str) -> bytes | None:
    """Return a certificate in DER; none when there is none.

    Args:
        text: As PEM, with percent signs or without, or as base64 of DER.

    Raises:
        BadRequest: It is neither.
    """
    if not text:
        return None
    if len(text) > MOST_CERTIFICATE:
        raise _no_certificate()
    plain = unquote(text) if text.startswith("-----BEGIN%20") else text
    try:
        if plain.startswith("-----BEGIN "):
            # Whoever shows a chain begins it with the client's own.
            first, end, _ = plain.partition(_END)
            return ssl.PEM_cert_to_DER_cert(first + end)
        return base64.b64decode(plain, validate=True)
    except (ValueError, binascii.Error):
        raise _no_certificate() from None


_END = "-----END CERTIFICATE-----"


def _no_certificate() -> BadRequest:
    return BadRequest(
        400, "malformed_certificate", "The client's certificate is neither PEM nor base64 of DER"
    )
