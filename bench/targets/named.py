"""Targets that a scenario file names: what each is, and what no option can say of it."""

from __future__ import annotations

import msgspec


class Named(msgspec.Struct, frozen=True):
    """A target under a name of the user's.

    `word` says what it is, as on the command line. `headers` go with the handshake besides those of all
    targets; `typed` are those of them, as they were typed, that name a file or a variable. `certificate` and
    `key` are PEM files by which a client says who it is over TLS, `password` is the key's, `redirects` is how
    many are followed, and `cores` which cores a server asks for, as `ServerSpec` has them.
    """

    name: str
    word: str
    headers: tuple[tuple[str, str], ...] = ()
    typed: tuple[tuple[str, str], ...] = ()
    certificate: str = ""
    key: str = ""
    password: str = ""
    redirects: int = 0
    cores: str = ""
