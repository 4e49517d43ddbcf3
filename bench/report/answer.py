"""The answer of a run at a glance: servers down, workloads across, each number with its multiple.

A line of numbers for each server, below it a bar and the multiples of the reference's numbers, and last how
wide the intervals are. Workloads that have no room beside each other stand below each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..analysis.rows import Row
from ..analysis.run import Analysis, Group
from ..rendering.bars import bar
from ..rendering.columns import lines_of_notices
from ..rendering.matrix import Block, draw_blocks, have_room, narrowed
from ..rendering.numbers import MISSING, blamed, half_width, interval, number
from ..stats.estimate import MIN_ROUNDS, Estimate
from ..targets.catalogue import FLOOR, INSTRUMENT, YARDSTICK

METRICS = {
    "latency": (
        ("rtt_p50", "p50 µs", 1000.0),
        ("rtt_p99", "p99 µs", 1000.0),
        ("server_cpu", "CPU µs", 1000.0),
    ),
    "throughput": (("throughput", "msg/s", 1.0), ("server_cpu", "CPU µs", 1000.0)),
}
"""What is shown of a workload, by its goal: metric, head, and what its values are divided by."""

MOST_NAME = 26
"""In characters. A longer name with its version is cut."""

BOUNDS = {YARDSTICK: "(written by hand on asyncio)", FLOOR: "(a plain TCP echo)"}
"""What those are that stand beside all servers."""

ORDINARY = ("1 connection", "depth 1")
"""Parts of a workload that go without saying."""

WIDEST = "widest 95 % CI"
"""What the last row is called."""

FEW = f"{WIDEST} {MISSING}: no interval, for that takes {MIN_ROUNDS} rounds."
"""Why that row has nothing but dashes."""

WIDTH = 80
"""In characters, where nobody says how wide the page is."""


def answer(analysis: Analysis, width: int | None) -> list[str]:
    """Return the lines of the answer for so many columns: the matrix, and the sentences below it.

    The analysis has a group at least.
    """
    groups = main_groups(analysis)
    width = width or WIDTH
    servers = _names(groups)
    names = _first_column(groups[0], servers)
    blocks = [_block(group, groups, list(servers), wide=True) for group in groups]
    if not have_room(blocks, names, width):
        blocks = [_block(group, groups, list(servers), wide=False) for group in groups]
    blocks, whole = [narrowed(one, names, width) for one in blocks], blocks
    gone = [
        head for one, all_of in zip(blocks, whole, strict=True) for head in all_of.heads[len(one.heads) :]
    ]
    matrix = draw_blocks(blocks, names, "server", width)
    few = [FEW] if analysis.rounds < MIN_ROUNDS else []
    room = [f"no room for {', '.join(dict.fromkeys(gone))}: use a wider terminal."] if gone else []
    legend = [*_legend(groups[0], list(servers)), *few, *room]
    said = [*_headlines(groups), *legend, *_doubts(analysis, groups)]
    return [_title(analysis, groups), *matrix, "", *said]


def main_groups(analysis: Analysis) -> list[Group]:
    """Return the groups of wire, or else of the first client; round trips first."""
    clients = [group.client for group in analysis.groups]
    client = INSTRUMENT if INSTRUMENT in clients else clients[0]
    groups = [group for group in analysis.groups if group.client == client]
    return sorted(groups, key=lambda group: group.workload.goal != "latency")


def _names(groups: Sequence[Group]) -> dict[str, str]:
    """Return the servers, in the order of the first workload, with their versions."""
    found = dict[str, str]()
    for row in (row for group in groups for row in group.rows):
        found[row.server] = max(found.get(row.server, ""), f"{row.server} {row.version}".strip(), key=len)
    return {server: name[:MOST_NAME] for server, name in found.items()}


def _title(analysis: Analysis, groups: Sequence[Group]) -> str:
    """Return what all workloads have in common, and how many rounds there are."""
    shared = [part for part in _parts(groups[0]) if all(part in _parts(group) for group in groups)]
    what = [part for part in shared if part not in ORDINARY]
    times = f"{analysis.rounds} round{'' if analysis.rounds == 1 else 's'}, {analysis.status}"
    driver = f"driven by {groups[0].driver}"
    return f"{', '.join(filter(None, [*what, groups[0].link, driver]))}; {times}"


def _parts(group: Group) -> list[str]:
    return str(group.workload).split(", ")


def _titles(group: Group, groups: Sequence[Group]) -> tuple[str, ...]:
    """Return what a workload is called: its kind, and below that what not all of them have."""
    own = [part for part in _parts(group) if not all(part in _parts(one) for one in groups)]
    kind = "round trip" if group.workload.goal == "latency" else "throughput"
    return kind, ", ".join(part for part in own if part not in ORDINARY)


def _block(group: Group, groups: Sequence[Group], servers: Sequence[str], *, wide: bool) -> Block:
    rows = {row.server: row for row in group.rows}
    metrics = [
        one for one in METRICS[group.workload.goal] if any(one[0] in row.estimates for row in group.rows)
    ]
    texts = list[tuple[str, ...]]()
    for server in servers:
        row = rows.get(server)
        texts.append(tuple(_value(row, name, scale, wide=wide) for name, _, scale in metrics))
        texts.append(tuple(_multiple(row, name, group.reference, wide=wide) for name, _, _ in metrics))
    widest = [_widest([row.estimates.get(name) for row in group.rows]) for name, _, _ in metrics]
    return Block(_titles(group, groups), tuple(head for _, head, _ in metrics), (*texts, tuple(widest)))


def _value(row: Row | None, metric: str, scale: float, *, wide: bool) -> str:
    found = row.estimates.get(metric) if row else None
    if row is None or found is None:
        return "error" if row and row.failure else MISSING
    if row.limit == "invalid":
        return "invalid"
    bound = "≥" if row.limit == "client" and metric == "throughput" else ""
    exact = wide and math.isfinite(half_width(found))
    return bound + (interval(found, wide=False, scale=scale) if exact else number(found.value / scale))


def _multiple(row: Row | None, metric: str, reference: str, *, wide: bool) -> str:
    if row is None or row.server == reference:
        return ""
    ratio = row.ratios.get(metric)
    if ratio is None:
        return ""
    if not wide or math.isinf(half_width(ratio)):
        return f"×{number(ratio.value)}"
    return f"×{interval(ratio, wide=False, places=3 if ratio.value < 2 else 2)}"


def _widest(estimates: Sequence[Estimate | None]) -> str:
    """Return how wide the widest interval of a column is, where each number has one."""
    widest = max((half_width(one) for one in estimates if one), default=math.inf)
    return MISSING if math.isinf(widest) else f"±{widest:.1%}".replace("%", " %")


def _first_column(group: Group, names: dict[str, str]) -> list[str]:
    """Return the names, below each a bar of the first workload's main number, and that of the last row."""
    metric = METRICS[group.workload.goal][0][0]
    values = {row.server: row.estimates[metric].value for row in group.rows if metric in row.estimates}
    longest, room = max(values.values(), default=1.0), max(map(len, names.values()))
    lines = list[str]()
    for server, name in names.items():
        lines += [name, bar(values.get(server, 0.0) / longest, room)]
    return [*lines, WIDEST]


def _headlines(groups: Sequence[Group]) -> list[str]:
    """Return who wins, for each workload in a sentence."""
    said = []
    for group in groups:
        kind, more = _titles(group, groups)
        title = more or f"{kind[0].upper()}{kind[1:]}"
        said += [f"{title}: {group.headline}"] if group.headline else []
    return said


def _legend(group: Group, servers: Sequence[str]) -> list[str]:
    """Return how to read the matrix."""
    what, better = ("p50", "shorter") if group.workload.goal == "latency" else ("msg/s", "longer")
    lines = [f"×: multiple of {group.reference}'s. Bar: {what}, {better} is better. CPU: of the server."]
    bounds = [f"{name} {BOUNDS[name]}" for name in servers if name in BOUNDS]
    return [*lines, *([f"Not ranked: {', '.join(bounds)}."] if bounds else [])]


def _doubts(analysis: Analysis, groups: Sequence[Group]) -> list[str]:
    """Return what can't be said, and why; what changes how a number is read."""
    lines = list[str]()
    for row in (row for group in groups for row in group.rows):
        if row.failure:
            lines.append(blamed(row.server, row.failure.reason, row.failed_in))
            lines += [f"  | {line}" for line in row.failure.stderr[-5:]]
    if any(row.limit == "client" for group in groups for row in group.rows):
        lines.append("≥: the client could do no more, so the server may.")
    return [*dict.fromkeys(lines), *lines_of_notices(one for one in analysis.notices if not one.minor)]
