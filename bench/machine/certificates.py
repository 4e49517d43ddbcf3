"""TLS: an authority and a certificate made for one run, and what a client trusts."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ..errors import UsageError
from ..targets.contract import HOST, LINK_HOSTS
from ..targets.spec import ServerSpec
from .key_folders import key_folder, sweep

NAMES = (HOST, "localhost", "::1", *LINK_HOSTS)


class Certificates(msgspec.Struct, frozen=True):
    """Paths of PEM files: the authority's certificate, and a server's chain and key."""

    authority: str
    chain: str
    key: str


@contextlib.contextmanager
def certificates_for(specs: Iterable[ServerSpec]) -> Iterator[Certificates | None]:
    """Make an authority and a certificate for servers of ours over TLS; both are gone afterwards.

    None where no server needs one. What killed runs have left is removed in any case.
    """
    sweep()
    if not any(spec.tls and spec.started_by_us for spec in specs):
        yield None
        return
    with key_folder() as folder:
        yield make_certificates(folder)


def make_certificates(folder: Path) -> Certificates:
    """Write a new key and certificates (ECDSA, P-256) into a folder, for their owner alone.

    Raises `UsageError` without trustme.
    """
    if not importlib.util.find_spec("trustme"):
        raise UsageError("TLS needs trustme to make certificates: pip install 'wsbench[tls]'")
    import trustme

    authority = trustme.CA()
    leaf = authority.issue_cert(*NAMES)
    found = Certificates(*(str(folder / name) for name in ("authority.pem", "chain.pem", "key.pem")))
    chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
    _write(found.authority, authority.cert_pem.bytes())
    _write(found.chain, chain)
    _write(found.key, leaf.private_key_pem.bytes())
    return found


def _write(path: str, content: bytes) -> None:
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
