"""Every server keeps the whole contract in both classes; every broken one is caught at its line."""

import importlib.metadata
import queue
from collections.abc import Callable
from pathlib import Path

import pytest
from wsbench.conformance import framing
from wsbench.conformance import verify as verifying
from wsbench.conformance.verify import Check, requirements_for, verify
from wsbench.machine.certificates import certificates_for
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.machine.process import ChildError
from wsbench.targets.catalogue import FLOOR, SERVERS
from wsbench.targets.reply import Reply
from wsbench.targets.spec import Access, Axes
from wsbench.targets.spec_parser import read_spec
from wsbench.websocket import closing, frames
from wsbench.websocket.raw_client import Peer

BROKEN = Path(__file__).with_name("broken")
FIRST = ("tornado", "websockets", "aiohttp", "stdlib")


def _installed(name: str) -> bool:
    try:
        return not SERVERS[name].obstacle and all(
            map(importlib.metadata.version, SERVERS[name].distributions)
        )
    except importlib.metadata.PackageNotFoundError:
        return False


HERE = [name for name in SERVERS if _installed(name)]
CLASSES = pytest.mark.parametrize("equal", [True, False], ids=["equal", "as shipped"])
ALL = pytest.mark.parametrize("name", HERE)
SPEAKERS = pytest.mark.parametrize("name", [name for name in HERE if name != FLOOR])
FOUR = pytest.mark.parametrize("name", FIRST)
DEVIATIONS = {
    "tornado": {"close-invalid", "unmasked", "bad-utf8"},
    "websockets": set(),
    "aiohttp": {"close-invalid", "unmasked"},
    "stdlib": {"version"},
    "tornado@deflate": {"close-invalid", "unmasked", "bad-utf8", "deflate-params", "deflate-invalid"},
    "websockets@deflate": set(),
    "aiohttp@deflate": {"close-invalid", "unmasked"},
}
OVER_TLS = {"daphne": {"header-limit"}, "channels": {"header-limit"}}
"""What is declared and true over TLS alone."""

ECHOES = {"echo-text", "echo-binary", "echo-empty", "echo-large", "echo-repeated"}
USERS = ECHOES | {"ping", "fragments", "segment", "byte-by-byte", "close"}
GONE = "Connection refused|reset by peer|ended"
CAUGHT = {
    "prefix": {"reference": "14 bytes|16 bytes|byte|came back for"},
    "agrees": {"extensions": "agreed on 'x-unheard-of; answer=42', of which nobody has heard"},
    "any_version": {"version": "version 12 was answered with HTTP 101"},
    "short_heads": {"header-size": "was answered with HTTP 431, not 101"},
    "heads_unanswered": {"header-limit": "a header of 1 MiB got no answer within 1 s"},
    "text_for_binary": dict.fromkeys(
        ("echo-binary", "echo-empty", "echo-large", "fragments", "largest"), "text came back for binary"
    ),
    "truncated": {
        "echo-large": "65,535 bytes came back for 65,536",
        "largest": "65,535 bytes came back for 16,777,216",
    },
    "no_pong": {"ping": "no answer within 1 s", "ping-between": "no answer within 1 s"},
    "late_pong": {"ping-between": "no answer within 1 s"},
    "unordered": {"segment": "byte 1 of 100 came back as 0x39, sent was 0x30"},
    "whole_heads": {"byte-by-byte": f"was answered with HTTP 400, not 101|{GONE}"},
    "whole_headers": {"byte-by-byte": "closed with code 1002 instead of answering"},
    "close_codes": {"close-codes": "closed with code 1011, not 3000 or 1000 for code 3000"},
    "close_1005": {"close-empty": "closed with code 1005, not 1000 or without a code"},
    "close_missing": {"close-empty": "the connection ended without an answer"},
    "close_short": {"close-invalid": "closed with 1 byte of a code, not 1002 or without"},
    "close_1006": {
        "close-invalid": "closed with code 1000, not 1002 or without a code for a close with code 1006"
    },
    "reserved_bit": {
        "protocol-error": "answered with text, not with close 1002 or without a code for reserved bit 3"
    },
    "stray_fragment": {"protocol-error": "no answer within 1 s for a continuation of nothing"},
    "unmasked": {"unmasked": "closed with code 1000, not 1002 or without a code for an unmasked frame"},
    "flipped": {"echo-repeated": "byte 7 of 8 came back as 0x38, sent was 0x39"},
    "hangs": {"echo-repeated": "no answer within 1 s"},
    "dies": {
        "echo-repeated": "the connection ended without an answer|reset by peer",
        **dict.fromkeys(
            [
                *("largest", "ping", "ping-between", "fragments", "segment", "byte-by-byte"),
                *("close", "close-codes", "close-empty", "close-invalid", "protocol-error", "unmasked"),
                *("bad-utf8", "too-large", "no-deflate", "nodelay"),
            ],
            GONE,
        ),
    },
    "noisy": {},
    "complete": {},
}
CAUGHT_AT_DEFLATE = {
    "deflate_declined": dict.fromkeys(("deflate", "deflate-echo"), "did not agree on permessage-deflate"),
    "deflate_narrow": {"deflate": "agreed on 'permessage-deflate; server_max_window_bits=12': not 15 window"},
    "deflate_truncated": {"deflate-echo": "65,535 bytes came back for 65,536"},
    "deflate_unsaid": {"deflate-params": "server_no_context_takeover' with 'permessage-deflate'"},
    "deflate_kept": {"deflate-params": "it can't be inflated: invalid distance too far back"},
    "deflate_anything": {"deflate-invalid": "'permessage-deflate; unheard_of=42' with 'permessage-deflate'"},
    "compressing": {},
}

pytestmark = pytest.mark.usefixtures("nobody_left", "short_waits")


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for what a server declares that it does not do, and for the end of connections we closed."""
    monkeypatch.setattr(verifying, "DEVIATING_S", 0.2)
    monkeypatch.setattr(closing, "GOODBYE_S", 0.3)


def server_of(name: str, on_stderr: Callable[[str], None] | None = None, **settings: object) -> Server:
    """Return a server of ours that is not ready yet."""
    return Server(read_spec(name)[0], Settings(**settings), on_stderr=on_stderr)


def peer_of(server: Server, path: str = "/echo", **options: object) -> Peer:
    """Return a raw connection."""
    return Peer((server.host, server.port, path), **options)


def _found(checks: list[Check], outcome: str) -> dict[str, str]:
    return {check.name: check.detail for check in checks if check.outcome == outcome}


def _idle(checks: list[Check]) -> set[str]:
    """Return the lines where a deviation is declared that is none."""
    return {check.name for check in checks if check.outcome == "ok" and check.detail}


@ALL
def test_every_server_keeps_the_contract(name: str):
    """Nothing is broken, and each deviation that is declared is there."""
    (spec,) = read_spec(name)
    found = verify(spec, equal=True)
    assert [check.name for check in found] == [one.name for one in requirements_for(spec, equal=True)]
    assert _found(found, "broken") == {}
    assert _idle(found) == OVER_TLS.get(name, set())
    if name in DEVIATIONS:
        assert set(_found(found, "deviates")) == DEVIATIONS[name]


@ALL
def test_every_server_keeps_it_with_all_that_it_can(name: str):
    """As shipped, with deflate and TLS and on the other event loop, where it can do these."""
    can, words = SERVERS[name].can, {"tls": "@tls", "loop": "@uvloop", "deflate": "@deflate"}
    (spec,) = read_spec(name + "".join(word for what, word in words.items() if what in can))
    found = verify(spec, equal=False)
    names = [check.name for check in found]
    assert names == [one.name for one in requirements_for(spec, equal=False)]
    assert _found(found, "broken") == {}
    if "deflate" in can:
        assert {*names} >= {"deflate", "deflate-echo", "deflate-params", "deflate-invalid"}
        assert "no-deflate" not in names
    if name in DEVIATIONS:
        deflate = "@deflate" if "deflate" in can else ""
        assert set(_found(found, "deviates")) == DEVIATIONS[name + deflate]


@FOUR
def test_the_first_four_deviate_alike_as_shipped(name: str):
    """Without TLS and on asyncio, too."""
    found = verify(read_spec(name)[0], equal=False)
    assert set(_found(found, "deviates")) == DEVIATIONS[name]


@pytest.mark.parametrize(
    ("text", "caught"),
    [(f"{name}.py", CAUGHT[name]) for name in CAUGHT]
    + [(f"{name}.py@deflate", CAUGHT_AT_DEFLATE[name]) for name in CAUGHT_AT_DEFLATE],
)
def test_broken_servers_are_caught(monkeypatch: pytest.MonkeyPatch, text: str, caught: dict[str, str]):
    """Exactly the lines that are broken are told, and how."""
    monkeypatch.setattr(Server, "patience", 1.0)
    if "byte-by-byte" in caught:
        monkeypatch.setattr(framing, "FIRST_BYTE_S", 0.3)  # for a server that is slow to wake up
    found = _found(verify(read_spec(f"{BROKEN}/{text}")[0], equal=True), "broken")
    assert set(found) == set(caught)
    for line, detail in found.items():
        assert any(part in detail for part in caught[line].split("|")), detail


def test_every_line_has_its_own_name():
    """In no combination do two lines share a name; the equal class asks the most."""
    for word in ("tornado", "tornado@deflate", "tornado@tls", "tcp", "x=ws://h/"):
        (spec,) = read_spec(word)
        for equal in (True, False):
            names = [one.name for one in requirements_for(spec, equal=equal)]
            assert len(set(names)) == len(names)
    names = [
        {one.name for one in requirements_for(read_spec("tornado")[0], equal=equal)}
        for equal in (True, False)
    ]
    assert names[0] - names[1] == {"no-deflate", "nodelay"}


@pytest.mark.parametrize("word", ["x=ws://h/", "x=cmd:serve {port}"])
def test_a_server_of_the_users_is_asked_for_the_echo_alone(word: str):
    """And for deflate, where the user wants it."""
    for deflate, more in ((False, set()), (True, {"deflate", "deflate-echo"})):
        (spec,) = read_spec(word, Axes(deflate=deflate))
        for equal in (True, False):
            assert {one.name for one in requirements_for(spec, equal=equal)} == USERS | more


def test_a_server_behind_a_url_is_verified():
    """What somebody else runs is asked for the echo, over its URL."""
    with server_of("stdlib") as server:
        (spec,) = read_spec(f"theirs=ws://127.0.0.1:{server.port}/echo")
        found = verify(spec, equal=True)
    assert {check.outcome for check in found} == {"ok"}
    assert {check.name for check in found} == USERS


def test_a_server_behind_a_url_is_verified_with_deflate_over_tls():
    """With the user's authority; what it agrees on need not be what the equal class wants."""
    with certificates_for(read_spec("websockets@tls")) as made:
        assert made
        with server_of("websockets@tls", equal=False, certificates=made) as server:
            axes = Axes(deflate=True, access=Access(ca=made.authority))
            found = verify(read_spec(f"wss://127.0.0.1:{server.port}/echo", axes)[0], equal=True)
    assert {check.name for check in found} == USERS | {"deflate", "deflate-echo"}
    assert {check.outcome for check in found} == {"ok"}


CAVES = Access(
    reply=Reply("prefix", "You said: "), headers=(("X-Word", "open sesame"),), subprotocols=("caves",)
)


@pytest.mark.parametrize(
    ("access", "broken"),
    [
        (CAVES, {}),
        (Access(Reply("any"), CAVES.headers, CAVES.subprotocols), {}),
        (
            Access(Reply(), CAVES.headers, CAVES.subprotocols),
            dict.fromkeys(USERS - {"ping", "close"}, "bytes came back for"),
        ),
        (
            Access(CAVES.reply, (), CAVES.subprotocols),
            dict.fromkeys(
                USERS - {"echo-binary"}, "the handshake on /echo was answered with HTTP 403 Forbidden"
            ),
        ),
        (
            Access(CAVES.reply, CAVES.headers),
            dict.fromkeys(
                USERS - {"echo-binary"}, "the handshake on /echo was answered with HTTP 403 Forbidden"
            ),
        ),
    ],
    ids=["as it wants it", "any reply", "as an echo", "without the header", "without the subprotocol"],
)
def test_a_server_of_the_users_is_spoken_to_as_it_wants(access: Access, broken: dict[str, str]):
    """Headers and subprotocols go along with every handshake, and replies are held against its rule."""
    with server_of(str(BROKEN / "picky.py")) as server:
        (spec,) = read_spec(f"theirs=ws://127.0.0.1:{server.port}/echo", Axes(access=access))
        found = _found(verify(spec, equal=True), "broken")
    assert set(found) == set(broken)
    assert all(broken[line] in detail for line, detail in found.items()), found


def test_a_declared_deviation_is_told():
    """Here trying it ends the server."""
    found = verify(read_spec(str(BROKEN / "declares.py"))[0], equal=True)
    assert set(_found(found, "deviates")) == {"ping", "ping-between"}
    assert "fragments" in _found(found, "broken")


@CLASSES
@FOUR
def test_compression_by_class(name: str, equal: bool):
    """An offer of deflate is declined in the equal class; as shipped, websockets and aiohttp accept it."""
    with (
        server_of(name, equal=equal) as server,
        peer_of(server, extensions="permessage-deflate") as peer,
    ):
        agreed = peer.response.headers.get("sec-websocket-extensions", "")
    assert agreed.startswith("permessage-deflate") == (not equal and name in {"websockets", "aiohttp"})


@CLASSES
@FOUR
def test_nodelay_by_class(name: str, equal: bool):
    """TCP_NODELAY is on in the equal class; as shipped, Tornado alone leaves it off."""
    with (
        server_of(name, equal=equal) as server,
        peer_of(server) as peer,
    ):
        peer.send(frames.TEXT, b"x")
        peer.message()
        found = server.nodelay()
        assert found == {str(peer.sock.getsockname()[1]): equal or name != "tornado"}


@SPEAKERS
def test_the_reference_conversation_is_printed_and_a_smaller_limit_kept(name: str):
    """On /socket a server prints when it is opened and closed; some have more to say.

    The limit is the launcher's to say: one byte more is refused with 1009, the limit comes back.
    """
    lines: queue.Queue[str] = queue.Queue()

    def relevant(line: str) -> None:
        if line.startswith("Socket "):
            lines.put(line)

    with server_of(name, on_stderr=relevant, limit=1_000) as server:
        with peer_of(server, "/socket") as peer:
            peer.send(frames.TEXT, b"Hello")
            assert peer.message() == (frames.TEXT, b"Msg is Hello")
            assert lines.get(timeout=20) == "Socket opened"
        assert lines.get(timeout=20) == "Socket closed"
        if "too-large" in server.proof.deviations:
            return
        with peer_of(server) as peer:
            peer.send(frames.BINARY, bytes(1_000))
            assert peer.message() == (frames.BINARY, bytes(1_000))
            peer.send(frames.BINARY, bytes(1_001))
            frame = peer.receive()
        assert (frame.opcode, frames.close_code(frame.payload)) == (frames.CLOSE, 1009)


def test_a_missing_library_is_told():
    """The line says what to install, and which server wants it."""
    (spec,) = read_spec(str(BROKEN / "missing_library.py"))
    with pytest.raises(ChildError) as caught:
        verify(spec, equal=True)
    assert (
        str(caught.value) == "missing_library: no_such_library is not installed: pip install no_such_library"
    )


def test_the_reference_example_is_a_server_of_the_users():
    """Its /socket answers all with text behind its prefix: texts alone are asked of it."""
    with server_of("tornado") as server:
        axes = Axes(access=Access(reply=Reply("prefix", "Msg is ")))
        (spec,) = read_spec(f"mine=ws://127.0.0.1:{server.port}/socket", axes)
        assert {check.outcome for check in verify(spec, equal=True)} == {"ok"}
