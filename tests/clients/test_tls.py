"""TLS as clients should do it: names and authorities are checked, no session is resumed."""

from __future__ import annotations

import ssl
from types import ModuleType
from typing import Any

import pytest
from echoing import (
    refusal,
    serving,
    talk_with,
    trusting,
    trustme,
)

pytestmark = pytest.mark.filterwarnings("error")  # a socket left open is a warning of its finaliser


def test_a_certificate_of_another_name_is_refused(client: ModuleType) -> None:
    """The server's name is checked: a trusted certificate of another one is an error in one line."""
    with serving("wss", "elsewhere.test") as url:
        message = refusal(client, url + "/echo")
    assert "CERTIFICATE_VERIFY_FAILED" in message
    assert "IP address mismatch" in message
    assert "\n" not in message


@pytest.mark.parametrize("tls", [trusting(trustme.CA()), None])
def test_an_unknown_authority_is_refused(client: ModuleType, secure: str, tls: ssl.SSLContext | None) -> None:
    """The certificate is verified, by the system's authorities where no context is given."""
    message = refusal(client, secure + "/echo", tls=tls)
    assert "CERTIFICATE_VERIFY_FAILED" in message
    assert "\n" not in message


def test_no_tls_session_is_resumed(client: ModuleType, secure: str) -> None:
    """Each connection makes a whole TLS handshake, though the server has handed out tickets before."""

    async def talk(connection: Any) -> str:
        await connection.send("go")
        return await connection.receive()  # type: ignore[no-any-return]

    assert [talk_with(client, secure + "/resumed", talk) for _ in range(3)] == ["False"] * 3
