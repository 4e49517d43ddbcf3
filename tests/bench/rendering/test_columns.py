"""Which columns a table shows where there is little room, and the table made of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.rendering.columns import ALWAYS, BETWEEN, EDGES, Column, Table, fit, table_of
from wsbench.rendering.numbers import MISSING

Row = dict[str, str]


def cell(name: str) -> Callable[[Row, bool], str]:
    """Return what shows the field of that name, and in a wide table a bar behind it."""
    return lambda row, wide: row.get(name, MISSING) + ("|" if wide else "")


def column(name: str, weight: int = 1, *gives_way: str) -> Column[Row]:
    """Return a column that shows the field of its own name."""
    return Column((name,), cell(name), weight, gives_way=frozenset(gives_way))


def names(columns: list[Column[Row]]) -> str:
    """Return the heads, in their order."""
    return " ".join(one.name for one in columns)


ABC = (column("aaaa", 3), column("bb", 1), column("cccccc", 2))
FULL = [{"aaaa": "1", "bb": "22", "cccccc": "333"}, {"aaaa": "4444", "bb": "5", "cccccc": "6"}]


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        (None, "aaaa bb cccccc"),
        (18, "aaaa bb cccccc"),
        (17, "aaaa cccccc"),
        (14, "aaaa cccccc"),
        (13, "aaaa"),
        (1, "aaaa"),
    ],
)
def test_the_lightest_columns_go_until_the_rest_fit(width: int | None, kept: str) -> None:
    """4 + 2 + 6 characters, two between columns and two at the ends; the last column always stays."""
    assert names(fit(ABC, FULL, wide=False, width=width)) == kept


@pytest.mark.parametrize(
    ("most", "kept"), [(3, "aaaa bb cccccc"), (2, "aaaa cccccc"), (1, "aaaa"), (0, "aaaa")]
)
def test_there_are_no_more_columns_than_asked_for(most: int, kept: str) -> None:
    """However wide they are, by the same weights."""
    assert names(fit(ABC, FULL, wide=False, most=most)) == kept


@pytest.mark.parametrize(
    ("has", "kept"), [((), "a b c"), (("x",), "a c"), (("y",), "a"), (("x", "z"), "a c"), (("z",), "a b c")]
)
def test_columns_give_way_to_what_a_table_has(has: tuple[str, ...], kept: str) -> None:
    """One of several reasons is enough, and weight is no help."""
    columns = [column("a"), column("b", ALWAYS, "x", "y"), column("c", 1, "y")]
    assert names(fit(columns, [{"a": "1", "b": "2", "c": "3"}], wide=False, has=has)) == kept


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ([{}], "always"),
        ([{"never": "1"}], "never always"),
        ([{}, {"never": "1"}], "never always"),
        ([], "always"),
    ],
)
def test_columns_in_which_nothing_stands_are_left_out(rows: list[Row], kept: str) -> None:
    """One cell is enough to stay, and the heaviest columns stay without."""
    columns = [column("never", ALWAYS - 1), column("always", ALWAYS)]
    assert names(fit(columns, rows, wide=False)) == kept


@pytest.mark.parametrize(
    ("wide", "width", "kept"), [(False, 6, "a b"), (False, 5, "b"), (True, 8, "a b"), (True, 7, "b")]
)
def test_the_room_is_that_of_the_cells_as_they_are_shown(wide: bool, width: int, kept: str) -> None:
    """Whole intervals take more of it; of the parts of a head only the longest counts."""
    columns = [Column(("a", "b"), cell("one"), 1), Column(("", "b"), cell("two"), 2)]
    found = fit(columns, [{"one": "1", "two": "2"}], wide=wide, width=width)
    assert names(found) == ("a b b" if kept == "a b" else "b")


COLUMNS = st.lists(
    st.builds(
        lambda head, weight, length: Column(head, lambda row, _wide: row * length, weight),
        st.tuples(st.text("ab", max_size=12), st.text("ab", max_size=12)),
        st.integers(0, ALWAYS + 2),
        st.integers(1, 12),
    ),
    min_size=1,
    max_size=9,
)


@given(COLUMNS, st.lists(st.sampled_from("xy"), min_size=1, max_size=3), st.integers(0, 140))
def test_whatever_the_width_the_kept_columns_fit_and_are_the_heaviest(
    columns: list[Column[str]], rows: list[str], width: int
) -> None:
    """Or only one is left; they keep their order, and none went before a lighter one."""
    kept = fit(columns, rows, wide=False, width=width)
    widest = [max(map(len, (*one.head, *one.texts(rows, wide=False)))) for one in kept]
    assert len(kept) == 1 or EDGES + sum(widest) + BETWEEN * (len(kept) - 1) <= width
    places = [columns.index(one) for one in kept]
    assert places == sorted(set(places))
    gone = [one for one in columns if one not in kept]
    assert all(lost.weight <= least.weight for lost in gone for least in kept)


@given(COLUMNS, st.lists(st.sampled_from("xy"), min_size=1, max_size=3), st.integers(0, 140))
def test_more_room_takes_no_column_away(columns: list[Column[str]], rows: list[str], width: int) -> None:
    """What is shown at one width is shown at the next."""
    narrow, wider = (fit(columns, rows, wide=False, width=room) for room in (width, width + 1))
    assert all(one in wider for one in narrow)


@pytest.mark.parametrize(("stacked", "heads"), [(False, ("p50 µs", "rate")), (True, ("p50\nµs", "rate"))])
def test_a_table_has_the_texts_of_its_columns(stacked: bool, heads: tuple[str, str]) -> None:
    """Row by row; the parts of a head in one line, or over each other."""
    columns = [Column(("p50", "µs"), cell("p50")), Column(("", "rate"), cell("rate"), numeric=False)]
    rows = [{"p50": "1"}, {"p50": "2", "rate": "high"}]
    assert table_of("t", columns, rows, wide=True, below=["so"], stacked=stacked) == Table(
        title="t",
        columns=((heads[0], True), (heads[1], False)),
        rows=(("1|", "–|"), ("2|", "high|")),
        below=("so",),
    )
