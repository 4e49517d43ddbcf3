"""Bytes allocated: valgrind's massif, whose clock may be set to go by them."""

from __future__ import annotations

import re
from typing import ClassVar

from ..machine.launcher import Server
from . import vgdb
from .errors import CountError
from .instrument import Tool, Totals

_FIELD = re.compile(r"^(time|mem_heap_B|mem_heap_extra_B)=(\d+)$", re.MULTILINE)


class Massif(Tool):
    """A server under massif, which follows allocations and no instructions, so that it is fast."""

    environment: ClassVar[dict[str, str]] = {"VALGRIND_OPTS": "", "PYTHONMALLOC": "malloc"}

    @property
    def under(self) -> tuple[str, ...]:
        """Valgrind's words: only how many bytes, and not from where, nor how the heap grew."""
        return (
            *("valgrind", "--tool=massif", "--time-unit=B", "--heap-admin=0", "--depth=1"),
            *("--max-snapshots=10", "--detailed-freq=1000000", f"--massif-out-file={self.folder}/out.%p"),
            *vgdb.options(self.folder),
        )

    def begin(self, server: Server) -> None:
        """Begin to remember processes: of one that has ended since, what it had allocated still counts."""
        del server
        self._known: dict[int, float] = {}

    def totals(self, server: Server) -> Totals:
        """Return the bytes that all its processes have allocated so far."""
        del server
        self._known |= {pid: self._allocated(pid) for pid in vgdb.pids(self.folder)}
        return {"allocated": {"": sum(self._known.values())}}

    def _allocated(self, pid: int) -> float:
        """Return the bytes of one process; massif's time is those allocated and those freed.

        So half of that and of what is in use. With each block counts what the allocator rounds it up by.
        """
        path = self.folder / f"snapshot.{pid}"
        vgdb.tell(self.folder, pid, "snapshot", str(path))
        found = dict(_FIELD.findall(path.read_text()))
        if len(found) < 3:
            raise CountError("massif wrote no snapshot that can be read")
        return sum(map(int, found.values())) / 2
