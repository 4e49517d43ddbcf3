"""Instructions in user space, by function: valgrind's callgrind, from outside of it by vgdb."""

from __future__ import annotations

import subprocess
from typing import ClassVar

from ..machine.launcher import Server
from .callgrind_file import instructions
from .errors import CountError
from .instrument import Tool, Totals, added

INVOKE_MS = 1
"""How long vgdb waits for the process to look for it by itself, which one that sleeps never does."""

VGDB_S = 60.0


class Callgrind(Tool):
    """A server under callgrind, which counts from `begin` on; before that it runs four times as fast."""

    environment: ClassVar[dict[str, str]] = {"VALGRIND_OPTS": ""}

    @property
    def under(self) -> tuple[str, ...]:
        """Valgrind's words; its pipes and files are in the folder. No line numbers: dumps are smaller."""
        return (
            *("valgrind", "--tool=callgrind", "--instr-atstart=no", "--dump-line=no", "--trace-children=yes"),
            f"--callgrind-out-file={self.folder}/out.%p",
            f"--log-file={self.folder}/log.%p",
            f"--vgdb-prefix={self.folder}/vgdb",
        )

    def begin(self, server: Server) -> None:
        """Switch counting on in all its processes."""
        del server
        self._read = 0
        self._sum: Totals = {}
        self._tell("instrumentation", "on")

    def totals(self, server: Server) -> Totals:
        """Have all processes dump what they counted since the last time, and add it up."""
        del server
        self._tell("dump")
        for path in sorted(self.folder.glob("out.*.*")):
            with path.open() as file:
                self._sum = added(self._sum, {"instructions": instructions(file)})
            path.unlink()
        return self._sum

    def _pids(self) -> list[str]:
        """Return the processes that run under valgrind: each has a pipe of its own for vgdb."""
        beginning = "vgdb-to-vgdb-from-"
        found = [path.name.removeprefix(beginning) for path in self.folder.glob(f"{beginning}*")]
        return [name.partition("-")[0] for name in found]

    def _tell(self, *words: str) -> None:
        """Have every process carry out a command of callgrind's. Raises `CountError`."""
        for pid in self._pids():
            argv = [
                "vgdb",
                f"--pid={pid}",
                f"--vgdb-prefix={self.folder}/vgdb",
                f"--max-invoke-ms={INVOKE_MS}",
            ]
            try:
                done = subprocess.run(
                    [*argv, *words], check=False, capture_output=True, text=True, timeout=VGDB_S
                )
            except subprocess.TimeoutExpired:
                raise CountError(f"valgrind did not answer {' '.join(words)} within {VGDB_S:g} s") from None
            if done.returncode:
                said = done.stderr.strip().splitlines() or [f"code {done.returncode}"]
                raise CountError(f"vgdb can't reach the server: {said[-1]}")
