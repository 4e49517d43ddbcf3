"""Injects every fault and writes docs/reliability.md: `make faults`.

The table is made of what was seen. FAULTS=PATTERN tries some rows, and leaves the others of the page as they
were. The exit code is 1 where a row did not end as it has to.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from collections.abc import Callable, Mapping
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


def names_of(fault: Fault) -> tuple[str, str, str]:
    """Return the first cells of a row, which no other row has: fault, where, verb."""
    where = PLACES[fault.turn] or " ".join(map(str, fault.limit or ()))
    rounds = ", 2 rounds" if fault.words[:1] == ("--rounds",) else ""
    return fault.name, where, f"{fault.verb}{rounds}"


def line_of(row: Row) -> str:
    """Return a row of the table."""
    fault, outcome, polite, wrong = row
    cells = (
        *names_of(fault),
        sentence(fault, outcome)[:160],
        str(outcome.code).replace("-", "−"),
        f"{max(0.0, outcome.seconds - polite.seconds):.1f}",
        f"{max(0, more_mib(outcome, polite)):,}",
        "; ".join(outcome.left) or "nothing",
        "yes" if not wrong else f"**no**: {'; '.join(wrong)[:200]}",
    )
    return f"| {' | '.join(one.replace('|', '&#124;').replace('<', '&lt;') for one in cells)} |"


def lines_of(text: str) -> dict[tuple[str, ...], str]:
    """Return the rows of a page by their first cells."""
    lines = (line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| ---"))
    return {tuple(line.strip("|").split("|")[cell].strip() for cell in range(3)): line for line in lines}


def page(lines: Mapping[Fault, str], missing: int) -> str:
    """Return the page."""
    right = sum(line.endswith("| yes |") for line in lines.values())
    parts = [
        HEAD.format(
            most=MOST_BYTES >> 20,
            patience=PATIENCE.removesuffix("s") + " s",
            date=datetime.now(UTC).date().isoformat(),
            python=sys.version.split()[0],
            right=right,
            tried=len(lines),
            some=f"; {missing} were not tried" if missing else "",
        )
    ]
    for kind, title in KINDS.items():
        found = [line for fault, line in lines.items() if fault.kind == kind]
        if found:
            bar = f"| {' | '.join(['---'] * len(COLUMNS))} |"
            parts.append("\n".join([f"## {title}\n", f"| {' | '.join(COLUMNS)} |", bar, *found, ""]))
    return "\n".join(parts)


def can_be_tried(fault: Fault) -> bool:
    """Whether a row's fault can be injected here: a file system of its own takes root."""
    return not fault.mount or has_mounts()


def main(say: Callable[[str], None] = print) -> int:
    """Inject, print, write; rows of the page that are not tried now stay as they were."""
    pattern = os.environ.get("FAULTS", "")
    every = [*rows_servers.ROWS, *rows_around.ROWS]
    before = lines_of(PAGE.read_text()) if pattern and PAGE.exists() else {}
    lines = {fault: before[names_of(fault)] for fault in every if names_of(fault) in before}
    wrong = False
    for fault in every:
        if not (re.search(pattern, f"{fault.kind}: {fault.id}") and can_be_tried(fault)):
            continue
        row = tried(fault)
        wrong = wrong or bool(row.problems)
        lines[fault] = line_of(row)
        say(f"{fault.id}: {'; '.join(row.problems) or 'right'}")
        sys.stdout.flush()
        shown = {one: lines[one] for one in every if one in lines}
        PAGE.write_text(page(shown, len(every) - len(shown)))
    return wrong


if __name__ == "__main__":
    sys.exit(main())
