"""What the README shows is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import counts
from typer.main import get_command
from wsbench.analysis.run import analyse
from wsbench.cli.main import app
from wsbench.page.still import svg
from wsbench.plan.network import PROFILES, READERS, read_network, told_rate
from wsbench.report.formats import on_terminal
from wsbench.report.run import FORMATS, pages
from wsbench.storage.results import read_run
from wsbench.workflow.shown import shown_of

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "results" / "reference"
README = (ROOT / "README.md").read_text()


def test_the_answer_of_the_readme_is_that_of_the_reference_run() -> None:
    """To the letter, as a terminal of 80 columns shows it."""
    shown = re.findall(r"<!-- report -->\n```text\n(.*?)```", README, re.DOTALL)
    report = on_terminal(pages, analyse(read_run(REFERENCE / "default.jsonl")), width=80)
    text = "\n".join(line.rstrip() for line in report.splitlines())
    assert len(shown) == 1
    assert all(block in text for block in shown)


def test_the_stored_table_is_that_of_the_stored_run() -> None:
    """The Markdown beside the raw run was made from it."""
    report = FORMATS["markdown"](analyse(read_run(REFERENCE / "default.jsonl")))
    assert (REFERENCE / "default.md").read_text() == report


def test_the_table_through_a_network_is_that_of_the_stored_run() -> None:
    """The Markdown beside the raw run was made from it, and the document shows the first of its tables."""
    stored = (REFERENCE / "wan.md").read_text()
    assert stored == FORMATS["markdown"](analyse(read_run(REFERENCE / "wan.jsonl")))
    shown = (
        (ROOT / "docs" / "network.md").read_text().partition("<!-- wan -->\n")[2].partition("\n\nOn the")[0]
    )
    assert shown
    assert shown in stored


def test_the_picture_of_the_readme_is_of_the_reference_run() -> None:
    """It is what `report --format svg` draws; the same, as far as numbers go, on any machine."""
    drawn = svg(shown_of(read_run(REFERENCE / "default.jsonl")), "")
    told = re.compile(r">([^<>]+)</text>")
    assert told.findall((REFERENCE / "p50.svg").read_text()) == told.findall(drawn)
    assert "results/reference/p50.svg" in README


def test_the_table_of_counts_is_that_of_the_stored_run() -> None:
    """As the script under tests/perf prints it."""
    text = (ROOT / "docs" / "counting.md").read_text()
    assert text.partition("<!-- counts -->\n")[2].startswith(counts.table(counts.STORED))


def test_every_verb_and_option_of_the_readme_exists() -> None:
    """Nothing is promised that the command line does not have."""
    commands = get_command(app).commands  # type: ignore[attr-defined]
    used = re.findall(r"^    wsbench (\w+)(.*?)(?:#.*)?$", README, re.MULTILINE)
    assert {verb for verb, _ in used} == set(commands)
    for verb, rest in used:
        known = {option for param in commands[verb].params for option in (*param.opts, *param.secondary_opts)}
        assert set(re.findall(r"--[\w-]+", rest)) <= known


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """Relative links name files that are here."""
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_the_networks_of_the_document_are_those_there_are() -> None:
    """Each profile stands in its table with the numbers that it has, and each word that is read is told."""
    text = (ROOT / "docs" / "network.md").read_text()
    for name, one in PROFILES.items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` |")]
        numbers = [cell.strip() for cell in row.split("|")[2:6]]
        assert numbers == [
            f"{one.delay_ns / 1e6:g} ms",
            f"{one.jitter_ns / 1e6:g} ms" if one.jitter_ns else "–",
            f"{one.loss * 100:g} %" if one.loss else "–",
            told_rate(one.rate) if one.rate else "–",
        ]
    assert all(f"| `{word}=" in text for word in READERS)
    for typed in re.findall(r"--network (?:\"(.*?)\"|(\w+))", text):
        assert read_network(typed[0] or typed[1])
