"""The table of docs/counting.md: what a message costs each server, and how much that varies over hash seeds.

It is made of results/reference/counts.jsonl.gz, a run of `wsbench count` over all servers, one message at
a time, by instructions alone; with the name of a file, of that.
"""

from __future__ import annotations

import sys
from pathlib import Path

from wsbench.facts.counts import CountFacts
from wsbench.records.count import CountRun
from wsbench.storage.results import read_any

STORED = Path(__file__).parents[2] / "results" / "reference" / "counts.jsonl.gz"


def table(path: Path) -> str:
    """Return the table in Markdown, those with the least work first; the spread is (most − least) / least."""
    run = read_any(path)
    assert isinstance(run, CountRun)
    facts, lines = CountFacts(run), []
    for index, cell in enumerate(facts.cells):
        values = list(facts.rounds_of(index, "instructions").values())
        if values:
            spread = (max(values) / min(values) - 1) * 100
            mean = sum(values) / len(values)
            lines.append(
                (mean, f"| {cell.server} | {facts.version(cell.server)} | {mean:,.0f} | {spread:.2f} % |")
            )
    head = ["| server | version | instructions a message | spread |", "| --- | --- | ---: | ---: |"]
    return "\n".join([*head, *(line for _, line in sorted(lines))])


if __name__ == "__main__":
    print(table(Path(sys.argv[1]) if sys.argv[1:] else STORED))
