"""One page model, four texts: what each format makes of the same report."""

from __future__ import annotations

import msgspec
import pytest
from runs import environment
from wsbench.rendering.columns import Table
from wsbench.report.figures import Figure
from wsbench.report.formats import Page, csv_of, formats, json, markdown, markdown_table, on_terminal

TABLE = Table("title", (("name", False), ("n", True)), (("one", "1"),), ("below", "  | last words"))
FIGURE = Figure(
    *("tornado", "6.5", "wire", "asyncio", 64, "text", 1, 1, "rtt_p50", 61.5, None, 62.5, "ns", 8, 1),
    *("random", False, True, "CPython 3.11.7", 0, 0, ""),
)


def pages(word: str, width: int | None) -> list[Page]:
    """Return two pages, the first with a headline, that tell the width they were asked for."""
    return [Page([], ["first"], headline=word), Page([TABLE], [f"width {width}"])]


def test_the_formats_stand_in_the_order_in_which_they_are_offered() -> None:
    """Whoever has no figures has no CSV."""
    assert list(formats(pages, lambda word: {"word": word}, str.upper)) == [
        "table",
        "markdown",
        "csv",
        "json",
    ]
    assert list(formats(pages, lambda word: {"word": word})) == ["table", "markdown", "json"]


def test_each_format_is_made_of_what_was_handed_in() -> None:
    """Markdown has no width; CSV and JSON are of the function and the document given."""
    made = formats(pages, lambda word: {"word": word}, str.upper)
    assert made["csv"]("yes") == "YES"
    assert made["json"]("yes") == '{\n "word": "yes"\n}\n'
    assert made["markdown"]("yes").endswith("width None\n")
    assert "width None" not in made["table"]("yes")


@pytest.mark.parametrize("width", [40, 200])
def test_pages_on_a_terminal_are_made_for_its_width(width: int) -> None:
    """A blank line stands between them; the headline is first."""
    text = on_terminal(pages, "word", width)
    assert text.startswith("word\n\nfirst\n\ntitle\n")
    assert text.endswith(f"\nwidth {width}\n")


def test_markdown_has_title_table_and_lines_in_paragraphs_of_their_own() -> None:
    """What a server said last is a block of code; the machine stands at the end where it is told."""
    assert markdown([Page([TABLE], ["closing"], "head", environment())]).split("\n\n") == [
        *("**head**", "### title", "| name | n |\n| :--- | ---: |\n| one | 1 |", "below"),
        *("    | last words", "closing", "Some CPU, 2 cores, Linux, CPython 3.11.7.\n"),
    ]


def test_a_table_without_columns_is_its_title_and_lines() -> None:
    """A run that was stopped early has no rows, and no empty grid."""
    empty = Table("title", (), (), ("stopped",))
    assert markdown([Page([empty], ["closing"])]) == "### title\n\nstopped\n\nclosing\n"


def test_markdown_escapes_what_it_would_read() -> None:
    """A bar, a tag and an entity in a cell stay text."""
    table = Table("t", (("name", False), ("n", True)), (("a|b <i> &lt;", "1"),))
    assert markdown_table(table).splitlines() == [
        "| name | n |",
        "| :--- | ---: |",
        "| a&#124;b &#60;i&#62; &#38;lt; | 1 |",
    ]


def test_a_head_in_two_lines_is_one_in_markdown() -> None:
    """A row of it is a line."""
    table = Table("title", (("p50 µs\n64 B", True),), (("1",),))
    assert markdown_table(table).splitlines()[0] == "| p50 µs 64 B |"


def test_csv_has_a_line_with_the_fields_and_a_line_for_each_figure() -> None:
    """An end that is not known is empty; without figures there is the line with the fields alone."""
    head, line = csv_of([FIGURE], Figure).splitlines()
    assert head.split(",") == list(Figure.__struct_fields__)
    assert line.split(",")[8:14] == ["rtt_p50", "61.5", "", "62.5", "ns", "8"]
    assert csv_of([], Figure).splitlines() == [head]


def test_json_is_indented_and_reads_back() -> None:
    """Records become objects; the text ends with its line."""
    text = json({"rows": [FIGURE]})
    assert text.startswith('{\n "rows": [\n  {\n   "server": "tornado",')
    assert text.endswith("}\n")
    assert msgspec.json.decode(text)["rows"][0]["low"] is None


def test_no_format_obeys_what_is_shown() -> None:
    """Heads of columns are names of files; what a server calls its version stands in CSV and JSON."""
    table = Table("t", (("[red]a\x1b[1m", True),), (("1",),))
    assert r"[red]a\x1b[1m" in on_terminal(lambda _found, _width: [Page([table], [])], None, 80)
    figure = Figure(**dict.fromkeys(Figure.__struct_fields__, "") | {"version": "1\x1b[1m\x9b"})
    assert r"1\x1b[1m\x9b" in csv_of([figure], Figure)
    assert r'"1\u001b[1m\u009b"' in json({"version": "1\x1b[1m\x9b"})
