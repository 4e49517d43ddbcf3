"""The page as a file: nothing is fetched, what is text is no markup, and it reads without scripts."""

from __future__ import annotations

import itertools
import json
import re
from html.parser import HTMLParser

import msgspec
import pytest
from drawn import KINDS, timed
from msgspec.structs import replace
from runs import run_of
from wsbench.exporters.shown import Shown
from wsbench.page.frame import html
from wsbench.records.run import Run
from wsbench.workflow.shown import shown_of

VOID = {"meta", "img", "link", "br", "path", "input"}
MARKUP = "<b>x</b>"


class Reader(HTMLParser):
    """Reads a page as a browser without scripts does: its elements, and the text in each kind."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Every element ends where it should."""
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep a text with its element."""
        if self.open and data.strip():
            self.texts.setdefault(self.open[-1], []).append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each element of a kind."""
        return [attributes for one, attributes in self.seen if one == tag]


@pytest.fixture(scope="module")
def page() -> str:
    """Return the page of a comparison."""
    return html(KINDS["compare"][0]())


@pytest.fixture(scope="module")
def reader(page: str) -> Reader:
    """Return what is on it."""
    return Reader(page)


def test_it_reads_without_scripts(reader: Reader) -> None:
    """The verdict, the charts as pictures with their numbers in words, and plain tables."""
    assert reader.open == []
    assert " ".join(reader.texts["span"]).startswith("REGRESSED")
    pictures = reader.of("img")
    assert len(pictures) == len(reader.of("figure")) == 6
    assert all((one["src"] or "").startswith("data:image/svg+xml,") for one in pictures)
    assert "p50 in µs with its 95 % interval: tornado 60.0 [" in (pictures[1]["alt"] or "")
    assert len(reader.of("table")) == len(reader.of("caption")) == 4
    assert {one.get("scope") for one in reader.of("th")} == {"col", "row"}


def test_it_says_how_it_was_decided_and_where(reader: Reader) -> None:
    """The rule, the machine, and what to type to measure it again."""
    told = " ".join(reader.texts["p"])
    assert "rule: side by side in the same rounds; REGRESSED: surely worse than the margin" in told
    assert "Some CPU, 2 cores" in reader.texts["dd"]


def test_it_fetches_nothing(page: str, reader: Reader) -> None:
    """No element names anything elsewhere, and the browser is told to let nothing out."""
    for tag, attributes in reader.seen:
        assert tag not in {"link", "iframe", "object", "base"}
        assert not (attributes.get("src") or "data:").startswith(("http", "//"))
        assert "href" not in attributes
    (policy,) = [one["content"] for one in reader.of("meta") if one.get("http-equiv")]
    assert policy
    assert policy.startswith("default-src 'none'")
    assert len(page.encode()) < 3_000_000


def test_every_reference_has_its_element(reader: Reader) -> None:
    """Labels and descriptions are there, and no two elements have one name."""
    names = [attributes["id"] for _, attributes in reader.seen if "id" in attributes]
    assert len(names) == len({*names})
    for _, attributes in reader.seen:
        for name in ("aria-labelledby", "aria-describedby"):
            assert {*(attributes.get(name) or "").split()} <= {*names}


def test_names_and_messages_are_text() -> None:
    """Labels, reasons and what a server printed may be anything, in HTML as in JSON."""
    stored = msgspec.json.encode(run_of({"x=tornado": 60.0, "tcp": 30.0}, failures={"tcp": "it refused"}))
    for word in (b'"x"', b'"it refused"', b'"last words"', b'"test"'):
        stored = stored.replace(word, b'"%s"' % MARKUP.encode())
    run = msgspec.json.decode(stored, type=Run)
    found = html(replace(shown_of(run), command=f"wsbench run {MARKUP}"))
    reader = Reader(found)
    assert MARKUP not in found
    assert not reader.of("b")
    assert MARKUP in reader.texts["button"]
    assert f"wsbench run {MARKUP}" in reader.texts["code"]
    (specs,) = [text for text in reader.texts["script"] if text.startswith('{"specs"')]
    assert MARKUP in json.dumps(json.loads(specs))


@pytest.mark.parametrize("kind", ["load", "count", "side by side", "nothing"])
def test_every_kind_has_a_page(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its figures; without anything to draw it needs no library."""
    monkeypatch.setattr("wsbench.page.frame.still", lambda _drawing: "<svg/>")
    shown: Shown = KINDS[kind][0]()
    reader = Reader(html(shown))
    assert bool(reader.of("figure")) == (kind != "nothing")
    assert len(reader.of("h1")) == 1


def test_what_changes_no_number_stands_below() -> None:
    """Above the charts are warnings alone."""
    run = timed(rounds=1, busy=0.4)
    proofs = {
        name: replace(proof, deviations={"x": "does it otherwise"})
        for name, proof in run.rounds[0].servers.items()
    }
    run = replace(run, rounds=(replace(run.rounds[0], servers=proofs),))
    found = html(shown_of(run))
    warnings, _, rest = found.partition('<h2 id="charts-title">')
    assert "other programs kept 40% of the cores busy" in warnings
    assert "does it otherwise" not in warnings
    assert "note: tornado: does it otherwise" in rest


def test_headings_lead_through_the_page(page: str) -> None:
    """One of the first level, and no level is left out."""
    levels = [int(one) for one in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - one <= 1 for one, deeper in itertools.pairwise(levels))


def test_it_says_how_to_measure_again_where_that_is_known() -> None:
    """With what has to be filled in; else there is no such part."""
    shown = shown_of(timed(rounds=1))
    told = html(replace(shown, command="wsbench run x", to_fill_in="fill in --header."))
    assert "<pre><code>wsbench run x</code></pre><p>fill in --header.</p>" in told
    assert "Measure it again" not in html(replace(shown, command=""))
