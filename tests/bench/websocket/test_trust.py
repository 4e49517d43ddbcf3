"""Who a client says it is: certificates of clients, against a server that asks for one."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from wsbench.errors import UsageError
from wsbench.websocket.handshake import open_socket
from wsbench.websocket.trust import client_context


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an authority, and a client's certificate and key."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    client = authority.issue_cert("client")
    client.cert_chain_pems[0].write_to_path(str(tmp_path / "c.pem"))
    client.private_key_pem.write_to_path(str(tmp_path / "k.pem"))
    whole = serialization.load_pem_private_key(client.private_key_pem.bytes(), None)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    locked = whole.private_bytes(*pem, serialization.BestAvailableEncryption(b"sesame"))
    (tmp_path / "locked.pem").write_bytes(locked)
    server = authority.issue_cert("127.0.0.1")
    server.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    return tmp_path


@pytest.mark.parametrize("locked", [False, True])
def test_a_server_that_asks_gets_the_certificate(scripted: Any, folder: Path, *, locked: bool) -> None:
    """And knows whose it is; the key may have a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    seen: list[Any] = []

    def behave(link: Any) -> None:
        seen.append(link.sock.getpeercert()["subjectAltName"])
        link.sock.sendall(b"x")

    server = scripted(behave, raw=True, tls=context)
    key, password = ("locked.pem", "sesame") if locked else ("k.pem", "")
    identity = str(folder / "c.pem"), str(folder / key), password
    trust = client_context(str(folder / "ca.pem"), identity=identity)
    with open_socket("127.0.0.1", server.port, 5.0, tls=trust) as sock:
        assert sock.recv(1) == b"x"
    assert seen == [(("DNS", "client"),)]


@pytest.mark.parametrize(
    ("certificate", "key", "password", "why"),
    [
        ("nowhere.pem", "k.pem", "", "No such file or directory"),
        ("c.pem", "ca.pem", "", ""),
        ("c.pem", "other.pem", "", "key values mismatch"),
        ("c.pem", "locked.pem", "", "the key is encrypted: a scenario file names its password"),
        ("c.pem", "locked.pem", "simsalabim", ""),
    ],
)
def test_files_that_can_not_be_used(
    folder: Path, certificate: str, key: str, password: str, why: str
) -> None:
    """Are named, and nobody is asked for a password; a wrong one is not told."""
    trustme.CA().issue_cert("x").private_key_pem.write_to_path(str(folder / "other.pem"))
    with pytest.raises(UsageError) as caught:
        client_context(identity=(str(folder / certificate), str(folder / key), password))
    assert "simsalabim" not in str(caught.value)
    assert str(caught.value).endswith("(is its password right?)") == bool(password)
    said = f"certificate {folder / certificate} with key {folder / key}: can't be used: {why}"
    assert str(caught.value).startswith(said)
