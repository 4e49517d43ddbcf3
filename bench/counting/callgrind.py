"""Instructions in user space and allocations, by function: valgrind's callgrind."""

from __future__ import annotations

import string
from typing import ClassVar

import msgspec

from ..machine.launcher import Server
from . import vgdb
from .callgrind_file import Dump, allocations, graph, lookups, read
from .errors import CountError
from .instrument import Tool, Totals, added, calls_of, with_calls
from .python_graph import Trampoline, named, python_only

ANSWER_S = 60.0
"""How long the process has to tell whose its trampolines are."""


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
        """Have all processes dump what they counted since the last time, and add it up.

        Those that have ended dumped by themselves.
        """
        del server
        running = vgdb.pids(self.folder)
        for pid in running:
            vgdb.tell(self.folder, pid, "dump")
        half_written = {f"out.{pid}" for pid in running}  # of one that ends right now
        for path in sorted(self.folder.glob("out.*")):
            if path.name in half_written:
                continue
            with path.open() as file:
                self._sum = added(self._sum, self.taken(read(file)))
            path.unlink()
        return self._sum

    def taken(self, dump: Dump) -> Totals:
        """Return what this counts of a dump: instructions, and apart from them lookups in types."""
        own, costs = graph(dump)
        missed = lookups(dump)
        found = with_calls({**own, "": -missed}, costs if self.graph else {}, "instructions")
        return {**found, "lookups": {"": missed}}


class CallgrindAllocations(Callgrind):
    """The same with Python's own allocator out of the way, which would hide most of them: calls of malloc."""

    environment: ClassVar[dict[str, str]] = {**Callgrind.environment, "PYTHONMALLOC": "malloc"}

    def taken(self, dump: Dump) -> Totals:
        """Return what this counts of a dump."""
        return {"allocations": allocations(dump)}


class CallgrindPython(Callgrind):
    """Instructions by Python function, with all C code that a function runs.

    The interpreter calls each Python function with machine code of its own, its perf trampoline. That has no
    name: callgrind knows it by its address, the interpreter whose it is. Callgrind skips all other functions:
    what they cost is their caller's, and so who calls whom is known of Python functions, not of the
    interpreter's loop. What has no name besides trampolines (jumps to other libraries) is taken out later.
    """

    counts: ClassVar[str] = "trampolines"
    # all names are looked up at the start: where that is done by and by, it is done by a function that
    # callgrind treats in a way of its own, and 3.19 ends there with a failed assertion (greenlets)
    environment: ClassVar[dict[str, str]] = {**Callgrind.environment, "LD_BIND_NOW": "1"}

    @property
    def under(self) -> tuple[str, ...]:
        """Valgrind's words. Functions' names begin with a letter or `_`, offsets in libraries with zeros."""
        return *super().under, *(f"--fn-skip={one}*" for one in (*string.ascii_letters, "_", "0x" + "0" * 10))

    def taken(self, dump: Dump) -> Totals:
        """Return what this counts of a dump."""
        return with_calls(*graph(dump, addresses=True), "python")

    def told(self, server: Server, one: Totals) -> Totals:
        """Return the same by Python function."""
        for pid in vgdb.pids(self.folder):
            vgdb.tell(self.folder, pid, "instrumentation", "off")
        assert server.child  # it is ours
        answer = server.child.ask("counts", ANSWER_S)
        try:
            found = msgspec.convert(answer["trampolines"], list[Trampoline])
        except (KeyError, msgspec.ValidationError) as problem:
            raise CountError(f"what its process says of its functions can't be read: {problem}") from None
        own, costs = one.get("python", {}), calls_of(one, "python")
        nodes = {*own, *(node for edge in costs for node in edge)}
        return with_calls(*python_only(own, costs, named(nodes, found)), "python")
