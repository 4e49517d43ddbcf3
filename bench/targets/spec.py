"""Which server, in which version, on what: the records; grammar.py reads them."""

from __future__ import annotations

import msgspec

from .reply import Reply

HIDDEN = "…"
"""What is stored in the place of a header's value."""


class Access(msgspec.Struct, frozen=True):
    """How a server of the user's is spoken to.

    `headers` and `subprotocols` go with the handshake, `reply` is what it answers. `ca` is the file of a
    certificate authority to trust, "" for those of the system; with `insecure` everybody is trusted.
    """

    reply: Reply = Reply()
    headers: tuple[tuple[str, str], ...] = ()
    subprotocols: tuple[str, ...] = ()
    ca: str = ""
    insecure: bool = False


class ServerSpec(msgspec.Struct, frozen=True):
    """One server of a run: a contestant, a file of the user's, a command, or a URL somebody else serves.

    `label` names it in tables and is unique in a run. `file` is a server file outside our folder, `command`
    is started with a port, `url` is where somebody else serves; all three are "" for our own. `version` is
    the one that was asked for, `source` a checkout (`path:DIR`) or a revision (`git:REF`) of its library,
    `python` another interpreter, by version or path; `executable` is the one that was found or made for all
    that, "" for the one that runs wsbench. `pins` are all distributions of an earlier run, as
    `name==version`, where that is to be rebuilt. `busy_ns` is busy waiting added to each message, in ns, for
    experiments.
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

    @property
    def started_by_us(self) -> bool:
        """Whether the process is ours, and says what runs in it."""
        return not self.url and not self.command


class Axes(msgspec.Struct, frozen=True):
    """What is asked of every server of a command that does not say it itself."""

    loops: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    tls: bool = False
    deflate: bool = False
    access: Access = Access()


def without_secrets(spec: ServerSpec) -> ServerSpec:
    """Return a spec as it may be stored: of the headers that are sent, the names alone."""
    headers = tuple((name, HIDDEN) for name, _ in spec.access.headers)
    return msgspec.structs.replace(spec, access=msgspec.structs.replace(spec.access, headers=headers))
