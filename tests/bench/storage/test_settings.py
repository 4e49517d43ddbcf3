"""The table `[tool.wsbench.check]`: what a project may say about its gate, and what is refused."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from wsbench.errors import UsageError
from wsbench.plan.margins import Gates
from wsbench.storage.settings import gates_of, read_gates

DOCUMENTED = """
[tool.wsbench.check]
margin = 4
server_cpu = 10.5
rtt_p99 = 15
"rtt_p99.9" = 20
throughput = 0

[tool.wsbench.check.cells."*16 connections*"]
server_cpu = 20
rtt_p50 = false
margin = 8

[tool.wsbench.check.cells."aiohttp by *"]
gate = false
"""


def gates_in(folder: Path, text: str = "") -> Gates:
    """Return what is read where a command runs in a folder, whose file has `text` if any is given."""
    with contextlib.chdir(written(folder, text) if text else folder):
        return read_gates([])


def written(folder: Path, text: str) -> Path:
    """Write a pyproject.toml and return its folder."""
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_table_is_read_in_percent(tmp_path: Path) -> None:
    """Every kind of line that the documentation shows becomes a share."""
    assert gates_in(tmp_path, DOCUMENTED) == Gates(
        margin=0.04,
        metrics={"server_cpu": 0.105, "rtt_p99": 0.15, "rtt_p99.9": 0.2, "throughput": 0.0},
        cells={
            "*16 connections*": {"server_cpu": 0.2, "rtt_p50": 0.0, "margin": 0.08},
            "aiohttp by *": {"gate": 0.0},
        },
        source="pyproject.toml",
    )


def test_the_word_on_the_command_line_wins(tmp_path: Path) -> None:
    """A `--margin` for all leaves the whole file aside, even one that can't be read."""
    assert read_gates(["3"], written(tmp_path, DOCUMENTED)) == Gates(margin=0.03)
    assert read_gates(["0", "rtt_p99=7"], written(tmp_path, "not toml")) == Gates(0.0, {"rtt_p99": 0.07})


def test_a_margin_of_a_metric_goes_beside_the_file(tmp_path: Path) -> None:
    """It replaces the file's word on that metric, in patterns too, and nothing else."""
    gates = read_gates(["server_cpu=7%"], written(tmp_path, DOCUMENTED))
    assert (gates.margin, gates.metrics["server_cpu"], gates.metrics["rtt_p99"]) == (0.04, 0.07, 0.15)
    assert gates.cells["*16 connections*"] == {"rtt_p50": 0.0, "margin": 0.08}
    assert gates.source.endswith("pyproject.toml")


def test_the_nearest_file_with_a_word_about_wsbench_is_read(tmp_path: Path) -> None:
    """From the folder upwards; one without the table is passed over; the path is as seen from here."""
    written(tmp_path, "[tool.wsbench.check]\nmargin = 9\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    written(inner, "[tool.ruff]\nline-length = 99\n")
    assert read_gates([], inner).margin == 0.09
    written(inner.parent, "[tool.wsbench]\n")
    assert read_gates([], inner).margin == 0.05
    written(inner.parent, "[tool.wsbench.check]\nmargn = 2\n")
    with pytest.raises(UsageError) as caught:
        gates_in(inner)
    assert str(caught.value).startswith(
        "../pyproject.toml, [tool.wsbench.check]: unknown key 'margn'; did you mean margin?"
    )


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.other]\nx = 1\n", "[tool.wsbench]\n"])
def test_without_a_table_there_are_the_defaults(tmp_path: Path, text: str) -> None:
    """A file that says nothing about the gate, and no file at all, mean 5 % for what is gated."""
    assert read_gates([], tmp_path) == Gates()
    found = gates_in(tmp_path, text)
    assert found == Gates(source="pyproject.toml" if "wsbench" in text else "")


@pytest.mark.parametrize("table", [{"server_cpu": False}, {"server_cpu": 0}])
def test_false_takes_a_metric_out(table: dict[str, object]) -> None:
    """`false` reads as it says and equals 0; the other metrics keep theirs."""
    gates = gates_of(table)
    assert gates.margin_of("any cell", "server_cpu") == 0
    assert gates.margin_of("any cell", "rtt_p50") == 0.05


@pytest.mark.parametrize("table", [{"rtt_p5": 3}, {"cells": {"*": {"rtt_p5": 3}}}])
def test_an_unknown_metric_names_the_nearest(table: dict[str, object]) -> None:
    """A typo is no silent gap in the gate, in a pattern as little as above."""
    with pytest.raises(UsageError, match=r"unknown key 'rtt_p5'; did you mean rtt_p50\?"):
        gates_of(table)


@pytest.mark.parametrize("value", [-1, 1001, "5", True, [5], float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["margin", "rtt_p50"])
def test_a_margin_is_a_number_of_percent(name: str, value: object) -> None:
    """Anything else is refused, with the name of the line it stands in."""
    with pytest.raises(UsageError, match=rf"^pyproject.toml, \[tool.wsbench.check\]: {name} .*5 for 5 %"):
        gates_of({name: value})
    with pytest.raises(UsageError, match=r'^pyproject.toml, \[.*cells."\*"\]: rtt_p50 .*5 for 5 %'):
        gates_of({"cells": {"*": {"rtt_p50": value}}})


def test_a_name_with_a_dot_needs_quotes() -> None:
    """`rtt_p99.9 = 20` is a table in TOML; the message says how it is written."""
    with pytest.raises(UsageError, match=r'a name with a dot needs quotes: "rtt_p99\.9"$'):
        gates_of({"rtt_p99": {"9": 20}})


@pytest.mark.parametrize("value", [0, "no", 5.0])
def test_gate_is_true_or_false(value: object) -> None:
    """A number there would be taken for a margin."""
    with pytest.raises(UsageError, match=r'cells\."a by \*"\]: gate .*write true or false'):
        gates_of({"cells": {"a by *": {"gate": value}}})


@pytest.mark.parametrize("cells", [5, {"*16 connections*": 5}, [{"rtt_p50": 5}]])
def test_cells_are_tables_by_pattern(cells: object) -> None:
    """A pattern with a bare number is told how to write it."""
    with pytest.raises(UsageError, match=r"\[tool\.wsbench\.check\.cells\."):
        gates_of({"cells": cells})


@pytest.mark.parametrize("content", [b"margin = = 5", b"\xff\xfe\x00", b"a = " + b"[" * 5_000])
def test_a_file_that_can_not_be_read_is_the_users_error(tmp_path: Path, content: bytes) -> None:
    """No TOML, or no UTF-8: one line names the file; so it does where a folder has its name."""
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"can't read .*pyproject\.toml"):
        read_gates([], tmp_path)
    folder = tmp_path / "sub" / "pyproject.toml"
    folder.mkdir(parents=True)
    with pytest.raises(UsageError, match=r"can't read .*pyproject\.toml"):
        read_gates([], folder.parent)


@pytest.mark.parametrize(
    "text", ["[tool]\nwsbench = 3\n", "[tool.wsbench]\ncheck = 3\n", "[tool.wsbench.chek]\nmargin = 3\n"]
)
def test_a_number_where_the_table_belongs_is_the_users_error(tmp_path: Path, text: str) -> None:
    """`check = 3` is no margin that is silently left out."""
    with pytest.raises(UsageError, match=r"tool\.wsbench"):
        read_gates([], written(tmp_path, text))
