"""Instructions in user space and allocations, by function: valgrind's callgrind."""

from __future__ import annotations

from typing import ClassVar

from ..machine.launcher import Server
from . import vgdb
from .callgrind_file import Dump, allocations, instructions, read
from .instrument import Tool, Totals, added


class Callgrind(Tool):
    """A server under callgrind, which counts from `begin` on; before that it runs four times as fast."""

    environment: ClassVar[dict[str, str]] = {"VALGRIND_OPTS": ""}

    @property
    def under(self) -> tuple[str, ...]:
        """Valgrind's words. Dumps have no line numbers, which makes them smaller."""
        return (
            *("valgrind", "--tool=callgrind", "--instr-atstart=no", "--dump-line=no"),
            f"--callgrind-out-file={self.folder}/out.%p",
            *vgdb.options(self.folder),
        )

    def begin(self, server: Server) -> None:
        """Switch counting on in all its processes."""
        del server
        self._sum: Totals = {}
        for pid in vgdb.pids(self.folder):
            vgdb.tell(self.folder, pid, "instrumentation", "on")

    def totals(self, server: Server) -> Totals:
        """Have all processes dump what they counted since the last time, and add it up."""
        del server
        for pid in vgdb.pids(self.folder):
            vgdb.tell(self.folder, pid, "dump")
        for path in sorted(self.folder.glob("out.*.*")):
            with path.open() as file:
                self._sum = added(self._sum, self.taken(read(file)))
            path.unlink()
        return self._sum

    def taken(self, dump: Dump) -> Totals:
        """Return what this counts of a dump."""
        return {"instructions": instructions(dump)}


class CallgrindAllocations(Callgrind):
    """The same with Python's own allocator out of the way, which would hide most of them: calls of malloc."""

    environment: ClassVar[dict[str, str]] = {**Callgrind.environment, "PYTHONMALLOC": "malloc"}

    def taken(self, dump: Dump) -> Totals:
        """Return what this counts of a dump."""
        return {"allocations": allocations(dump)}
