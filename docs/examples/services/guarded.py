"""An echo behind TLS, with websockets: it asks for a certificate and a token, and sends / on to /echo.

python guarded.py PORT

The certificates are made in the folder pki beside this file, where there is none.
"""

import asyncio
import http
import ssl
import sys
from pathlib import Path

import trustme
from websockets.asyncio.server import Request, Response, ServerConnection, serve

TOKEN = "Bearer open sesame"  # noqa: S105  # an example's
PKI = Path(__file__).parent / "pki"


def make_certificates() -> None:
    """Write an authority, a server's certificate with its key, and a client's."""
    PKI.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(PKI / "authority.pem"))
    authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(
        str(PKI / "server.pem")
    )
    client = authority.issue_cert("client")
    client.cert_chain_pems[0].write_to_path(str(PKI / "client.pem"))
    client.private_key_pem.write_to_path(str(PKI / "client.key"))


def trust() -> ssl.SSLContext:
    """Ask every client for a certificate of our authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PKI / "server.pem")
    context.load_verify_locations(PKI / "authority.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def admit(connection: ServerConnection, request: Request) -> Response | None:
    """Send whoever asks for / to /echo, and turn away who has no token."""
    if request.path == "/":
        moved = connection.respond(http.HTTPStatus.FOUND, "")
        moved.headers["Location"] = "/echo"
        return moved
    if request.headers.get("Authorization") != TOKEN:
        return connection.respond(http.HTTPStatus.UNAUTHORIZED, "who are you?")
    return None


async def echo(connection: ServerConnection) -> None:
    """Send back what comes."""
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    """Serve until somebody ends it."""
    async with serve(echo, "127.0.0.1", int(sys.argv[1]), ssl=trust(), process_request=admit) as server:
        await server.serve_forever()


if __name__ == "__main__":
    if not PKI.exists():
        make_certificates()
    asyncio.run(main())
