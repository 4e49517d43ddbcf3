"""Over payload, connections and the like where a run has several, and over versions of a library."""

from __future__ import annotations

from collections.abc import Iterator

import altair as alt
from msgspec.structs import replace

from ...analysis.run import Analysis, Group
from ...demand.workload import Workload
from ...plan.metrics import divisor_of, main_metric, metric_title
from ...plan.run import Plan
from ...rendering.numbers import loop_name
from .drawing import MOST, AnyChart, Cast, Datum, Drawing, data, ends, faded, having, tips

AXES = {
    "size": "payload, bytes",
    "connections": "connections",
    "depth": "messages in flight on each connection",
    "fragments": "frames per message",
    "idle": "idle connections beside",
    "slow_readers": "slow readers beside",
}
"""What may vary from workload to workload, and what its axis is called."""

FAR = 16
"""From this ratio between largest and smallest on, an axis is logarithmic."""


def draw(analysis: Analysis, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each axis with several values, of workloads that are else the same."""
    for axis, title in AXES.items():
        alike: dict[tuple[str, str, Workload], list[Group]] = {}
        for group in analysis.groups:
            key = group.driver, main_metric(group.workload), _without(group.workload, axis)
            alike.setdefault(key, []).append(group)
        swept = [(key, groups) for key, groups in alike.items() if len(groups) > 1]
        for (driver, metric, _), groups in swept[:MOST]:
            rows = [row for group in groups for row in _rows(group, metric, axis)]
            name = metric_title(metric)
            if rows:
                yield Drawing(
                    family="sweep",
                    title=f"{name} over {title}, {_rest(groups[0].workload, axis)}, driven by {driver}",
                    words=f"{name} with its 95 % interval: {_said(rows, title)}.",
                    chart=_chart(rows, cast, title, name, numeric=True),
                )


def _without(workload: Workload, axis: str) -> Workload:
    """Return a workload without what varies; think time counts where one message is in flight alone."""
    rest = replace(workload, **{axis: 0})
    return rest if workload.goal == "latency" else replace(rest, think_us=0)


def _rest(workload: Workload, axis: str) -> str:
    """Return what all workloads of a sweep share."""
    plural = "" if workload.connections == 1 else "s"
    parts = {
        "size": workload.what if axis != "size" else workload.kind,
        "connections": f"{workload.connections:,} connection{plural}",
        "depth": f"depth {workload.depth}",
    }
    return ", ".join(text for name, text in parts.items() if name != axis or name == "size")


def _rows(group: Group, metric: str, axis: str) -> Iterator[Datum]:
    scale = divisor_of(metric)
    for row in group.rows:
        if found := row.estimates.get(metric):
            at = getattr(group.workload, axis)
            yield {"server": row.server, "at": at, "at_told": f"{at:,}", **ends(found, scale)}


def _said(rows: list[Datum], title: str) -> str:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(str(row["server"]), []).append(f"{row['told']} at {row['at_told']}")
    return f"{title}; " + "; ".join(f"{server} {', '.join(told)}" for server, told in found.items())


def _chart(rows: list[Datum], cast: Cast, title: str, name: str, *, numeric: bool) -> AnyChart:
    if numeric:
        at = [float(row["at"] or 0) for row in rows]
        far = min(at) > 0 and max(at) / min(at) >= FAR
        scale = alt.Scale(type="log", base=2, nice=False) if far else alt.Scale(zero=False, nice=False)
        scale.padding = 16
        x = alt.X(
            "at:Q",
            title=title,
            scale=scale,
            axis=alt.Axis(values=sorted(set(at)), format="~s", labelOverlap=True),
        )
    else:
        x = alt.X("at:O", title=title, sort=None)
    base = alt.Chart(data(rows), height=280).encode(
        x=x,
        color=cast.colour(),
        opacity=faded(),
        tooltip=tips(server="server", at_told=title, told=name),
    )
    y = alt.Scale(type="log", nice=False, padding=12)
    value = alt.Y("value:Q", title=name, scale=y)
    return alt.layer(
        *(
            one.mark_rule().encode(y=alt.Y("low:Q", title=name, scale=y), y2="high:Q")
            for one in having(base, rows)
        ),
        base.mark_line(strokeWidth=2).encode(y=value, detail="line:N"),
        base.mark_point(filled=True, size=80).encode(y=value, shape=cast.shape()),
    )


def draw_versions(analysis: Analysis, plan: Plan, cast: Cast) -> Iterator[Drawing]:
    """Yield a chart for each workload and library that the run has in several versions."""
    drawn = 0
    for group in analysis.groups:
        metric = main_metric(group.workload)
        scale, name = divisor_of(metric), metric_title(metric)
        order = {spec.label: place for place, spec in enumerate(plan.servers)}
        lines: dict[tuple[str, str], list[Datum]] = {}
        for row in sorted(group.rows, key=lambda one: order[one.server]):
            spec, found = plan.spec_of(row.server), row.estimates.get(metric)
            if found and row.version and spec.library:
                line = f"{spec.name} on {loop_name(row.loop)}"
                at = {"server": row.server, "at": row.version, "at_told": row.version, "line": line}
                lines.setdefault((spec.name, spec.loop), []).append({**at, **ends(found, scale)})
        for (library, loop), rows in lines.items():
            if len({row["at"] for row in rows}) > 1 and drawn < MOST:
                drawn += 1
                yield Drawing(
                    family="versions",
                    title=f"{name} over versions of {library} on {loop}, {group.workload},"
                    f" driven by {group.driver}",
                    words=f"{name} with its 95 % interval: {_said(rows, 'version')}.",
                    chart=_chart(rows, cast, "version", name, numeric=False),
                )
