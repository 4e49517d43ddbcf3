"""Certificates made for one run: who trusts them, for which names, and what is left of them."""

from __future__ import annotations

import contextlib
import importlib.util
import socket
import ssl
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from wsbench.errors import UsageError
from wsbench.machine.certificates import Certificates, certificates_for, make_certificates
from wsbench.standalone import tls
from wsbench.targets.spec import ServerSpec
from wsbench.targets.spec_parser import read_specs
from wsbench.websocket.trust import client_context

GREETING_S = 20.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make certificates once for all tests here."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make those of another run."""
    return make_certificates(tmp_path_factory.mktemp("others"))


@contextlib.contextmanager
def greeted(
    made: Certificates, context: ssl.SSLContext, name: str = "127.0.0.1", *, equal: bool = True
) -> Iterator[ssl.SSLSocket]:
    """Shake hands with a server of ours that greets whoever comes through; yield the client's side."""
    inner, outer = socket.socketpair()
    for end in (inner, outer):
        end.settimeout(GREETING_S)
    serving = tls.context((made.chain, made.key), equal=equal)

    def serve() -> None:
        with contextlib.suppress(OSError), serving.wrap_socket(inner, server_side=True) as secure:
            secure.sendall(b"hello")
            secure.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with context.wrap_socket(outer, server_hostname=name) as secure:
            assert secure.recv(5) == b"hello"
            yield secure
    finally:
        outer.close()
        thread.join()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "::1"])
def test_whoever_has_the_authority_trusts_the_server(made: Certificates, name: str):
    """By each name that loopback has, over TLS 1.3."""
    with greeted(made, client_context(made.authority), name) as secure:
        assert secure.version() == "TLSv1.3"
        assert secure.getpeercert()["subject"]


def refusal(made: Certificates, context: ssl.SSLContext, name: str = "127.0.0.1") -> str:
    """Return why a client does not trust a server."""
    with pytest.raises(ssl.SSLCertVerificationError) as caught, greeted(made, context, name):
        pass
    return caught.value.verify_message


def test_without_the_authority_nobody_does(made: Certificates, others: Certificates):
    """Neither the system nor the authority of another run knows it."""
    assert "unable to get local issuer certificate" in refusal(made, client_context())
    assert refusal(made, client_context(others.authority))


@pytest.mark.parametrize("name", ["example.org", "127.0.0.2", "sub.localhost"])
def test_for_another_name_it_is_refused(made: Certificates, name: str):
    """The certificate is for loopback and nobody else."""
    assert "certificate is not valid for" in refusal(made, client_context(made.authority), name)


@pytest.mark.parametrize("name", ["127.0.0.1", "example.org"])
def test_insecure_trusts_everybody(made: Certificates, others: Certificates, name: str):
    """Whoever signed it, whatever it is for; encrypted all the same."""
    for authority in ("", others.authority):
        with greeted(made, client_context(authority, insecure=True), name) as secure:
            assert secure.cipher()


def test_a_client_that_knows_no_tls_1_3_is_refused(made: Certificates):
    """Servers of one run differ in nothing that TLS leaves open between its versions."""
    old = client_context(made.authority)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version|alert"), greeted(made, old):
        pass


@pytest.mark.parametrize("equal", [True, False])
def test_equal_servers_issue_no_tickets(made: Certificates, equal: bool):
    """A ticket (RFC 8446 section 4.6.1) is sent as shipped only: not every library would send it."""
    with greeted(made, client_context(made.authority), equal=equal) as secure:
        assert secure.session is not None
        assert secure.session.has_ticket != equal


def test_only_the_key_is_secret(made: Certificates):
    """The key's file is its owner's alone; three different files hold what their names say."""
    assert stat.S_IMODE(Path(made.key).stat().st_mode) == 0o600
    texts = {name: Path(getattr(made, name)).read_text() for name in ("authority", "chain", "key")}
    assert "PRIVATE KEY" in texts["key"]
    assert all("PRIVATE KEY" not in texts[name] for name in ("authority", "chain"))
    assert texts["authority"] not in texts["chain"]


def test_two_runs_share_no_key(made: Certificates, others: Certificates):
    """Each makes its own."""
    assert Path(made.key).read_text() != Path(others.key).read_text()
    assert Path(made.authority).read_text() != Path(others.authority).read_text()


def specs_of(*texts: str) -> tuple[ServerSpec, ...]:
    """Read specs."""
    return read_specs(texts)


def test_nothing_is_left_of_them():
    """They are there as long as the run is, however it ends."""
    folders: list[Path] = []

    def run() -> None:
        with certificates_for(specs_of("stdlib", "tornado@tls")) as made:
            assert made
            folders.append(Path(made.key).parent)
            assert {path.name for path in folders[0].iterdir()} == {"authority.pem", "chain.pem", "key.pem"}
            assert stat.S_IMODE(folders[0].stat().st_mode) == 0o700
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert len(folders) == 1
    assert not folders[0].exists()


@pytest.mark.parametrize("texts", [("stdlib", "tornado"), ("wss://host/",), ()])
def test_nobody_needs_one_nobody_gets_one(monkeypatch: pytest.MonkeyPatch, texts: tuple[str, ...]):
    """Servers without TLS, and those of others, which have their own; trustme is not even looked for."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with certificates_for(specs_of(*texts)) as made:
        assert made is None


def test_without_trustme_the_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError) as caught:
        make_certificates(tmp_path)
    assert str(caught.value) == "TLS needs trustme to make certificates: pip install 'wsbench[tls]'"


@pytest.mark.parametrize(
    ("content", "why"), [(None, "No such file or directory"), ("", ""), ("no certificate", "")]
)
def test_an_authority_that_is_none_gets_one_line(tmp_path: Path, content: str | None, why: str):
    """A file that is not there or holds something else is told by the option it came with."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError) as caught:
        client_context(str(path))
    assert str(caught.value).startswith(f"--ca {path}: it holds no certificate that can be read: {why}")
    assert "\n" not in str(caught.value)
