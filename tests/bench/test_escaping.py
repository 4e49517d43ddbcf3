"""Text of others in each of the places where it is shown."""

import ast
import html
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.escaping import code, markdown, terminal, workflow_message, workflow_property, xml
from wsbench.escaping import json as escaping_json

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
def test_a_terminal_obeys_nothing(text: str):
    """No byte that moves a cursor, rings a bell or sets a title is left; what can be read stays as it is."""
    shown = terminal(text)
    assert all(one.isprintable() or one == "\n" for one in shown)
    if text.isprintable() and "::" not in text and "##" not in text:
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", r"\x3a:error::x"),
        (
            "a ::add-mask::b ::Set-Output name=a,b=c::d",
            r"a \x3a:add-mask\x3a:b \x3a:Set-Output name=a,b=c::d",
        ),
        ("##[error]x", r"\x23#[error]x"),
        ("[::1]:80 fe80::1 a::b ##[ x]", "[::1]:80 fe80::1 a::b ##[ x]"),
    ],
)
def test_a_log_has_no_command_of_others(text: str, shown: str):
    """Whatever a log of GitHub's would take for one where a line breaks before it."""
    assert terminal(text) == shown
    assert terminal(shown) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x07", r"\x1b[31mred\x07"),
        ("over\rwritten", r"over\rwritten"),
        ("left\u202eright", r"left\u202eright"),
        ("two\nlines", "two\nlines"),
        ("µs ×2", "µs ×2"),
    ],
)
def test_what_shows_nothing_is_shown_as_its_escape(text: str, shown: str):
    """Colours, bells, overwriting, the other direction."""
    assert terminal(text) == shown


@given(ANY_TEXT)
def test_markdown_reads_what_was_written(text: str):
    """It is one line without tags, ends of cells or code; a reader gets every printable character back."""
    shown = markdown(text)
    assert not {*"<>|`*~$\\"} & {*shown}
    assert "\n" not in shown
    assert "](" not in shown
    if text.isprintable():
        assert html.unescape(shown) == text


@pytest.mark.parametrize("text", ["+4.8 % [+4.1, +5.5]", "52.1 [51.8, 52.6]", "rtt_p99", "[∞, 3]"])
def test_intervals_and_names_stay_as_they_are(text: str):
    """A file in Markdown is read as text as well."""
    assert markdown(text) == text


@pytest.mark.parametrize("text", ["[a](http://b)", "[1](http://b)", "[1]: http://b", "![1][2]", "[^1]"])
def test_a_link_is_none(text: str):
    """Not with a number for its text either."""
    assert html.unescape(markdown(text)) == text
    assert not any(piece in markdown(text) for piece in ("](", "]:", "][", "[^"))


@given(ANY_TEXT)
def test_xml_can_be_read_back(text: str):
    """What shows nothing as its escape: some of it XML can't hold at all."""
    element = ET.Element("text")
    element.text = xml(text)
    found = ET.fromstring(ET.tostring(element, encoding="unicode"))  # noqa: S314  # our own
    assert found.text == xml(text) or not text
    assert all(one.isprintable() or one in "\n\t" for one in xml(text))


@given(ANY_TEXT)
def test_json_says_the_same_and_shows_it(text: str):
    """Its own escapes stand for what a terminal would obey."""
    document = json.dumps({"a": text}, ensure_ascii=False, indent=1)
    shown = escaping_json(document)
    assert json.loads(shown) == {"a": text}
    assert all(one.isprintable() or one == "\n" for one in shown)


@given(ANY_TEXT)
def test_a_workflow_command_is_one_line(text: str):
    """Neither a message nor a property begins another command, or moves a cursor."""
    assert (workflow_message(text) + workflow_property(text)).isprintable()
    assert not {*":,"} & {*workflow_property(text)}


def test_code_can_be_written():
    """Half a surrogate pair, as file names may hold, is shown as its escape; so is what moves a cursor."""
    assert code("a\udcffb\n\x1b[1m") == "a\\udcffb\n\\x1b[1m"


WRITES = re.compile(r"(?<!\w)print\(|sys\.(?:stdout|stderr)\.write\(|console\.print\(")
ALLOWED = {
    "output.py": "all that is printed goes through it; `say` and `tell` escape",
    "failures.py": "escapes, and must work when nothing else can be loaded",
    "workflow/publish.py": "workflow commands, which github.py escapes",
    "rendering/terminal.py": "tables; each text is escaped",
    "workflow/load/steps.py": "escapes",
    "workflow/progress.py": "escapes",
    "commands/verify.py": "escapes",
    "commands/listing.py": "escapes",
}


def test_nothing_is_printed_past_those_who_escape() -> None:
    """Whoever prints stands in a list, and nobody stands there who does not."""
    bench = Path(__file__).parents[2] / "bench"
    found = {
        str(path.relative_to(bench))
        for path in bench.rglob("*.py")
        if path.parent.name != "standalone" and WRITES.search(_code(path))
    }
    assert found == {*ALLOWED}


def _code(path: Path) -> str:
    """Return the source of a file without its texts."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.unparse(tree)
