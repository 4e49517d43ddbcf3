"""Where a URL leads whose server answers with a redirect (RFC 9110 section 15.4)."""

from __future__ import annotations

import os
from urllib.parse import urljoin

from ..targets.addresses import Address, address_of
from ..targets.secret_words import of_url
from ..targets.spec import Access, ServerSpec
from ..targets.templates import expanded
from ..websocket.handshake import Asked, open_socket
from ..websocket.http_messages import HandshakeError, authority, is_unix, read_response
from ..websocket.trust import client_context
from .process import ChildError

TIMEOUT_S = 5.0


def address_in(spec: ServerSpec) -> Address:
    """Return what a server's URL says, its variables filled in; the spec keeps their names.

    Raises `UsageError` where one is not set, and `ValueError` where the URL is none then.
    """
    return address_of(expanded(spec.url, f"the URL of {spec.label}", os.environ, lambda path: path))


def reached(spec: ServerSpec) -> Address:
    """Return where a server's URL leads, as `followed` does. Raises `ChildError`."""
    try:
        return followed(address_in(spec), spec.access)
    except OSError as problem:
        raise ChildError(f"{spec.label}: {problem.strerror or problem}") from None


def followed(address: Address, access: Access) -> Address:
    """Return the address that is reached within `access.redirects`, whatever it answers then.

    Raises `HandshakeError` where there are more, where one leads nowhere, from TLS to none, or to another
    host, which headers, a login and a certificate are not meant for; and `OSError` where nobody answers.
    """
    for left in range(access.redirects, -1, -1):
        location = _location(address, access)
        if not location:
            return address
        if not left:
            many = f"{access.redirects} redirect{'' if access.redirects == 1 else 's'}"
            raise HandshakeError(f"{_leads(location)} after {many}: name that URL, or follow more")
        address = _next(address, location, access)
    return address


def _location(address: Address, access: Access) -> str:
    """Return where a server sends a client, "" where it does not."""
    if is_unix(address.host):
        return ""
    tls = client_context(access.ca, insecure=access.insecure, identity=access.identity)
    place = access.connect_to or (address.host, address.port)
    with open_socket(*place, TIMEOUT_S, tls=tls if address.tls else None, name=address.host) as sock:
        host = authority(address.host, address.port, tls=address.tls)
        asked = Asked.of(address.path, host, subprotocols=access.subprotocols, headers=access.headers)
        sock.sendall(asked.data)
        return read_response(sock, TIMEOUT_S).leads_to


def _next(address: Address, location: str, access: Access) -> Address:
    """Return the address that a location names."""
    scheme = "https" if address.tls else "http"
    here = f"{scheme}://{authority(address.host, address.port, tls=address.tls)}{address.path}"
    try:
        there = urljoin(here, location)
        there = "ws" + there.removeprefix("http") if there.startswith("http") else there
        found = address_of(there)
    except ValueError:
        raise HandshakeError(f"{_leads(location)}, which is no address of a WebSocket") from None
    if address.tls and not found.tls:
        raise HandshakeError(f"{_leads(location)}, from TLS to none: name that URL if you trust it")
    private = access.headers or access.first or access.certificate or access.connect_to
    if found.host != address.host and private:
        why = "is another host, which your headers, login or certificate are not for"
        raise HandshakeError(f"{_leads(location)}, which {why}: name that URL")
    return found


def _leads(location: str) -> str:
    """Say where it leads, without what only the two of them should know."""
    return f"it leads to {of_url(location).text}"
