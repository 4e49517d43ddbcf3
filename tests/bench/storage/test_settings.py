"""The table `[tool.wsbench.check]`: what a project may say about its gate, and what is refused."""

from __future__ import annotations

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
"""


def written(folder: Path, text: str) -> Path:
    """Write a pyproject.toml and return its folder."""
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_table_is_read_in_percent(tmp_path: Path) -> None:
    """Every kind of line that the documentation shows becomes a share."""
    assert read_gates(None, written(tmp_path, DOCUMENTED)) == Gates(
        margin=0.04,
        metrics={"server_cpu": 0.105, "rtt_p99": 0.15, "rtt_p99.9": 0.2, "throughput": 0.0},
        cells={"*16 connections*": {"server_cpu": 0.2, "rtt_p50": 0.0}},
    )


def test_the_word_on_the_command_line_wins(tmp_path: Path) -> None:
    """`--margin` leaves the whole file aside, even one that can't be read."""
    assert read_gates(3.0, written(tmp_path, DOCUMENTED)) == Gates(margin=0.03)
    assert read_gates(0.0, written(tmp_path, "not toml")) == Gates(margin=0.0)


@pytest.mark.parametrize("text", ["", "[project]\nname = 'x'\n", "[tool.other]\nx = 1\n", "[tool.wsbench]\n"])
def test_without_a_table_there_are_the_defaults(tmp_path: Path, text: str) -> None:
    """A file that says nothing about the gate, and no file at all, mean 5 % for what is gated."""
    assert read_gates(None, tmp_path) == Gates()
    assert read_gates(None, written(tmp_path, text)) == Gates()


@pytest.mark.parametrize("table", [{"server_cpu": False}, {"server_cpu": 0}])
def test_false_takes_a_metric_out(table: dict[str, object]) -> None:
    """`false` reads as it says and equals 0; the other metrics keep theirs."""
    gates = gates_of(table)
    assert gates.margin_of("any cell", "server_cpu") == 0
    assert gates.margin_of("any cell", "rtt_p50") == 0.05


@pytest.mark.parametrize("table", [{"rtt_p5": 3}, {"cells": {"*": {"rtt_p5": 3}}}])
def test_an_unknown_metric_names_the_nearest(table: dict[str, object]) -> None:
    """A typo is no silent gap in the gate, in a pattern as little as above."""
    with pytest.raises(UsageError, match=r"unknown metric 'rtt_p5'; did you mean rtt_p50\?"):
        gates_of(table)


@pytest.mark.parametrize("value", [-1, 1001, "5", True, [5], {"9": 20}, float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["margin", "rtt_p50"])
def test_a_margin_is_a_number_of_percent(name: str, value: object) -> None:
    """Anything else is refused, with the name of the line it stands in."""
    with pytest.raises(UsageError, match=rf"^{name} .*5 for 5 %"):
        gates_of({name: value})
    with pytest.raises(UsageError, match=r"^rtt_p50 .*5 for 5 %"):
        gates_of({"cells": {"*": {"rtt_p50": value}}})


def test_a_bad_margin_on_the_command_line_names_the_option() -> None:
    """-5 and nan are refused in the words of the command line."""
    for bad in (-5.0, float("nan")):
        with pytest.raises(UsageError, match=r"^--margin "):
            read_gates(bad)


@pytest.mark.parametrize("cells", [5, {"*16 connections*": 5}, [{"rtt_p50": 5}]])
def test_cells_are_tables_by_pattern(cells: object) -> None:
    """A pattern with a bare number is told how to write it."""
    with pytest.raises(UsageError, match=r"\[tool\.wsbench\.check\.cells\."):
        gates_of({"cells": cells})


@pytest.mark.parametrize("content", [b"margin = = 5", b"\xff\xfe\x00"])
def test_a_file_that_can_not_be_read_is_the_users_error(tmp_path: Path, content: bytes) -> None:
    """No TOML, or no UTF-8: one line names the file; so it does where a folder has its name."""
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"can't read .*pyproject\.toml"):
        read_gates(None, tmp_path)
    folder = tmp_path / "sub" / "pyproject.toml"
    folder.mkdir(parents=True)
    with pytest.raises(UsageError, match=r"can't read .*pyproject\.toml"):
        read_gates(None, folder.parent)


@pytest.mark.parametrize("text", ["[tool]\nwsbench = 3\n", "[tool.wsbench]\ncheck = 3\n"])
def test_a_number_where_the_table_belongs_is_the_users_error(tmp_path: Path, text: str) -> None:
    """`check = 3` is no margin that is silently left out."""
    with pytest.raises(UsageError, match=r"tool\.wsbench"):
        read_gates(None, written(tmp_path, text))
