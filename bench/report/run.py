"""The renderers: an analysis in, text out. `FORMATS` is the table from the user's word to one of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

import msgspec

from ..analysis.judgement import Judgement
from ..analysis.run import Analysis
from ..records.common import Environment
from . import judgement as judged
from .figures import Figure, figures
from .judgement import markdown_table
from .tables import closing_lines, tables


def markdown(analysis: Analysis) -> str:
    """Return GitHub-flavoured Markdown; what a run decides comes first."""
    parts = [judged.markdown(_quiet(analysis.judgement)).strip()] if analysis.judgement else []
    for table in tables(analysis, wide=True):
        parts.append(f"### {table.title}")
        parts.append(markdown_table(table))
        parts += [_paragraph(line) for line in table.below]
    parts += closing_lines(analysis)
    parts.append(machine_line(analysis.environment))
    return "\n\n".join(parts) + "\n"


def machine_line(environment: Environment) -> str:
    """Return on what a run was measured."""
    return f"{environment.cpu}, {environment.cores} cores, {environment.system}, {environment.python}."


def _quiet(judgement: Judgement) -> Judgement:
    """Leave the notices to the end of the report, where they stand in any case."""
    return msgspec.structs.replace(judgement, notices=())


def _paragraph(line: str) -> str:
    return f"    {line.strip()}" if line.startswith("  ") else line


def comma_separated(analysis: Analysis) -> str:
    """Return CSV, one estimate a line, intervals included (RFC 4180)."""
    return csv_of(figures(analysis), Figure)


def csv_of(found: Sequence[Figure], kind: type[Figure]) -> str:
    """Return figures of a kind as CSV, under a line with their fields."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(kind.__struct_fields__)
    writer.writerows(msgspec.structs.astuple(figure) for figure in found)
    return target.getvalue()


def json(analysis: Analysis) -> str:
    """Return one JSON object: rows, verdicts of a comparison, headlines, warnings, errors, environment."""
    document = {
        "rows": figures(analysis),
        **(judged.document(analysis.judgement) if analysis.judgement else {"verdicts": []}),
        "headlines": [
            {"client": group.client, "workload": str(group.workload), "headline": group.headline}
            for group in analysis.groups
        ],
        "ranks": [
            {
                "client": group.client,
                "workload": str(group.workload),
                "server": row.server,
                "rank": row.rank or None,
                "limit": row.limit or None,
            }
            for group in analysis.groups
            for row in group.rows
            if not row.failure
        ],
        "warnings": analysis.notices,
        "errors": [
            {
                "server": row.server,
                "client": group.client,
                "workload": str(group.workload),
                **_reason(row.failure),
            }
            for group in analysis.groups
            for row in group.rows
            if row.failure
        ],
        "conditions": analysis.conditions,
        "environment": analysis.environment,
        "label": analysis.label,
        "started": analysis.started,
        "rounds": analysis.rounds,
        "status": analysis.status,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _reason(failure: msgspec.Struct) -> dict[str, object]:
    return {name: value for name, value in msgspec.structs.asdict(failure).items() if name != "cell"}


def terminal(analysis: Analysis) -> str:
    """Return tables for a terminal, as wide as it is."""
    from .terminal import render

    first = judged.terminal(_quiet(analysis.judgement)) + "\n" if analysis.judgement else ""
    return first + render(analysis)


FORMATS: dict[str, Callable[[Analysis], str]] = {
    "table": terminal,
    "markdown": markdown,
    "csv": comma_separated,
    "json": json,
}
