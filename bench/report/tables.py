"""From an analysis to tables of text: what every renderer shows, and with how many digits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..analysis.notices import Notice
from ..analysis.run import Analysis, Group, Row
from .columns import Table
from .numbers import MISSING, interval, loop_name

MOST_COLUMNS = 7
"""So many fit into 80 characters beside their intervals."""
EXPLAINED = (
    "slow: the slowest 1‰ of a round (1 % of fewer than 30,000); in GC: of these, those under way while the"
    " server collected garbage; stalled: of the rest, while its event loop was over 1 ms late."
    " What coincides need not be the cause."
)
LONG_LABEL = 10
"""Characters: with longer labels 80 columns hold no version, and no reference in the head of a column."""


GIVE_WAY_TO_CROWD = {"version", "p99.9 µs", "µs over floor", "server µs", "client µs"}
"""Columns for which 80 characters have no room where there are many connections."""
CROWD_WORDS = "KiB/conn: resident memory of the server per open connection; conn/s: handshakes a second."
HELD_WORDS = " held: what a closed one left behind."


Column = tuple[str, bool, Callable[[Row], str]]


def _metric(name: str, *, wide: bool, scale: float = 1.0, places: int | None = None) -> Callable[[Row], str]:
    return lambda row: interval(row.estimates.get(name), wide=wide, scale=scale, places=places)


def latency_columns(reference: str, *, wide: bool) -> list[Column]:
    """Return the columns of a round-trip table; times in µs."""
    columns: list[Column] = [
        ("rank", False, lambda row: "error" if row.failure else row.rank or MISSING),
        ("server", False, lambda row: row.server),
        ("version", False, lambda row: row.version or MISSING),
        ("p50 µs", True, _metric("rtt_p50", wide=wide, scale=1000)),
        ("p99 µs", True, _metric("rtt_p99", wide=wide, scale=1000)),
        ("p99.9 µs", True, _metric("rtt_p99.9", wide=wide, scale=1000)),
        (f"×{reference}", True, lambda row: _against(row, reference, wide=wide)),
        ("µs over floor", True, lambda row: interval(row.over_floor, wide=wide, scale=1000)),
    ]
    if wide:
        columns.insert(3, ("loop", False, lambda row: loop_name(row.loop) or MISSING))
        columns.append(("server CPU µs", True, _metric("server_cpu", wide=wide, scale=1000)))
    return columns


def explained_columns(*, wide: bool) -> list[Column]:
    """Return the columns of what the slowest messages met, in %; without an event loop none can stall."""
    gc, stalls = (_metric(name, wide=wide, scale=0.01, places=0) for name in ("slow_gc", "slow_stall"))
    return [
        ("slow in GC %", True, gc),
        ("stalled %", True, lambda row: MISSING if row.loop == "native" else stalls(row)),
    ]


def _is_explained(group: Group) -> bool:
    return group.workload.goal == "latency" and any("slow_gc" in row.estimates for row in group.rows)


def crowd_columns(*, wide: bool) -> list[Column]:
    """Return the columns of what many connections cost: memory in KiB each, and how fast they were opened."""
    columns: list[Column] = [
        ("KiB/conn", True, _metric("rss_per_connection", wide=wide, scale=1024)),
        ("conn/s", True, _metric("connect_rate", wide=wide)),
    ]
    if wide:
        columns.append(("held KiB/conn", True, _metric("held_per_connection", wide=wide, scale=1024)))
    return columns


def _has_crowd(group: Group) -> bool:
    return any("connect_rate" in row.estimates for row in group.rows)


def throughput_columns(reference: str, *, wide: bool) -> list[Column]:
    """Return the columns of a throughput table; CPU times in µs per message."""
    columns: list[Column] = [
        ("rank", False, lambda row: "error" if row.failure else row.rank or MISSING),
        ("server", False, lambda row: row.server),
        ("msg/s", True, _metric("throughput", wide=wide)),
        (f"×{reference}", True, lambda row: _against(row, reference, wide=wide)),
        ("server µs", True, _metric("server_cpu", wide=wide, scale=1000)),
        ("client µs", True, _metric("client_cpu", wide=wide, scale=1000)),
        ("limit", False, lambda row: row.limit or MISSING),
    ]
    if wide:
        columns.insert(2, ("version", False, lambda row: row.version or MISSING))
        columns.insert(3, ("loop", False, lambda row: loop_name(row.loop) or MISSING))
        columns.append(("p50 µs", True, _metric("rtt_p50", wide=wide, scale=1000)))
    return columns


def _against(row: Row, reference: str, *, wide: bool) -> str:
    if row.server == reference and not row.failure:
        return "1"
    return interval(row.ratio, wide=wide, places=3 if row.ratio and row.ratio.value < 2 else 2)


def table_of(group: Group, *, wide: bool) -> Table:
    """Return the table of one group."""
    latency = group.workload.goal == "latency"
    columns = (latency_columns if latency else throughput_columns)(group.reference, wide=wide)
    if _is_explained(group):
        columns += explained_columns(wide=wide)
    if wide and group.workload.connections > 1:
        columns.append(("Jain", True, _metric("jain", wide=wide)))
    if _has_crowd(group) and (wide or not _is_explained(group)):
        columns += crowd_columns(wide=wide)
    if not wide:
        columns = _narrowed(columns, group)
    kind = "Round trip" if latency else "Throughput"
    link = f", {group.link}" if group.link else ""
    version = f" {group.client_version}" if group.client != "wire" else ""
    return Table(
        title=f"{kind}, {group.workload}{link}, driven by {group.client}{version}",
        columns=tuple((name, numeric) for name, numeric, _ in columns),
        rows=tuple(tuple(show(row) for _, _, show in columns) for row in group.rows),
        below=tuple(_below(group, [name for name, _, _ in columns], wide=wide)),
    )


def _narrowed(columns: list[Column], group: Group) -> list[Column]:
    """Leave out columns in which nothing stands, and the version where 80 columns have no room for it."""
    kept = [column for column in columns if any(column[2](row) != MISSING for row in group.rows)]
    if _is_explained(group):
        far = {"p99 µs"} if any(column[0] == "p99.9 µs" for column in kept) else set()
        kept = [column for column in kept if column[0] not in {"version", "µs over floor"} | far]
    if _has_crowd(group):
        kept = [column for column in kept if column[0] not in GIVE_WAY_TO_CROWD]
    long = _has_long_labels(group)
    if long:
        kept = [column for column in kept if column[0] != "client µs"]  # the limit tells of it
        kept = [("ratio", *column[1:]) if column[0] == f"×{group.reference}" else column for column in kept]
    if long or len(kept) > MOST_COLUMNS:
        return [column for column in kept if column[0] != "version"]
    return kept


def _has_long_labels(group: Group) -> bool:
    return max(len(row.server) for row in group.rows) > LONG_LABEL


def _below(group: Group, names: list[str], *, wide: bool) -> list[str]:
    lines = [group.headline] if group.headline else []
    if not wide and _has_long_labels(group):
        lines.append(f"ratio: to {group.reference}.")
    if "version" not in names:
        lines.append(
            f"versions: {', '.join(f'{row.server} {row.version}' for row in group.rows if row.version)}."
        )
    if "server µs" in names:
        both = "server µs, client µs: CPU time of each side per message."
        lines.append(both if "client µs" in names else "server µs: CPU time of the server per message.")
    if _is_explained(group):
        lines.append(EXPLAINED)
    if "conn/s" in names:
        lines.append(CROWD_WORDS + (HELD_WORDS if "held KiB/conn" in names else ""))
    for row in group.rows:
        if row.failure:
            lines.append(f"{row.server}: {row.failure.reason}")
            lines += [f"  | {line}" for line in row.failure.stderr[-5:]]
    if any(row.limit == "client" for row in group.rows):
        lines.append("limit client: that number is the client's; the server can do more, and takes no rank.")
    return lines


def tables(analysis: Analysis, *, wide: bool) -> list[Table]:
    """Return all tables of a run, round trips first."""
    groups = sorted(analysis.groups, key=lambda group: group.workload.goal != "latency")
    return [table_of(group, wide=wide) for group in groups]


def closing_lines(analysis: Analysis) -> list[str]:
    """Return what stands below the last table: how to read it, and every notice."""
    lines = [
        f"{rounds_line(analysis.rounds, analysis.status)}"
        " = is surely within 3 % of another; – means too few samples, or no part in it.",
    ]
    lines.append(f"{', '.join(analysis.conditions)}.")
    if analysis.parts:
        lines.append(f"{'; '.join(analysis.parts)}.")
    return lines + lines_of_notices(analysis.notices)


def rounds_line(rounds: int, status: str) -> str:
    """Return what the intervals are over, and how the run ended."""
    what = f"{rounds} round{'' if rounds == 1 else 's'} of fresh processes"
    return f"{what}, {status}; ± and [ ] are 95 % intervals over rounds."


def lines_of_notices(notices: Iterable[Notice]) -> list[str]:
    """Return a line for each notice."""
    return [f"{'INVALID' if notice.invalid else 'note'}: {notice.text}" for notice in notices]
