"""Which server, in which version, on what: the records that spec_parser.py makes of the user's words."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from .catalogue import FLOOR, REFERENCE, SERVERS, YARDSTICK, Contestant
from .named import Named
from .reply import MATCHED, Reply

Kind = Literal["ours", "file", "command", "url"]


PASSWORD = ":password"  # noqa: S105  # the name, not one
"""Stands for the password of a key among names of headers, of which none is like that."""


class Access(msgspec.Struct, frozen=True):
    """How a server of the user's is spoken to.

    `headers` and `subprotocols` go with the handshake, `reply` is what it answers. `ca` is the file of a
    certificate authority to trust, "" for those of the system; with `insecure` everybody is trusted. `first`
    is sent once a connection is open, and the first `skip` messages that come on it answer nothing. `typed`
    are the values, as they were typed, that name a file or a variable: by header, the first message as "".
    `connect_to` is the host and port that are connected to in place of the URL's, which stay in TLS and Host.
    `certificate` and `key` are files by which a client says who it is over TLS; the key's `password`, "" for
    none, is `typed` as `PASSWORD`. So many `redirects` are followed.
    """

    reply: Reply = Reply()
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    ca: str = ""
    insecure: bool = False
    first: str = ""
    skip: int = 0
    typed: tuple[tuple[str, str], ...] = ()
    connect_to: tuple[str, int] | None = None
    certificate: str = ""
    key: str = ""
    password: str = ""
    redirects: int = 0

    @property
    def identity(self) -> tuple[str, str, str] | None:
        """The files of a client's certificate and its key, and the key's password; None without."""
        return (self.certificate, self.key, self.password) if self.certificate else None

    @property
    def beyond_libraries(self) -> str:
        """What client libraries can't do of it, as it is typed, "" where they can do it all."""
        asked = (
            (self.first, "--first"),
            (self.skip, f"--skip {self.skip}"),
            (self.connect_to, "--connect-to"),
            (self.reply.rule in {"none", *MATCHED}, f"--reply {self.reply}"),
        )
        return next((what for said, what in asked if said), "")


class ServerSpec(msgspec.Struct, frozen=True):
    """One server of a run: a contestant, a file of the user's, a command, or a URL that is served already.

    `label` names it in tables and is unique in a run. One of four fields says what it is, the other three
    are "": `name` is a contestant's word in the catalogue, `file` the path of a server file of the user's,
    `command` is started with a port, `url` is of a server that runs already. Outside this folder use
    `kind` and the other properties, and do not ask which field is set. `version` is
    the one that was asked for, `source` a checkout (`path:DIR`) or a revision (`git:REF`) of its library,
    `python` another interpreter, by version or path; `executable` is the one that was found or made for all
    that, "" for the one that runs wsbench. `loop_version` is the version of the loop that was asked for,
    `companions` are other distributions in versions that were, as `name==version`. `pins` are all
    distributions of an earlier run, written alike, where that is to be rebuilt. `busy_ns` is busy waiting
    added to each message, in ns, for experiments. `cores` is what a server asks for that is started here, how
    many (`2`) or which (`1,3`, and `3,3` for that one alone), "" for the one that all servers share. `pinned`
    are the numbers of those it was given, "" before they were chosen.
    """

    label: str
    name: str
    loop: str = "asyncio"
    version: str = ""
    url: str = ""
    file: str = ""
    busy_ns: int = 0
    python: str = ""
    source: str = ""
    command: str = ""
    tls: bool = False
    deflate: bool = False
    executable: str = ""
    access: Access = Access()
    pins: tuple[str, ...] = ()
    loop_version: str = ""
    companions: tuple[str, ...] = ()
    cores: str = ""
    pinned: str = ""

    role: ClassVar[str] = "server"

    @property
    def kind(self) -> Kind:
        """What it is: a contestant of `ours`, a `file` of the user's, a `command`, or a `url`."""
        return "url" if self.url else "command" if self.command else "file" if self.file else "ours"

    @property
    def core_count(self) -> int:
        """How many cores it has, once they were chosen; older files have the choice as `cores`."""
        return (self.pinned or self.cores).count(",") + 1

    @property
    def started_by_us(self) -> bool:
        """Whether its file runs in a process of ours, which tells what runs in it; no command's does."""
        return self.kind in {"ours", "file"}

    @property
    def contestant(self) -> Contestant | None:
        """Its entry in the catalogue; None for the user's own, and for one that is no longer listed."""
        return SERVERS.get(self.name)

    @property
    def library(self) -> str:
        """The distribution whose version is measured, "" where there is none or it is not known."""
        return self.contestant.library if self.contestant else ""

    @property
    def is_yardstick(self) -> bool:
        """Whether it is the server written by hand that others are compared with in every run."""
        return self.name == YARDSTICK

    @property
    def is_floor(self) -> bool:
        """Whether it is the plain TCP echo, which speaks no WebSocket."""
        return self.name == FLOOR

    @property
    def in_every_run(self) -> bool:
        """Whether it is the yardstick or the floor: measured in every run, and never judged."""
        return self.is_yardstick or self.is_floor

    @property
    def is_reference(self) -> bool:
        """Whether it is the contestant that a ranking is relative to, where it takes part."""
        return self.name == REFERENCE

    @property
    def typed(self) -> str:
        """How it is typed without label, interpreter and switches: `tornado==6.5@uvloop`, or its URL."""
        if self.kind == "url":
            return self.url
        version = f"=={self.version}" if self.version else ""
        loop = f"@{self.loop}" if self.loop not in {"", "asyncio"} else ""
        pinned = f"=={self.loop_version}" if self.loop_version else ""
        companions = "".join(f"@with:{one}" for one in self.companions)
        return f"{self.file or self.name}{version}{loop}{pinned}{companions}"


class Axes(msgspec.Struct, frozen=True):
    """What is asked of every server of a command that does not say it itself.

    `targets` are what names on the command line stand for.
    """

    loops: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    tls: bool = False
    deflate: bool = False
    access: Access = Access()
    targets: tuple[Named, ...] = ()
