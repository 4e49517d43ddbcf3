"""Frames, of pandas and of polars, and what is said where neither is installed."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pandas as pd
import pytest
from wsbench.errors import UsageError
from wsbench.library import frames
from wsbench.library.frames import frame_of
from wsbench.library.rows import Row

ROW = Row("run", "tornado", "6.6.1", "wire", "64 B", "rtt_p50", 60.0, None, None, "ns", (59.0, 61.0))


@pytest.fixture
def pl() -> Iterator[Any]:
    """Return polars, with Python's handler of Ctrl-C as it was: polars puts one before it.

    With that one (2.1.0) no Ctrl-C ends a wait without a timeout, in no later test of the process.
    """
    handler = signal.getsignal(signal.SIGINT)
    yield import_module("polars")
    signal.signal(signal.SIGINT, handler)


@pytest.mark.parametrize("rows", [[ROW, ROW], []])
def test_columns_are_the_fields(rows: list[Row], pl: Any) -> None:
    """In both libraries, rows or none; numbers are numbers, also where all of them are missing."""
    for library, frame in (("pandas", pd.DataFrame), ("polars", pl.DataFrame)):
        found = frame_of(rows, Row, library)
        assert isinstance(found, frame)
        assert tuple(found.columns) == Row.__struct_fields__
        assert len(found) == len(rows)
        assert str(found["low"].dtype).lower() == "float64"
    assert [list(one) for one in frame_of(rows, Row, "polars")["rounds"]] == [[59.0, 61.0]] * len(rows)


def test_whichever_is_there_is_taken(monkeypatch: pytest.MonkeyPatch, pl: Any) -> None:
    """Pandas before polars."""
    assert isinstance(frame_of([ROW], Row), pd.DataFrame)
    monkeypatch.setattr(frames, "_has", lambda name: name == "polars")
    assert isinstance(frame_of([ROW], Row), pl.DataFrame)


def test_without_any_it_says_which_extras_bring_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line; and a library that nobody knows is a word that is off."""
    monkeypatch.setattr(frames, "_has", lambda _name: False)
    with pytest.raises(UsageError, match=r"wsbench\[pandas\].* or pip install 'wsbench\[polars\]'"):
        frame_of([ROW], Row)
    with pytest.raises(UsageError, match="did you mean pandas"):
        frame_of([ROW], Row, "panda")
