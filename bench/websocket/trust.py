"""Whom a client trusts over TLS, and who it says it is."""

from __future__ import annotations

import ssl

from ..errors import UsageError
from .tls import reason


def client_context(
    authority: str = "", *, insecure: bool = False, identity: tuple[str, str, str] | None = None
) -> ssl.SSLContext:
    """Return what a client trusts: an authority's file, the system's if "", or everybody.

    It says who it is by the files of `identity`, a certificate and its key, and that one's password, "" for
    none. Raises `UsageError` where a file holds none.
    """
    try:
        context = ssl.create_default_context(cafile=authority or None)
    except (OSError, ssl.SSLError) as problem:
        why = getattr(problem, "strerror", None) or str(problem)
        raise UsageError(f"--ca {authority}: it holds no certificate that can be read: {why}") from None
    if identity:
        _identify(context, *identity)
    if insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _identify(context: ssl.SSLContext, certificate: str, key: str, password: str) -> None:
    try:
        context.load_cert_chain(certificate, key, password=password or _no_password)
    except (OSError, ssl.SSLError, UsageError) as problem:
        why = str(problem) if isinstance(problem, UsageError) else reason(problem)
        why = f"{why} (is its password right?)" if password and isinstance(problem, ssl.SSLError) else why
        raise UsageError(f"certificate {certificate} with key {key}: can't be used: {why}") from None


def _no_password() -> str:
    """Say no where a key is encrypted: OpenSSL would ask the terminal, in the middle of a run."""
    raise UsageError("the key is encrypted: a scenario file names its password")
