"""Which client, in which version: the record, and how the user's words for it are read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar, Protocol

import msgspec

from ..errors import UsageError
from .catalogue import CLIENTS, INSTRUMENT, Ability, Contestant, choose
from .spec_parts import labelled, normalised, said, split

FORMS = "name[==version][@with:NAME==VERSION]"
_PLAIN = re.compile(r"(?P<name>[\w-]+)(?:==(?P<version>[\w.!+-]+))?")


class Asked(Protocol):
    """What servers and clients have in common: what has to be installed for them."""

    @property
    def role(self) -> str:
        """The word for what it is, `server` or `client`."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def contestant(self) -> Contestant | None:
        """Its entry in the catalogue."""

    @property
    def library(self) -> str:
        """The distribution that is measured, or drives, "" for none."""

    @property
    def version(self) -> str:
        """The version of the library that was asked for, "" for any."""

    @property
    def loop(self) -> str:
        """Its event loop, "" for none of its own."""

    @property
    def loop_version(self) -> str:
        """The version of the loop that was asked for, "" for any."""

    @property
    def companions(self) -> tuple[str, ...]:
        """Other distributions, as `name==version`."""

    @property
    def python(self) -> str:
        """Another interpreter, "" for ours."""

    @property
    def source(self) -> str:
        """A checkout or a revision of its library, "" for none."""

    @property
    def pins(self) -> tuple[str, ...]:
        """All distributions of an earlier run, as `name==version`."""


class ClientSpec(msgspec.Struct, frozen=True):
    """One client of a run.

    `label` names it in tables and is unique in a run, `name` is its word in the catalogue. `version` is the
    one of its library that was asked for, `companions` are other distributions, as `name==version`.
    `packages` is the folder that was made for them, "" where it drives with what is installed here. What a
    server may be asked for besides, a client never is.
    """

    label: str
    name: str
    version: str = ""
    companions: tuple[str, ...] = ()
    packages: str = ""

    role: ClassVar[str] = "client"
    loop: ClassVar[str] = ""
    loop_version: ClassVar[str] = ""
    python: ClassVar[str] = ""
    source: ClassVar[str] = ""
    pins: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        """Return its label: what sentences call it."""
        return self.label

    @property
    def contestant(self) -> Contestant | None:
        """Its entry in the catalogue; None for one that is no longer listed."""
        return CLIENTS.get(self.name)

    @property
    def library(self) -> str:
        """The distribution whose version drives, "" where there is none or it is not known."""
        return self.contestant.library if self.contestant else ""

    @property
    def can(self) -> tuple[Ability, ...]:
        """What it can do besides plain messages."""
        return self.contestant.can if self.contestant else ()

    @property
    def is_instrument(self) -> bool:
        """Whether it is wsbench's own client."""
        return self.name == INSTRUMENT

    @property
    def is_renamed(self) -> bool:
        """Whether its label is one of the user's, and does not say what it is."""
        return self.label != self._plain

    @property
    def typed(self) -> str:
        """How it is typed: `websockets==15.0.1`, behind its label where that says something else."""
        return f"{self.label}={self._plain}" if self.is_renamed else self.label

    @property
    def _plain(self) -> str:
        version = f"=={self.version}" if self.version else ""
        return self.name + version + "".join(f"@with:{one}" for one in self.companions)


def client_of(word: str) -> ClientSpec:
    """Return a client as it is installed here, by its word in the catalogue."""
    return ClientSpec(word, word)


def read_client(text: str) -> ClientSpec:
    """Read one client of a command. Raises `UsageError`."""
    label, rest = labelled(text)
    head, parts = split(rest)
    plain = _PLAIN.fullmatch(head)
    if not plain or not all(parts):
        raise UsageError(f"{text!r} is no client: write {FORMS}")
    name, version = choose("client", plain["name"], CLIENTS), plain["version"] or ""
    asked = said(text, parts)
    if asked.keys() - {"companions"}:
        raise UsageError(f"{text!r}: a client drives on wsbench's own Python and loop: write {FORMS}")
    spec = ClientSpec(label or rest, name, version, asked.get("companions", ()))
    _require_possible(text, spec)
    return spec


def _require_possible(text: str, spec: ClientSpec) -> None:
    """Raise `UsageError` where a client can't be had as it is asked for, or is called as another one is."""
    library, known = spec.library, spec.contestant
    if known and known.obstacle:
        raise UsageError(f"{spec.name} can't be run: {known.obstacle}")
    if spec.is_instrument and spec.label != INSTRUMENT:
        raise UsageError(f"{text!r}: {INSTRUMENT} is part of wsbench and has one name and no versions")
    if spec.label in CLIENTS and spec.label != spec.name:
        raise UsageError(f"{text!r}: {spec.label} is another client: choose another label")
    if (spec.version or spec.companions) and not library:
        raise UsageError(f"{text!r}: {spec.name} has no library of which there are versions")
    if any(normalised(one.partition("==")[0]) == normalised(library) for one in spec.companions):
        raise UsageError(f"{text!r}: {library} is what drives: write {spec.name}==VERSION")


def read_clients(texts: Iterable[str]) -> tuple[ClientSpec, ...]:
    """Read all clients of a command; one that is named twice alike is one.

    Raises `UsageError`, also where two share a label.
    """
    found: dict[str, ClientSpec] = {}
    for spec in map(read_client, texts):
        if found.setdefault(spec.label, spec) != spec:
            raise UsageError(f"two clients would be called {spec.label}: give one of them another label")
    return tuple(found.values())
