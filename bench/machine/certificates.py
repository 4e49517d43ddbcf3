"""TLS: an authority and a certificate made for one run, and what a client trusts."""

from __future__ import annotations

import contextlib
import importlib.util
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..targets.contract import HOST
from ..targets.spec import ServerSpec

NAMES = (HOST, "localhost", "::1")


class Certificates(msgspec.Struct, frozen=True):
    """Paths of PEM files: the authority's certificate, and a server's chain and key."""

    authority: str
    chain: str
    key: str


@contextlib.contextmanager
def certificates_for(specs: Iterable[ServerSpec]) -> Iterator[Certificates | None]:
    """Make an authority and a certificate for servers of ours over TLS; both are gone afterwards.

    None where no server needs one.
    """
    if not any(spec.tls and spec.started_by_us for spec in specs):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="wsbench-") as folder:
        yield make_certificates(Path(folder))


def make_certificates(folder: Path) -> Certificates:
    """Write new keys and certificates (ECDSA, P-256) into a folder. Raises `UsageError` without trustme."""
    if not importlib.util.find_spec("trustme"):
        raise UsageError("TLS needs trustme to make certificates: pip install 'wsbench[tls]'")
    import trustme

    authority = trustme.CA()
    leaf = authority.issue_cert(*NAMES)
    found = Certificates(*(str(folder / name) for name in ("authority.pem", "chain.pem", "key.pem")))
    authority.cert_pem.write_to_path(found.authority)
    leaf.private_key_pem.write_to_path(found.key)
    for number, blob in enumerate(leaf.cert_chain_pems):
        blob.write_to_path(found.chain, append=number > 0)
    Path(found.key).chmod(0o600)
    return found
