"""TLS as servers serve it. A plain file beside server.py, which loads it where a server is to have it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def context(certificate: Sequence[str], *, equal: bool) -> ssl.SSLContext:
    """Return the server's side of TLS 1.3 for a certificate and its key; equal servers issue no tickets."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(*certificate)
    if equal:
        context.num_tickets = 0
    return context
