"""From an analysis to tables of text: what every renderer shows, and with how many digits."""

from __future__ import annotations

from collections.abc import Collection

from ..analysis.rows import Row
from ..analysis.run import Analysis, Group
from ..rendering.columns import Column, Show, Table, fit, lines_of_notices, rounds_line, table_of
from ..rendering.numbers import MISSING, about_ranks, blamed, interval, loop_name
from ..targets.catalogue import INSTRUMENT

MOST_COLUMNS = 7
"""As many columns as fit into 80 characters, with their intervals."""

LONG_LABEL = 10
"""In characters. Longer labels take the room of the version, and of the reference in the ratio's head."""

NARROW, SLOWEST, TAIL, CROWD, LABELS = "narrow", "slowest", "tail", "crowd", "labels"
"""Why columns give way in a table for 80 characters: it has too little room for columns that explain others,
it shows what the slowest messages met, p99.9 besides, what many connections cost, or long labels."""

SLOWEST_WORDS = (
    "slow: the slowest 1‰ of a round (1 % of fewer than 30,000); in GC: of these, those under way while the"
    " server collected garbage; stalled: of the rest, while its event loop was over 1 ms late."
    " What coincides need not be the cause."
)
MEANINGS = {
    "msg/s a core": "messages per second of the server's CPU time; steadier than msg/s.",
    "server µs": "the server's CPU time per message.",
    "client µs": "the client's CPU time per message.",
    "slowest µs": "the mean round trip of the connection with the fewest replies.",
}
"""What columns mean that do not say it themselves."""
CROWD_WORDS = "KiB/conn: resident memory of the server per open connection; conn/s: handshakes a second."
HELD_WORDS = " held: what a closed one left behind."


def _metric(name: str, scale: float = 1.0, places: int | None = None) -> Show[Row]:
    return lambda row, wide: interval(row.estimates.get(name), wide=wide, scale=scale, places=places)


def _column(
    head: str, show: Show[Row], *gives_way: str, numeric: bool = True, weight: int = 1
) -> Column[Row]:
    return Column((head,), show, weight, numeric, gives_way=frozenset(gives_way))


RANK = _column("rank", lambda row, _wide: ("error" if row.failure else row.rank) or MISSING, numeric=False)
SERVER = _column("server", lambda row, _wide: row.server, numeric=False)
LOOP = _column("loop", lambda row, _wide: loop_name(row.loop) or MISSING, NARROW, numeric=False)


def _version(*gives_way: str) -> Column[Row]:
    return _column("version", lambda row, _wide: row.version or MISSING, *gives_way, numeric=False, weight=0)


def _ratio(group: Group, has: Collection[str]) -> Column[Row]:
    def show(row: Row, wide: bool) -> str:
        if row.server == group.reference and row.estimates:
            return "1"
        return interval(row.ratio, wide=wide, places=3 if row.ratio and row.ratio.value < 2 else 2)

    return _column("ratio" if LABELS in has else f"×{group.reference}", show)


def _latency_columns(group: Group, has: Collection[str]) -> list[Column[Row]]:
    """Return the columns of a round-trip table; times in µs, shares of the slowest messages in %."""
    columns = [
        *(RANK, SERVER, _version(SLOWEST, CROWD, LABELS), LOOP),
        _column("p50 µs", _metric("rtt_p50", 1000)),
        _column("p99 µs", _metric("rtt_p99", 1000), TAIL),
        _column("p99.9 µs", _metric("rtt_p99.9", 1000), CROWD),
        _ratio(group, has),
        _column(
            "µs over floor", lambda row, wide: interval(row.over_floor, wide=wide, scale=1000), SLOWEST, CROWD
        ),
        _column("server CPU µs", _metric("server_cpu", 1000), NARROW),
    ]
    if _has_slowest(group):
        stalls = _metric("slow_stall", 0.01, 0)
        columns += [
            _column("slow in GC %", _metric("slow_gc", 0.01, 0)),
            # a server without an event loop can't be stalled by it
            _column("stalled %", lambda row, wide: MISSING if row.loop == "native" else stalls(row, wide)),
        ]
    return columns


def _throughput_columns(group: Group, has: Collection[str]) -> list[Column[Row]]:
    """Return the columns of a throughput table; CPU times in µs per message."""
    times = [
        _column("p50 µs", _metric("rtt_p50", 1000), NARROW),
        _column("slowest µs", _metric("rtt_slowest", 1000), NARROW),
    ]
    return [
        *(RANK, SERVER, _version(NARROW), LOOP),
        _column("msg/s", _metric("throughput")),
        _column("msg/s a core", _metric("throughput_per_core"), CROWD, LABELS),
        _ratio(group, has),
        _column("server µs", _metric("server_cpu", 1000), NARROW),  # msg/s a core says as much
        _column("client µs", _metric("client_cpu", 1000), NARROW),  # and so does the limit
        _column("limit", lambda row, _wide: row.limit or MISSING, numeric=False),
        *([] if group.workload.one_way else times),
    ]


def _crowd_columns() -> list[Column[Row]]:
    """Return the columns of what many connections cost: memory in KiB for each, handshakes a second."""
    return [
        _column("KiB/conn", _metric("rss_per_connection", 1024), SLOWEST),
        _column("conn/s", _metric("connect_rate"), SLOWEST),
        _column("held KiB/conn", _metric("held_per_connection", 1024), NARROW),
    ]


def _has_slowest(group: Group) -> bool:
    return group.workload.goal == "latency" and any("slow_gc" in row.estimates for row in group.rows)


def _has_crowd(group: Group) -> bool:
    return any("connect_rate" in row.estimates for row in group.rows)


def _has(group: Group) -> set[str]:
    """Return why columns give way in a table for 80 characters."""
    slowest = _has_slowest(group)
    tail = any("rtt_p99.9" in row.estimates for row in group.rows)
    found = {
        NARROW: True,
        SLOWEST: slowest,
        TAIL: slowest and tail,
        CROWD: _has_crowd(group),
        LABELS: max(len(row.server) for row in group.rows) > LONG_LABEL,
    }
    return {name for name, true in found.items() if true}


def run_table(group: Group, *, wide: bool) -> Table:
    """Return the table of one group: all columns if `wide`, else those that 80 characters have room for."""
    latency = group.workload.goal == "latency"
    has = set() if wide else _has(group)
    columns = (_latency_columns if latency else _throughput_columns)(group, has)
    if group.workload.connections > 1 and not group.workload.one_way:
        columns.append(_column("Jain", _metric("jain"), NARROW))
    if _has_crowd(group):
        columns += _crowd_columns()
    kept = columns if wide else fit(columns, group.rows, wide=wide, most=MOST_COLUMNS, has=has)
    kind = "Round trip" if latency else "Throughput"
    link = f", {group.link}" if group.link else ""
    title = f"{kind}, {group.workload}{link}, driven by {group.driver}"
    below = _below(group, [one.name for one in kept], has)
    return table_of(title, kept, group.rows, wide=wide, below=below)


def _below(group: Group, names: Collection[str], has: Collection[str]) -> list[str]:
    lines = [group.headline] if group.headline else []
    if LABELS in has:
        lines.append(f"ratio: to {group.reference}.")
    if "version" not in names:
        versions = [f"{row.server} {row.version}" for row in group.rows if row.version]
        lines += [f"versions: {', '.join(versions)}."] if versions else []
    made = [f"{row.server} on {row.made_of}" for row in group.rows if row.made_of]
    if made:
        lines.append(f"made of: {'; '.join(made)}.")
    lines += [f"{name}: {words}" for name, words in MEANINGS.items() if name in names]
    if group.client != INSTRUMENT:
        lines.append(f"{group.client} sleeps between messages, as your program would: waking it is included.")
    if group.drives_with:
        lines.append(f"{group.client} drives with {group.drives_with}.")
    if _has_slowest(group):
        lines.append(SLOWEST_WORDS)
    if "conn/s" in names:
        lines.append(CROWD_WORDS + (HELD_WORDS if "held KiB/conn" in names else ""))
    for row in group.rows:
        if row.failure:
            lines.append(blamed(row.server, row.failure.reason, row.failed_in))
            lines += [f"  | {line}" for line in row.failure.stderr[-5:]]
    if any(row.limit == "client" for row in group.rows):
        lines.append(
            "limit client: the client could do no more, so the server may: its msg/s is a lower bound."
        )
    return lines + about_ranks(row.rank for row in group.rows)


def tables(analysis: Analysis, *, wide: bool) -> list[Table]:
    """Return all tables of a run, round trips first."""
    groups = sorted(analysis.groups, key=lambda group: group.workload.goal != "latency")
    return [run_table(group, wide=wide) for group in groups]


def closing_lines(analysis: Analysis) -> list[str]:
    """Return the lines below the last table: how to read it, and every notice."""
    lines = [
        f"{rounds_line(analysis.rounds, analysis.status)} –: not measured, not ranked, or too few samples.",
    ]
    lines.append(f"{', '.join(analysis.conditions)}.")
    if analysis.parts:
        lines.append(f"{'; '.join(analysis.parts)}.")
    return lines + lines_of_notices(analysis.notices)
