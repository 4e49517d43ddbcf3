"""Patterns that match nothing: which are misspelt, and which may be for another run."""

import pytest
from wsbench.demand.workload import Workload
from wsbench.errors import UsageError
from wsbench.plan.margins import Gates
from wsbench.plan.patterns import require_spelt, unmatched
from wsbench.plan.run import Cell

CELLS = [
    str(Cell(server, "wire", workload))
    for server in ("mine", "tornado")
    for workload in (Workload(), Workload(connections=16))
]


def gates_of(pattern: str) -> Gates:
    """Return margins with one pattern, as read from a file."""
    return Gates(cells={pattern: {"rtt_p50": 0.1}}, source="../pyproject.toml")


@pytest.mark.parametrize("pattern", ["*", "mine by *", "*16 connections*", "*, 1 conn*", "m?ne by wire*"])
def test_what_matches_is_no_question(pattern: str):
    """Any pattern that matches a cell that is judged, however odd."""
    assert unmatched(gates_of(pattern), CELLS[:2]) == ()
    require_spelt(gates_of(pattern), CELLS[:2], CELLS)


@pytest.mark.parametrize(
    ("pattern", "near"),
    [
        ("mien by *", "'mine' for 'mien'"),
        ("Tornado by *", "'tornado' for 'Tornado'"),
        ("aiohtpp by *", "'aiohttp' for 'aiohtpp'"),  # which is not in this run
        ("*16 conections*", "'16 connections' for '16 conections'"),
        ("*by wier,*", "'wire' for 'wier'"),
        ("*64B text*", "'64 B text' for '64B text'"),
    ],
)
def test_a_misspelt_pattern_is_an_error_with_the_nearest_name(pattern: str, near: str):
    """The file, the pattern, what is near, and how a cell is called."""
    with pytest.raises(UsageError) as caught:
        require_spelt(gates_of(pattern), CELLS[:2], CELLS)
    assert str(caught.value) == (
        f'../pyproject.toml: the pattern "{pattern}" matches no cell; did you mean {near}?'
        f' A cell is called "{CELLS[0]}"'
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "tornado by *",  # the base, which is not judged
        "aiohttp by *",
        "websockets==13.1 by *",
        "tornado-new by *",
        "chat by *",  # somebody's own, in another run
        "*32 connections*",
        "*4,096 B binary*",
        "* by ws4py, *",
        "*idle others*",
        "*slow readers beside",
    ],
)
def test_a_pattern_may_be_for_another_run_of_the_project(pattern: str):
    """It is told, and is no error: one file serves all runs of a project."""
    assert unmatched(gates_of(pattern), CELLS[:2]) == (pattern,)
    require_spelt(gates_of(pattern), CELLS[:2], CELLS)
