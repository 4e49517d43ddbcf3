"""Redirects: followed as often as was said, and not past what a user would want."""

from __future__ import annotations

from typing import Any

import pytest
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import ChildError
from wsbench.machine.redirects import followed
from wsbench.targets.addresses import address_of
from wsbench.targets.spec import Access, Axes
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket.http_messages import HandshakeError
from wsbench.websocket.target import Target, connected


def leads(*places: str) -> Any:
    """Return a server on which each path leads to the next place, the last one to nowhere."""

    def behave(link: Any) -> None:
        path = link.head().split(" ")[1]
        number = int(path[1:]) if path[1:].isdigit() else len(places)
        if number < len(places):
            link.sock.sendall(
                f"HTTP/1.1 302 Found\r\nLocation: {places[number]}\r\nContent-Length: 0\r\n\r\n".encode()
            )
        else:
            link.sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    return behave


def url_of(server: Any) -> str:
    """Return where the first redirect is."""
    return f"ws://127.0.0.1:{server.port}/0"


def test_they_are_followed(scripted: Any) -> None:
    """From one path to another, absolute or not; what answers then is somebody else's to judge."""
    server = scripted(leads("1", "/there?x=%2F"), raw=True)
    found = followed(address_of(url_of(server)), Access(redirects=2))
    assert (found.host, found.port, found.path) == ("127.0.0.1", server.port, "/there?x=%2F")
    (spec,) = read_spec(f"x={url_of(server)}", Axes(access=Access(redirects=2)))
    with Server(spec, Settings()) as one:
        assert (one.port, one.path) == (server.port, "/there?x=%2F")


@pytest.mark.parametrize(
    ("place", "access", "why"),
    [
        ("/1", Access(redirects=1), None),
        ("/0", Access(redirects=2), "it leads to /0 after 2 redirects: name that URL, or follow more"),
        (
            "wss://x/?state=Ab9",
            Access(),
            "it leads to wss://x/?state=… after 0 redirects: name that URL, or follow",
        ),
        ("ftp://x/", Access(redirects=1), "it leads to ftp://x/, which is no address of a WebSocket"),
        ("http://[::1", Access(redirects=1), "it leads to http://[::1, which is no address of a WebSocket"),
        (
            "http://other/",
            Access(redirects=1, headers=(("A", "b"),)),
            "it leads to http://other/, which is another host, which your headers, login or certificate are"
            " not for: name that URL",
        ),
    ],
)
def test_what_is_not_followed_is_told(scripted: Any, place: str, access: Access, why: str | None) -> None:
    """Too many, to nowhere, and to where a secret must not go."""
    address = address_of(url_of(scripted(leads(place), raw=True)))
    if why is None:
        assert followed(address, access).path == place
        return
    with pytest.raises(HandshakeError) as caught:
        followed(address, access)
    assert str(caught.value).startswith(why)


def test_a_variable_in_a_url_is_filled_in_when_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The spec, which is stored, keeps its name."""
    monkeypatch.setenv("TOKEN", "sesame")
    (spec,) = read_spec("x=ws://127.0.0.1:1/a?token=${TOKEN}")
    assert Server(spec, Settings()).path == "/a?token=sesame"
    assert spec.url == "ws://127.0.0.1:1/a?token=${TOKEN}"


def test_without_being_asked_none_is_followed(scripted: Any) -> None:
    """The line says where it leads, and what to do."""
    server = scripted(leads("wss://there/x"), raw=True)
    with pytest.raises(HandshakeError) as caught:
        connected(Target("127.0.0.1", server.port, "/0", 5.0))
    what = "follow it with redirects in a scenario file, or name that URL"
    assert str(caught.value) == f"/0 was answered 302 to wss://there/x: {what}"


def test_nobody_there_is_told() -> None:
    """With whose URL it was."""
    (spec,) = read_spec("x=ws://127.0.0.1:1/", Axes(access=Access(redirects=1)))
    with pytest.raises(ChildError, match=r"^x: Connection refused$"):
        Server(spec, Settings()).wait_ready()
