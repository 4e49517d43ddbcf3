"""What the URL of a target says: where to connect to, and what to ask for."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import UsageError

PORTS = {"ws": 80, "wss": 443}
"""Where a server is whose URL names no port (RFC 6455 section 3)."""

FORMS = "ws://host[:port]/path, wss://host[:port]/path or ws+unix:///path/to.sock:/path"

_URL = re.compile(r"(?P<scheme>wss?)://(?P<authority>[^/?#]+)(?P<asked>[^#]*)(?:#.*)?")
_UNIX = re.compile(r"ws\+unix://(?P<socket>/[^:?#]+)(?::(?P<asked>[^#]*))?(?:#.*)?")


class Address(NamedTuple):
    """Where a server is, and what it is asked for: path and query as they were typed.

    `host` is the path of a Unix socket where it begins with a slash; `port` is 0 then. `shown` names the
    server where the user does not; `user` says that the URL holds a user or password.
    """

    host: str
    port: int
    path: str
    tls: bool
    shown: str
    user: bool = False


def address_of(url: str) -> Address:
    """Read a URL; that of a Unix socket is written as Node's ws does. Raises `ValueError`."""
    if re.search(r"\s", url) or not url.isprintable():
        raise ValueError("a URL has neither white space nor what can't be seen")
    if unix := _UNIX.fullmatch(url):
        where, asked = unix["socket"], _absolute(unix["asked"] or "")
        return Address(where, 0, asked, tls=False, shown=where.rpartition("/")[2] or where)
    found, parts = _URL.fullmatch(url), urlsplit(url)
    if not found or not parts.hostname or parts.port == 0:
        raise ValueError("it names no host, or no port that can be")
    parts.hostname.encode("idna")  # as the resolver will
    port = parts.port or PORTS[found["scheme"]]
    user = parts.username is not None
    return Address(
        parts.hostname, port, _absolute(found["asked"]), found["scheme"] == "wss", parts.netloc, user
    )


def _absolute(asked: str) -> str:
    """Return what stands in a request for the rest of a URL (RFC 9112 section 3.2.1)."""
    return asked if asked.startswith("/") else f"/{asked}"


def read_place(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`, an IPv6 address in brackets. Raises `UsageError`."""
    try:
        parts = urlsplit(f"//{text}")
        if parts.hostname and parts.port and parts.netloc == text and "@" not in text:
            parts.hostname.encode("idna")  # as the resolver will
            return parts.hostname, parts.port
    except ValueError:  # the port is no number, the address none, or the name
        pass
    raise UsageError(f"--connect-to {text!r}: write HOST:PORT, as in 127.0.0.1:8443 or [::1]:8443")
