"""System calls, by name: strace."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from ..machine.launcher import Server
from .instrument import Tool, Totals

BEGUN = re.compile(rb"^\d+ +(\w+)\(", re.MULTILINE)
"""A call as strace writes it when it begins; `<... read resumed>` is the end of one that was interrupted."""


class Strace(Tool):
    """A server and all that descends from it under strace, which writes a line a call, whole at any time."""

    @property
    def under(self) -> tuple[str, ...]:
        """Its words; arguments stay short, for nobody reads them."""
        return ("strace", "-f", "-qq", "-s0", "-eraw=all", "-esignal=none", "-o", str(self._path))

    @property
    def _path(self) -> Path:
        return self.folder / "calls"

    def begin(self, server: Server) -> None:
        """Pass over what starting took."""
        del server
        self._sum: Counter[str] = Counter()
        self._at = self._path.stat().st_size
        self._whole = False

    def totals(self, server: Server) -> Totals:
        """Return the calls that have begun so far: the line of one that waits has no end yet."""
        del server
        with self._path.open("rb") as file:
            file.seek(self._at)
            data = file.read()
        self._sum.update(name.decode() for name in BEGUN.findall(data if self._whole else b" " + data))
        if data:
            self._at, self._whole = self._at + len(data), data.endswith(b"\n")
        return {"syscalls": {name: float(count) for name, count in self._sum.items()}}
