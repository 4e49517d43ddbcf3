"""The summary of a step: what stands where, and that it is never longer than it may be."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judgements import CELL, ONE_OF_EACH, judgement, verdict
from wsbench.exporters.summary import LABEL, MOST_DRAWN, STEP, chart, summary
from wsbench.facts.notices import Notice
from wsbench.rendering.change_line import BETTER, WORSE, scale_line
from wsbench.stats.decision import Word

ANY_TEXT = st.text(st.characters(exclude_categories=()))
FENCED = re.compile(r"^(`{3,})(?:sh|text)\n.*?\n\1$", re.DOTALL | re.MULTILINE)


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the first table, its head first."""
    lines = [line for line in text.partition("<details>")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def shown(markdown: str) -> str:
    """Return what a reader sees of escaped text."""
    return html.unescape(markdown)


def test_the_word_comes_first_then_the_gated_lines_gravest_first() -> None:
    """A reader who stops after the first line knows the verdict."""
    text = summary(ONE_OF_EACH, tables=(), command="wsbench check")
    assert text.startswith("## wsbench: REGRESSED\n\nREGRESSED in 1 of ")
    head, _, *lines = rows(text)
    assert head == ["cell", "metric", "before", "after", "change", "margin", "verdict"]
    assert [re.sub(r"\*\*(.*)\*\*.*", r"\1", line[-1]) for line in lines] == [
        "REGRESSED",
        "INVALID",
        "NOT JUDGED",
        "INCONCLUSIVE",
        "IMPROVED",
        "NO REGRESSION",
        "NOT JUDGED",
    ]


def test_a_row_has_the_numbers_and_what_would_decide() -> None:
    """Before, after, change with its interval, margin; and for an open one the rounds."""
    _, _, line = rows(summary(judgement(verdict("INCONCLUSIVE", needed_rounds=40)), tables=(), command="x"))
    assert line[:-1] == [CELL, "p50 µs", "60.0", "72.0", "+20.0 % [+19.0, +21.0]", "5 %"]
    assert "about 40 rounds would decide" in line[-1]


@pytest.mark.parametrize(
    ("word", "order"),
    [("REGRESSED", ["server CPU µs", "p50 µs"]), ("NO REGRESSION", ["p50 µs", "server CPU µs"])],
)
def test_the_largest_regression_comes_first(word: Word, order: list[str]) -> None:
    """Where rows have to be left out, the worst ones stay; the others keep the order of the run."""
    small, large = verdict(word, change=0.1), verdict(word, "server_cpu", change=0.3)
    lines = rows(summary(judgement(small, large), tables=(), command="x"))[2:]
    assert [line[1] for line in lines] == order


def test_the_parts_stand_in_the_order_a_reader_needs_them() -> None:
    """Word, whom it is held against, table, notices, folded tables, rule, command."""
    tables = (("Round trip", "| server |\n| :--- |\n| new |"), ("Throughput", "nothing"))
    text = summary(ONE_OF_EACH, tables=tables, command="wsbench compare old new")
    parts = (
        "## wsbench: REGRESSED",
        "Before: old.",
        "| cell |",
        "- INVALID: a control failed\n",
        "- note: the governor is powersave\n",
        "<details><summary>Round trip</summary>\n\n| server |\n| :--- |\n| new |\n\n</details>\n\n",
        "<details><summary>Throughput</summary>\n\nnothing\n\n</details>\n\n",
        "Rule: the rule\n",
        "```sh\nwsbench compare old new\n```\n",
    )
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_a_table_is_set_apart_by_empty_lines() -> None:
    """Markdown takes what follows a row without one for another row."""
    text = summary(ONE_OF_EACH, tables=(), command="x")
    last = text.rindex("|\n") + 2
    assert text[last] == "\n"
    assert "\n\n| cell |" in text


def test_nothing_gated_is_said() -> None:
    """A table without rows would look like a fault."""
    text = summary(judgement(verdict(None)), tables=(), command="x")
    assert "Nothing was gated." in text
    assert rows(text) == []


@settings(deadline=None)
@given(ANY_TEXT)
def test_any_label_stays_in_its_cell_and_shows_no_markup(label: str) -> None:
    """Labels come from users: a row has seven cells whatever stands in them, and no tag but our own."""
    made = judgement(verdict("INVALID", cell=label, base=label, reason=label), rule=label)
    text = summary(made, tables=((label, "x"),), command="x")
    text.encode()
    assert [len(line) for line in rows(text)] == [7, 7, 7]
    assert set(re.findall(r"<[^>]*>?", FENCED.sub("", text))) <= {
        "<br>",
        "<details>",
        "<summary>",
        "</summary>",
        "</details>",
    }
    assert not re.search(r"[`\\~$]|\[(?![+-]?[\d∞])|\](?=[(\[:])", rows(text)[2][0])


@pytest.mark.parametrize(
    "label", ["a|b", "<b>bold</b>", "a&amp;b", "*a* `b` [c](d)", "rtt_p99 __init__", "a\\|b"]
)
def test_a_label_reads_as_it_was_written(label: str) -> None:
    """What is escaped for Markdown is shown as it was."""
    _, _, line = rows(summary(judgement(verdict("IMPROVED", cell=label)), tables=(), command="x"))
    assert shown(line[0]) == label


def test_lines_and_control_characters_of_a_label_are_shown_as_such() -> None:
    """A line feed would end the row; an escape character would do what nobody sees."""
    _, _, line = rows(summary(judgement(verdict("IMPROVED", cell="a\nb\x1bc")), tables=(), command="x"))
    assert shown(line[0]) == "a b\\x1bc"


def test_what_is_not_shown_of_the_command_is_told_below_it() -> None:
    """And nothing where all of it is."""
    made, told = judgement(verdict("IMPROVED")), "… is not shown: fill in --header A_B, the … of <x>."
    escaped = told.replace("<", "&#60;").replace(">", "&#62;")
    text = summary(made, tables=(), command="wsbench run --header 'A_B: …'", to_fill_in=told)
    assert text.endswith(f"```sh\nwsbench run --header 'A_B: …'\n```\n\n{escaped}\n")
    assert summary(made, tables=(), command="x").endswith("```sh\nx\n```\n")


def test_a_command_with_a_fence_in_it_stays_inside_its_own() -> None:
    """The fence is longer than any in the command."""
    text = summary(judgement(verdict("IMPROVED")), tables=(), command="wsbench run 'a```b'")
    assert text.endswith("````sh\nwsbench run 'a```b'\n````\n")


def test_a_command_that_is_no_unicode_can_be_written() -> None:
    """Arguments that are no UTF-8 come as lone surrogates, which no file takes."""
    text = summary(judgement(verdict("IMPROVED")), tables=(("x", "\udc80"),), command="\udc80")
    assert text.encode().count(b"\\udc80") == 2


def test_tables_are_left_out_from_the_end_when_it_gets_too_long() -> None:
    """GitHub turns down the whole summary otherwise; that something is missing is said."""
    half = "µ" * (STEP.limit // 5)
    tables = [(f"table {number}", half) for number in range(4)]
    text = summary(ONE_OF_EACH, tables=tables, command="wsbench check")
    assert STEP.limit // 2 < len(text.encode()) <= STEP.limit
    assert re.findall(r"<summary>(.*?)</summary>", text) == ["table 0", "table 1"]
    assert "2 tables were left out" in text
    assert len(rows(text)) == 2 + 7
    assert text.endswith("```sh\nwsbench check\n```\n")


def test_rows_are_left_out_when_even_they_are_too_long() -> None:
    """The gravest stay; how many are missing is said."""
    made = [verdict("NO REGRESSION", cell=f"{number} {'x' * 1000}") for number in range(2_000)]
    text = summary(judgement(*made, verdict("REGRESSED")), tables=(("t", "m"),), command="wsbench check")
    kept = len(rows(text)) - 2
    assert STEP.limit * 0.99 < len(text.encode()) <= STEP.limit
    assert f"{2_001 - kept} gated lines were left out" in text
    assert rows(text)[2][-1] == "**REGRESSED**"
    assert "Rule: the rule" in text


def test_notices_do_not_push_the_gated_lines_out() -> None:
    """A deviation that is told in every round must not take the room of a verdict."""
    notices = tuple(Notice(f"{number} {'x' * 1000}") for number in range(2_000))
    made = judgement(*(verdict("IMPROVED", cell=f"cell {number}") for number in range(100)), notices=notices)
    text = summary(made, tables=(), command="x")
    assert len(rows(text)) == 2 + 100
    assert re.search(r"\d+ notices were left out", text)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([10, 900, 5_000]), max_size=12),
    st.lists(st.sampled_from([10, 900, 5_000]), max_size=12),
    st.lists(st.sampled_from([10, 900, 5_000]), max_size=12),
    st.integers(1_500, 20_000),
)
def test_no_summary_is_longer_than_allowed(
    cells: list[int], notices: list[int], tables: list[int], limit: int
) -> None:
    """Whatever is too long, and everything is either there or counted as left out."""
    made = judgement(
        *(verdict("IMPROVED", cell="µ" * size) for size in cells),
        notices=tuple(Notice("µ" * size) for size in notices),
    )
    text = summary(
        made, tables=[("t", "µ" * size) for size in tables], command="x", place=STEP._replace(limit=limit)
    )
    assert len(text.encode()) <= limit
    out = {what: int(count) for count, what in re.findall(r"(\d+) (gated line|notice|table)s? w", text)}
    assert len(rows(text)[2:]) + out.get("gated line", 0) == len(cells)
    assert text.count("\n- note") + out.get("notice", 0) == len(notices)
    assert text.count("<details>") + out.get("table", 0) == len(tables)


def test_the_chart_stands_below_the_verdict_with_the_gravest_line_first() -> None:
    """Worse is right whatever the metric; what passed its margin is right of the second border."""
    lines = (
        verdict("NO REGRESSION", "server_cpu", change=-0.01, low=-0.02, high=0.0),
        verdict("REGRESSED", "throughput", change=-0.09, low=-0.095, high=-0.085),
        verdict("IMPROVED", "rtt_p90", change=-0.07, low=-0.08, high=-0.06),
    )
    text = summary(judgement(*lines), tables=(), command="x")
    assert text.index("REGRESSED") < text.index("```text") < text.index("Before: ")
    drawn = text.partition("```text\n")[2].partition("\n```")[0].splitlines()
    assert drawn[0] == scale_line()
    found = {line.split("%  ")[1].split(":")[0]: line.index("█") for line in drawn[1:]}
    right, left = drawn[0].rindex("margin") + 3, drawn[0].index("margin") + 3
    assert list(found) == ["msg/s", "p90 µs", "server CPU µs"]
    assert found["msg/s"] > right
    assert found["p90 µs"] < left
    assert left < found["server CPU µs"] < right
    assert [line.split("%  ")[0].split()[-1] for line in drawn[1:]] == ["-9.0", "-7.0", "-1.0"]


def test_what_is_off_the_scale_or_has_no_end_is_an_arrow() -> None:
    """Twice as slow is as far right as may be; an interval without an end points to where it has none."""
    (far,) = chart([verdict("REGRESSED", change=1.0, low=0.9, high=1.1)]).splitlines()[2:3]
    assert WORSE in far
    assert "█" not in far
    (wide,) = chart([verdict("INCONCLUSIVE", change=0.0, low=None, high=None)]).splitlines()[2:3]
    assert wide.index(BETTER) < wide.index("█") < wide.index(WORSE)
    (open_throughput,) = chart(
        [verdict("INCONCLUSIVE", "throughput", change=0.0, low=None, high=0.01)]
    ).splitlines()[2:3]
    assert WORSE in open_throughput
    assert BETTER not in open_throughput


def test_a_chart_has_few_lines_and_none_where_nothing_changed() -> None:
    """All lines are in the table below; names that are long are cut."""
    many = [verdict("REGRESSED", cell=f"{number} {'x' * 200}") for number in range(30)]
    drawn = chart(many).splitlines()
    assert len(drawn) == 1 + 1 + MOST_DRAWN + 2
    assert max(map(len, drawn)) <= len(scale_line()) + 12 + LABEL
    assert not chart([verdict("NOT JUDGED", change=None, reason="it died")])


@settings(deadline=None)
@given(ANY_TEXT)
def test_no_label_ends_the_fence_of_the_chart(label: str) -> None:
    """Nor adds a line to it."""
    drawn = chart([verdict("REGRESSED", cell=label)])
    drawn.encode()
    assert FENCED.fullmatch(drawn.rstrip("\n"))
    assert len(drawn.splitlines()) == 5
