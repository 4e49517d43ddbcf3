"""docs/examples/notebook.ipynb: executed by a kernel, in one round each; it is kept without outputs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "docs" / "examples" / "notebook.ipynb"


def outputs_of(cell: Any) -> str:
    """Return all that a cell shows, as text."""
    return "".join(str(one.get("text", one.get("data", ""))) for one in cell.outputs)


@pytest.mark.timeout(200)
@pytest.mark.usefixtures("nobody_left")
def test_the_notebook_runs_in_a_kernel(tmp_path: Path) -> None:
    """From the first cell to the last: tables, a frame, a chart, a verdict."""
    book = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(book)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)
    for cell in cells:
        cell.source = re.sub(r"rounds=\d+", "rounds=1, keep_awake=False, size=64, depth=1", cell.source)
    NotebookClient(book, timeout=150, resources={"metadata": {"path": tmp_path}}).execute()
    run, frame, rounds, titles, chart, verdict = map(outputs_of, cells[:6])
    assert "driven by wire" in run
    assert "rtt" not in run
    assert all(name in frame and name in rounds for name in ("tornado", "websockets"))
    assert "Median round trip" in titles
    assert "vega" in chart
    assert "INCONCLUSIVE" in verdict
    assert "margin" in verdict
