"""Injects every fault and writes docs/reliability.md: `make faults`, or FAULTS=PATTERN for some of the rows.

The table is made of what was seen. The exit code is 1 where a row did not end as it has to.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import rows_around
import rows_servers
from fault import PATIENCE, PLACES, Fault
from injecting import Outcome, has_mounts, inject
from judging import MOST_BYTES, is_unlucky, more_mib, problems, sentence

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
TRIES = 3
KINDS = {
    "server": "Servers that misbehave",
    "process": "Processes of a run that are killed or stopped",
    "signal": "Signals",
    "storage": "The folder of results",
    "limit": "Limits",
    "output": "Standard output",
    "build": "Environments for other versions",
    "together": "Two runs at once",
}
HEAD = """# What happens when something goes wrong

`make faults` injects each of these faults into a real run and writes this page: a server that misbehaves (our
own test servers, tests/servers/hostile), a signal, a full disk, a limit. Beside it a second server, `good`,
behaves well: its numbers must be in the result file all the same. A silent peer is waited for {patience}.

A row is right where exit code and sentence are the right ones, the sentence names the culprit and nobody else
is blamed, the numbers of the others are stored, wsbench and its drivers never take more than {most} MiB over
the same run with a polite server, nothing is left behind (processes, temporary files, shared memory, files
beside the results), and the run lasts at most as much longer than the polite one as the row's step may take.

- *seconds* and *MiB* are how much more than the polite run it took, in all and at the peak.
- *exit* is the exit code: 0 fine, 2 usage, 4 invalid, 5 wsbench failed, 130 stopped; −9 is SIGKILL.

Seen on {date} with Python {python}: {right} of {tried} rows as they have to be{some}.
"""
COLUMNS = (
    "fault",
    "where",
    "verb",
    "what wsbench says",
    "exit",
    "seconds",
    "MiB",
    "left behind",
    "as it has to be",
)


class Row(NamedTuple):
    """A fault, what came of it, and what came of the same run with a polite server."""

    fault: Fault
    outcome: Outcome
    polite: Outcome
    problems: list[str]


@functools.cache
def polite_run(verb: str, words: tuple[str, ...]) -> Outcome:
    """Return what comes of a run in which nothing goes wrong."""
    return inject(Fault("", "", "polite", "", 0, "", verb=verb, words=words))  # type: ignore[arg-type]


def tried(fault: Fault) -> Row:
    """Inject a fault, and again where others had the cores meanwhile."""
    polite = polite_run(fault.verb, fault.words)
    for _ in range(TRIES):
        outcome = inject(fault)
        if not is_unlucky(outcome):
            break
    return Row(fault, outcome, polite, problems(fault, outcome, polite))


def line_of(row: Row) -> str:
    """Return a row of the table."""
    fault, outcome, polite, wrong = row
    where = PLACES[fault.turn] or " ".join(map(str, fault.limit or ()))
    cells = (
        fault.name,
        where,
        f"{fault.verb}{', 2 rounds' if fault.words[:1] == ('--rounds',) else ''}",
        sentence(fault, outcome)[:160],
        str(outcome.code).replace("-", "−"),
        f"{max(0.0, outcome.seconds - polite.seconds):.1f}",
        f"{max(0, more_mib(outcome, polite)):,}",
        "; ".join(outcome.left) or "nothing",
        "yes" if not wrong else f"**no**: {'; '.join(wrong)[:200]}",
    )
    return f"| {' | '.join(one.replace('|', '&#124;').replace('<', '&lt;') for one in cells)} |"


def page(rows: Sequence[Row], missing: int) -> str:
    """Return the page."""
    right = sum(not row.problems for row in rows)
    parts = [
        HEAD.format(
            most=MOST_BYTES >> 20,
            patience=PATIENCE.removesuffix("s") + " s",
            date=datetime.now(UTC).date().isoformat(),
            python=sys.version.split()[0],
            right=right,
            tried=len(rows),
            some=f"; {missing} were not tried" if missing else "",
        )
    ]
    for kind, title in KINDS.items():
        lines = [line_of(row) for row in rows if row.fault.kind == kind]
        if lines:
            bar = f"| {' | '.join(['---'] * len(COLUMNS))} |"
            parts.append("\n".join([f"## {title}\n", f"| {' | '.join(COLUMNS)} |", bar, *lines, ""]))
    return "\n".join(parts)


def can_be_tried(fault: Fault) -> bool:
    """Whether a row's fault can be injected here: a file system of its own takes root."""
    return not fault.mount or has_mounts()


def main(say: Callable[[str], None] = print) -> int:
    """Inject, print, write."""
    pattern = os.environ.get("FAULTS", "")
    every = [*rows_servers.ROWS, *rows_around.ROWS]
    chosen = [one for one in every if re.search(pattern, f"{one.kind}: {one.id}") and can_be_tried(one)]
    rows = []
    for fault in chosen:
        rows.append(tried(fault))
        say(f"{fault.id}: {'; '.join(rows[-1].problems) or 'right'}")
        sys.stdout.flush()
        PAGE.write_text(page(rows, len(every) - len(rows)))
    return any(row.problems for row in rows)


if __name__ == "__main__":
    sys.exit(main())
