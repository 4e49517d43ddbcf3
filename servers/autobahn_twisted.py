"""Autobahn's WebSocketServerProtocol on Twisted's reactor (epoll on Linux).

Equalised: TCP_NODELAY is set after the handshake (Autobahn means to set it, but on Twisted does so before its
options are there, and Nagle's algorithm stays on). As shipped it compresses only where told to, sends no
pings, keeps no access log and takes any origin. The message limit (by default none) belongs to the contract,
and so do failing with a close frame and echoing the close code: by default it drops the connection, and
answers any close with 1000. Plain GETs get our answers instead of its status page.

Where it is to compress, it does so with windows of 15 bits, memory level 8 and zlib's default level, 6, which
can't be chosen. TLS is pyOpenSSL's, from version 1.3; it issues session tickets in both classes. It goes on
reading from a peer that does not read.
"""

import socket
from collections.abc import Callable
from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from OpenSSL import SSL
from twisted.internet import reactor as installed
from twisted.internet.ssl import DefaultOpenSSLContextFactory
from twisted.protocols.tls import TLSMemoryBIOFactory

from . import autobahn_echo

LIBRARY = "autobahn"
DEVIATIONS = {
    "deflate-invalid": "answers an offer of deflate with invalid parameters with HTTP 400",
}
SPEEDUPS: tuple[str, ...] = ("_nvx_utf8validator", "_nvx_xormasker")
HANDLER = "Echo.onMessage"  # called with every message on `/echo`

reactor: Any = installed  # its type depends on the platform


class Echo(autobahn_echo.Echo, WebSocketServerProtocol):  # type: ignore[misc]  # its own two bases disagree
    """Both paths, on Twisted."""


class Prompt(Echo):
    """The same with Nagle's algorithm off, for the equal class."""

    def onOpen(self) -> None:  # noqa: N802
        """Turn it off."""
        transport: Any = self.transport
        transport.setTcpNoDelay(True)
        super().onOpen()


def over_tls(factory: Any, chain: str, key: str) -> TLSMemoryBIOFactory:
    """Put TLS around a factory; the paths are those of the certificate chain and of its key."""
    contexts: Any = DefaultOpenSSLContextFactory(key, chain)
    context = contexts.getContext()
    context.use_certificate_chain_file(chain)
    context.set_min_proto_version(SSL.TLS1_3_VERSION)
    return TLSMemoryBIOFactory(contexts, isClient=False, wrappedFactory=factory)


def serve(
    sock: socket.socket,
    ready: Callable[[], None],
    *,
    equal: bool,
    limit: int,
    certificate: tuple[str, str] | None,
    deflate: bool,
) -> None:
    """Serve on the listening socket `sock` until stopped; messages up to `limit` bytes."""
    factory = WebSocketServerFactory(reactor=reactor)
    factory.protocol = Prompt if equal else Echo
    factory.setProtocolOptions(**autobahn_echo.options(limit=limit, deflate=deflate))
    sock.setblocking(False)
    server = over_tls(factory, *certificate) if certificate else factory
    reactor.adoptStreamPort(sock.fileno(), sock.family, server)
    reactor.callWhenRunning(ready)
    reactor.run()
