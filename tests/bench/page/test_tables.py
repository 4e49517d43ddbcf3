"""Tables as HTML: what is said of others is text."""

from __future__ import annotations

from html.parser import HTMLParser

from wsbench.page.tables import FEW, bullets, definitions, paragraphs, table, text
from wsbench.rendering.columns import Table

MARKUP = '<b>x</b>"&\x1b'
SHOWN = "&lt;b&gt;x&lt;/b&gt;&quot;&amp;\\x1b"


class Tags(HTMLParser):
    """Keeps every tag with its attributes."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.found.append((tag, dict(attrs)))


def test_everything_is_escaped() -> None:
    """In cells, heads, captions, attributes, lines, lists and definitions."""
    one = Table(MARKUP, (("server", False), (MARKUP, True)), ((MARKUP, MARKUP),), (MARKUP, f"  {MARKUP}"))
    for content in (
        text(MARKUP),
        table(one, 1),
        paragraphs([MARKUP]),
        bullets([MARKUP]),
        definitions([(MARKUP, MARKUP)]),
    ):
        assert SHOWN in content
        assert "<b>" not in content
        assert "\x1b" not in content
    assert dict(Tags(table(one, 1)).found)["tr"] == {"data-server": '<b>x</b>"&\\x1b'}


def test_a_table_has_its_caption_and_its_scopes() -> None:
    """Every row is named by its server; only tables with many rows can be filtered."""
    rows = tuple((f"{n}", f"server {n}", "1.0") for n in range(FEW))
    found = table(Table("All", (("rank", False), ("server", False), ("p50 µs", True)), rows), 3)
    tags = Tags(found).found
    assert [one.get("scope") for tag, one in tags if tag == "th"] == ["col"] * 3 + ["row"] * FEW
    assert '<caption id="table-3"><span>All</span></caption>' in found
    assert ("table", {}) in tags
    more = table(Table("All", (("rank", False),), tuple(("1",) for _ in range(FEW + 1))), 3)
    assert ("table", {"data-many": None}) in Tags(more).found


def test_what_failed_is_marked() -> None:
    """As the terminal does it in red."""
    columns = (("rank", False), ("server", False), ("verdict", False))
    rows = (("error", "a", "–"), ("1", "b", "REGRESSED"), ("2", "c", "IMPROVED"))
    found = [one for tag, one in Tags(table(Table("x", columns, rows), 0)).found if tag == "tr"]
    assert [one.get("class") for one in found] == [None, "bad", "bad", None]


def test_a_table_without_columns_is_its_title_and_its_lines() -> None:
    """The answer of a run is such text."""
    assert table(Table("Title", (), (), ("line",)), 0) == "<h3>Title</h3><p>line</p>"
