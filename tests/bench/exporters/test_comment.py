"""The comment of a pull request: found again, short enough, and addressed to nobody."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judgements import ONE_OF_EACH, judgement, verdict
from wsbench.exporters.comment import CHARACTERS, NOTHING, comment, mark, tame
from wsbench.exporters.summary import summary


def test_it_is_the_summary_behind_a_mark() -> None:
    """Verdict, chart, rows, folded tables, rule and command."""
    tables = (("Round trip", "| server |\n| :--- |\n| new |"),)
    text = comment(ONE_OF_EACH, name="echo", tables=tables, command="wsbench compare a b")
    first, _, rest = text.partition("\n")
    assert first == "<!-- wsbench: echo -->"
    assert rest == summary(ONE_OF_EACH, tables=tables, command="wsbench compare a b")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("echo latency", "echo-latency"),
        ("a--b", "a-b"),
        ("--> <b>", "b"),
        ("ä/ö", ""),
        ("CI-job-0-results", "CI-job-0-results"),
    ],
)
def test_a_mark_is_one_comment_of_html(name: str, words: str) -> None:
    """Two hyphens would end it in some readers."""
    assert mark(name) == f"<!-- wsbench: {words} -->"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("by @somebody", "@somebody"),
        ("@org/team", "@org"),
        ("see #12", "#12"),
        ("owner/name#12", "#12"),
        ("!7", "!7"),
    ],
)
def test_nobody_is_told_of_a_label(text: str, named: str) -> None:
    """A name with something between the sign and itself is none; it looks as it did."""
    assert named not in tame(text)
    assert html.unescape(tame(text)).replace(html.unescape(NOTHING), "") == text


@pytest.mark.parametrize("text", ["a&#124;b", "websockets@path:.", "# wsbench", "`#`", "50 %"])
def test_what_names_nobody_stays(text: str) -> None:
    """Escapes above all."""
    assert tame(text) == text


def test_a_label_in_the_comment_names_nobody_and_the_command_stays() -> None:
    """The command is code, in which nobody is named: it can be copied."""
    made = judgement(verdict("REGRESSED", cell="by @somebody #12"), rule="@rule")
    text = comment(made, name="x", tables=(("@title", "@table"),), command="wsbench run @x.json")
    outside = text.replace("```sh\nwsbench run @x.json\n```", "")
    assert outside != text
    drawn = outside.partition("```text\n")[2].partition("```")[0]
    assert "@somebody" in drawn
    assert not any(
        one in outside.replace(drawn, "") for one in ("@somebody", "#12", "@rule", "@title", "@table")
    )


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from([10, 900, 5_000]), max_size=30), st.sampled_from(["x", "µ", "@a ", "😀"]))
def test_no_comment_is_longer_than_may_be(sizes: list[int], letters: str) -> None:
    """Whatever had to be put between signs and names; what is left out is said."""
    made = judgement(*(verdict("IMPROVED", cell=letters * size) for size in sizes))
    text = comment(made, name="x", tables=[("t", letters * size) for size in sizes], command="x")
    assert len(text) <= CHARACTERS
    assert text.startswith(mark("x"))
    assert text.endswith("```sh\nx\n```\n")
    if sum(sizes) * 2 > CHARACTERS:
        assert "left out: a comment has room for 65,536 characters" in text
