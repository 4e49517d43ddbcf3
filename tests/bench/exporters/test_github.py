"""What GitHub shows of a judgement: the summary of a step, and annotations."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judgements import CELL, judgement, verdict
from wsbench.exporters.github import MESSAGE_CHARACTERS, MOST_ANNOTATIONS, SUMMARY_BYTES, annotations, summary
from wsbench.facts.notices import Notice
from wsbench.stats.decision import Word
from wsbench.verdicts.judgement import Unmatched

ANY_TEXT = st.text(st.characters(exclude_categories=()))


ONE_OF_EACH = judgement(
    verdict("NO REGRESSION", "server_cpu"),
    verdict("IMPROVED", "rtt_p90"),
    verdict("INCONCLUSIVE", "rtt_p99", needed_rounds=40),
    verdict("REGRESSED"),
    verdict("INVALID", "rtt_p99.9", reason="a server died"),
    verdict("NOT JUDGED", "rtt_max", reason="it died", change=None, lost=True),
    verdict("NOT JUDGED", "rtt_mean", reason="the client was the limit with new", change=None),
    verdict(None, "throughput"),
    unmatched=(Unmatched("gone by wire", "lost"),),
    notices=(Notice("a control failed", invalid=True), Notice("the governor is powersave")),
)


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
    assert set(re.findall(r"<[^>]*>?", text)) <= {
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
    half = "µ" * (SUMMARY_BYTES // 5)
    tables = [(f"table {number}", half) for number in range(4)]
    text = summary(ONE_OF_EACH, tables=tables, command="wsbench check")
    assert SUMMARY_BYTES // 2 < len(text.encode()) <= SUMMARY_BYTES
    assert re.findall(r"<summary>(.*?)</summary>", text) == ["table 0", "table 1"]
    assert "2 tables were left out" in text
    assert len(rows(text)) == 2 + 7
    assert text.endswith("```sh\nwsbench check\n```\n")


def test_rows_are_left_out_when_even_they_are_too_long() -> None:
    """The gravest stay; how many are missing is said."""
    made = [verdict("NO REGRESSION", cell=f"{number} {'x' * 1000}") for number in range(2_000)]
    text = summary(judgement(*made, verdict("REGRESSED")), tables=(("t", "m"),), command="wsbench check")
    kept = len(rows(text)) - 2
    assert SUMMARY_BYTES * 0.99 < len(text.encode()) <= SUMMARY_BYTES
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
    text = summary(made, tables=[("t", "µ" * size) for size in tables], command="x", limit=limit)
    assert len(text.encode()) <= limit
    out = {what: int(count) for count, what in re.findall(r"(\d+) (gated line|notice|table)s? w", text)}
    assert len(rows(text)[2:]) + out.get("gated line", 0) == len(cells)
    assert text.count("\n- note") + out.get("notice", 0) == len(notices)
    assert text.count("<details>") + out.get("table", 0) == len(tables)


class Command(NamedTuple):
    """A workflow command, as the runner understands it."""

    name: str
    title: str
    message: str


def commands(text: str) -> list[Command]:
    """Read lines as GitHub's runner does: `::name key=value,…::data`, `%25` unescaped last."""
    assert not text or text.endswith("\n")
    found = []
    for line in re.split(r"\r\n|\r|\n", text)[:-1]:
        match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line, re.DOTALL)
        assert match, line
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        data = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        found.append(Command(match[1], properties["title"], data))
    return found


@pytest.mark.parametrize(("strict", "kind"), [(False, "warning"), (True, "error")])
def test_what_failed_is_an_error_and_what_is_open_a_warning(*, strict: bool, kind: str) -> None:
    """With strict, what is open fails too. Who passed makes no annotation."""
    found = commands(annotations(ONE_OF_EACH, strict=strict))
    assert [(one.name, one.message.partition(":")[0]) for one in found] == [
        ("error", "INVALID"),
        ("error", "REGRESSED"),
        ("error", "INVALID"),
        ("error", "NOT JUDGED"),
        (kind, "INCONCLUSIVE"),
        (kind, "NOT JUDGED"),
        (kind, "gone by wire"),
        ("notice", "the governor is powersave"),
    ]
    assert {one.title for one in found} == {"wsbench"}


def test_an_annotation_says_where_against_whom_and_how_much() -> None:
    """It is read without the table."""
    (found,) = commands(annotations(judgement(verdict("REGRESSED")), strict=False))
    assert found.message == (
        f"REGRESSED: {CELL}, against old: p50 µs 60.0 → 72.0, +20.0 % [+19.0, +21.0], margin 5 %"
    )


def test_a_run_without_anything_to_say_has_no_annotations() -> None:
    """Green is quiet."""
    assert annotations(judgement(verdict("NO REGRESSION"), verdict("IMPROVED")), strict=True) == ""


def test_a_failed_control_is_told_once() -> None:
    """It makes every line of the run INVALID for the same reason."""
    made = judgement(
        verdict("INVALID", reason="a control failed"),
        verdict("INVALID", "server_cpu", reason="a control failed"),
        notices=(Notice("a control failed", invalid=True),),
    )
    assert [one.message for one in commands(annotations(made, strict=False))] == ["INVALID: a control failed"]


def test_a_cell_that_failed_is_told_once() -> None:
    """Not once for each of its metrics; but with the cell's name."""
    lines = [verdict("INVALID", metric, reason="it died") for metric in ("rtt_p50", "server_cpu")]
    assert [one.message for one in commands(annotations(judgement(*lines), strict=False))] == [
        f"INVALID: {CELL}, against old: it died"
    ]


@pytest.mark.parametrize("count", [MOST_ANNOTATIONS, MOST_ANNOTATIONS + 1, 25])
def test_there_are_no_more_of_a_kind_than_github_shows(count: int) -> None:
    """What is beyond is in the last one, and nothing is lost; the largest change comes first."""
    lines = [
        verdict("REGRESSED", cell=f"cell {number}", change=0.1 + number / 100) for number in range(count)
    ]
    notices = tuple(Notice(f"notice {number}") for number in range(count))
    found = commands(annotations(judgement(*lines, notices=notices), strict=False))
    errors = [one.message for one in found if one.name == "error"]
    assert len(errors) == len(found) / 2 == MOST_ANNOTATIONS
    assert f"cell {count - 1}, " in errors[0]
    assert all(f"cell {number}, " in "\n".join(errors) for number in range(count))
    assert errors[-1].startswith("REGRESSED" if count == MOST_ANNOTATIONS else f"{count - 9} more:\n")


def test_a_message_is_cut_where_the_runner_cuts_it() -> None:
    """And says so by its last character."""
    made = judgement(notices=(Notice("x" * 10_000),))
    (found,) = commands(annotations(made, strict=False))
    assert len(found.message) == MESSAGE_CHARACTERS
    assert found.message.endswith("x…")


@settings(deadline=None)
@given(ANY_TEXT)
def test_no_text_of_a_user_becomes_a_command_or_gets_lost(text: str) -> None:
    """One line each, whatever the text; what can't be seen is shown as its escape."""
    made = judgement(verdict("INVALID", cell=text, reason="why"), notices=(Notice(text),))
    first, second = commands(annotations(made, strict=False))
    told = "".join(
        one if one.isprintable() or one in "\r\n" else one.encode("unicode_escape").decode() for one in text
    )
    assert first == Command("error", "wsbench", f"INVALID: {told}, against old: why")
    assert second == Command("notice", "wsbench", told)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("100 %", "100 %25"),
        ("a\r\nb", "a%0D%0Ab"),
        ("%0A", "%250A"),
        ("a: b, c::d", "a: b, c::d"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\u2028", "\\u2028"),
    ],
)
def test_messages_are_escaped_by_the_rules_of_github(text: str, line: str) -> None:
    """Percent signs and ends of lines, no more; and control characters by ours."""
    assert (
        annotations(judgement(notices=(Notice(text),)), strict=False) == f"::notice title=wsbench::{line}\n"
    )
