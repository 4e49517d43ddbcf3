"""What GitHub shows of a judgement beside its run: annotations."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judgements import CELL, ONE_OF_EACH, judgement, verdict
from wsbench.exporters.github import MESSAGE_CHARACTERS, MOST_ANNOTATIONS, annotations
from wsbench.facts.notices import Notice

ANY_TEXT = st.text(st.characters(exclude_categories=()))


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
