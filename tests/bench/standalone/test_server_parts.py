"""What the entry point of server processes is made of, called here: options, errors, the listening socket."""

from pathlib import Path
from types import ModuleType

import pytest
from wsbench.machine.certificates import make_certificates
from wsbench.standalone import server


def server_with(parameters: str) -> ModuleType:
    """Return a server's module whose `serve` has these parameters."""
    module = ModuleType("server")
    exec(f"def serve({parameters}): pass", vars(module))  # noqa: S102  # it is the test's own line
    return module


@pytest.fixture
def certificate(tmp_path: Path) -> list[str]:
    """Make a certificate and its key; return their paths."""
    made = make_certificates(tmp_path)
    return [made.chain, made.key]


@pytest.mark.parametrize(
    ("parameters", "taken"),
    [
        ("sock, ready", set()),
        ("sock, ready, *, equal", {"equal"}),
        ("sock, ready, *, equal, limit", {"equal", "limit"}),
        (
            "sock, ready, *, equal, limit, deflate, tls, certificate",
            {"equal", "limit", "deflate", "tls", "certificate"},
        ),
        ("sock, ready, *, limit, tls=None, own=5", {"limit", "tls"}),
    ],
)
def test_a_file_gets_what_it_has_a_parameter_for(parameters: str, taken: set[str]):
    """Older files, which know of fewer settings, go on working; plain is None and False."""
    found = server.options_for(server_with(parameters), {"equal": True, "limit": 7})
    plain = {"equal": True, "limit": 7, "deflate": False, "tls": None, "certificate": None}
    assert found == {name: plain[name] for name in taken}


@pytest.mark.parametrize(
    "parameters", ["sock, ready, *, tls", "sock, ready, *, certificate", "s, r, *, tls, certificate"]
)
def test_a_server_over_tls_gets_a_context_or_the_files(certificate: list[str], parameters: str):
    """Whichever its library wants: an SSL context, the two paths, or both."""
    found = server.options_for(
        server_with(parameters), {"equal": True, "limit": 7, "certificate": certificate}
    )
    assert set(found) == {word.strip() for word in parameters.split("*,")[1].split(",")}
    assert found.get("certificate", tuple(certificate)) == tuple(certificate)
    assert "tls" not in found or type(found["tls"]).__name__ == "SSLContext"


def test_listening_names_its_protocol():
    """The socket says TCP, or asyncio would leave Nagle's algorithm on; a taken port is told."""
    with server.listen("127.0.0.1", 0) as sock:
        assert sock.proto == 6
        port = sock.getsockname()[1]
        with pytest.raises(OSError, match=f"can't listen on 127.0.0.1:{port}: Address already in use"):
            server.listen("127.0.0.1", port)
