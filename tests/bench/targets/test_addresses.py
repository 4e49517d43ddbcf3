"""What a URL says; test_spec_parser.py refuses those that are none."""

import pytest
from wsbench.errors import UsageError
from wsbench.targets.addresses import Address, address_of, read_place


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ws://h", Address("h", 80, "/", False, "h")),
        ("wss://h:8443/x", Address("h", 8443, "/x", True, "h:8443")),
        ("wss://H.org", Address("h.org", 443, "/", True, "H.org")),
        ("ws://[::1]:81/e", Address("::1", 81, "/e", False, "[::1]:81")),
        ("ws://h?q", Address("h", 80, "/?q", False, "h")),
        ("ws://h/p?", Address("h", 80, "/p?", False, "h")),
        (
            "ws://h/a%2Fb%20c/%41;d?x=%7e&y=a+b&&z#part",
            Address("h", 80, "/a%2Fb%20c/%41;d?x=%7e&y=a+b&&z", False, "h"),
        ),
        ("ws://me:secret@h/", Address("h", 80, "/", False, "me:secret@h", True)),
        (
            "ws+unix:///run/my/e.sock:/echo?x=%41",
            Address("/run/my/e.sock", 0, "/echo?x=%41", False, "e.sock"),
        ),
        ("ws+unix:///e/", Address("/e/", 0, "/", False, "/e/")),
        ("ws+unix:///e.sock", Address("/e.sock", 0, "/", False, "e.sock")),
        ("ws+unix:///e.sock:", Address("/e.sock", 0, "/", False, "e.sock")),
        ("ws+unix:///a@b.sock:/c:1", Address("/a@b.sock", 0, "/c:1", False, "a@b.sock")),
    ],
)
def test_a_url_says_where_a_server_is(url: str, address: Address):
    """Path and query stay as they were typed; what stands behind a # is no part of a request."""
    assert address_of(url) == address


@pytest.mark.parametrize(
    "url",
    [
        *(
            "ws://",
            "ws:///p",
            "ws://:80/",
            "ws://h:0/",
            "ws://h:x/",
            "ws://h:70000/",
            "ws://[::1/",
            "ws://h/a b",
            "ws://h/a\0b",
            "ws://h\x1b/",
            "ws://h/\udcff",
            "ws://a..b/",
            f"ws://{'a' * 64}.org/",
        ),
        *("http://h/", "ws:h", "ws+unix://e.sock:/echo", "ws+unix://", "ws+unix:/e.sock", "wss+unix:///e:/"),
    ],
)
def test_what_is_no_target_is_refused(url: str):
    """Whoever asks says what one is."""
    with pytest.raises(ValueError, match=r"."):
        address_of(url)


@pytest.mark.parametrize(
    ("text", "place"),
    [("127.0.0.1:8443", ("127.0.0.1", 8443)), ("[::1]:80", ("::1", 80)), ("host:1", ("host", 1))],
)
def test_a_place_is_a_host_and_a_port(text: str, place: tuple[str, int]):
    """An IPv6 address stands in brackets."""
    assert read_place(text) == place


@pytest.mark.parametrize(
    "text", ["", "host", ":80", "host:0", "host:x", "::1:80", "me@host:80", "host:80/x", "a..b:1"]
)
def test_what_is_no_place_gets_one_line(text: str):
    """It says how it is written."""
    with pytest.raises(UsageError, match=r"^--connect-to '.*': write HOST:PORT, as in 127\.0\.0\.1:8443"):
        read_place(text)
