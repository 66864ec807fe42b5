"""The TLS that a gateway shows to its clients."""

from __future__ import annotations

import ssl

from groundstop.gateway.settings import Tls


def server_context(tls: Tls) -> ssl.SSLContext:
    """Return what connections are opened with.

    Args:
        tls: Its files, by paths that can be opened from here.

    Returns:
        TLS 1.2 or later. With authorities of clients a client may show a certificate of theirs; none has to.

    Raises:
        OSError: A file cannot be read, or is no certificate or key (``ssl.SSLError``).
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A key that asks for a passphrase would stop the start at a prompt that nobody sees.
    context.load_cert_chain(tls.certificate, tls.key, password=lambda: b"")
    context.set_alpn_protocols(["http/1.1"])
    if tls.client_authorities is not None:
        context.load_verify_locations(cafile=tls.client_authorities)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context
