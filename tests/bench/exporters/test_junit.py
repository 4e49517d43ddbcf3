"""What a CI's test view reads of a judgement."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judgements import CELL, judgement, verdict
from wsbench.exporters.junit import junit
from wsbench.facts.notices import Notice
from wsbench.verdicts.judgement import Unmatched

ONE_OF_EACH = judgement(
    verdict("REGRESSED"),
    verdict("IMPROVED", "rtt_p90"),
    verdict("NO REGRESSION", "server_cpu"),
    verdict("INCONCLUSIVE", "rtt_p99", needed_rounds=40),
    verdict("INVALID", "rtt_p99.9", reason="a server died"),
    verdict("NOT JUDGED", "rtt_max", reason="it died", change=None, lost=True),
    verdict("NOT JUDGED", "throughput", reason="the client was the limit with new", change=None),
    verdict(None, "throughput"),
    unmatched=(Unmatched("gone by wire, 64 B text", "lost"),),
)


def parsed(text: str) -> tuple[ET.Element, ET.Element]:
    """Return the root and its only suite, from the bytes as they are stored."""
    root = ET.fromstring(text.encode())  # noqa: S314  # our own
    (suite,) = root
    return root, suite


def outcomes(suite: ET.Element) -> list[str]:
    """Return the element of each case that says it has not passed; "" where it has."""
    found = []
    for case in suite.iter("testcase"):
        tags = [child.tag for child in case if child.tag != "system-out"]
        assert len(tags) <= 1
        found.append("".join(tags))
    return found


@pytest.mark.parametrize(
    ("strict", "expected"),
    [
        (False, ["failure", "error", "error", "skipped", "", "", "skipped", "skipped"]),
        (True, ["failure", "error", "error", "failure", "", "", "failure", "failure"]),
    ],
)
def test_every_gated_verdict_is_a_case_with_its_outcome(*, strict: bool, expected: list[str]) -> None:
    """What is only shown is no case; what is open, not judged or on one side is skipped, and fails if strict.

    A server that was lost is an error in any case.
    """
    _, suite = parsed(junit(ONE_OF_EACH, strict=strict))
    assert outcomes(suite) == expected


@pytest.mark.parametrize("strict", [False, True])
def test_the_counts_are_those_of_the_cases(*, strict: bool) -> None:
    """Jenkins and report actions believe them without counting."""
    root, suite = parsed(junit(ONE_OF_EACH, strict=strict))
    found = outcomes(suite)
    counts = {
        "tests": str(len(found)),
        "failures": str(found.count("failure")),
        "errors": str(found.count("error")),
    }
    assert (root.tag, suite.tag) == ("testsuites", "testsuite")
    assert root.attrib == {"name": "wsbench", **counts}
    assert suite.attrib == {"name": "wsbench", **counts, "skipped": str(found.count("skipped"))}


def test_a_case_is_named_by_who_against_whom_where_and_in_what() -> None:
    """GitLab ignores a second case with the same classname and name."""
    other = verdict("NO REGRESSION", base="older")
    _, suite = parsed(junit(judgement(*ONE_OF_EACH.verdicts, other), strict=False))
    names = [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")]
    assert names[0] == ("new against old", f"{CELL}: rtt_p50")
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("failure", ["REGRESSED", "60.0 → 72.0", "+20.0 % [+19.0, +21.0]", "margin 5 %"]),
        ("skipped", ["INCONCLUSIVE", "+20.0 %", "about 40 rounds would decide"]),
        ("error", ["INVALID", "a server died"]),
    ],
)
def test_what_has_not_passed_says_why(tag: str, words: list[str]) -> None:
    """In the attribute, which Jenkins shows, and in the text, which is all that GitLab shows."""
    _, suite = parsed(junit(ONE_OF_EACH, strict=False))
    element = suite.find(f"testcase/{tag}")
    assert element is not None
    assert element.get("message") == element.text
    assert all(word in (element.text or "") for word in words)


def test_numbers_of_an_invalid_verdict_are_not_shown() -> None:
    """What can't be said is not printed."""
    _, suite = parsed(junit(ONE_OF_EACH, strict=False))
    assert suite.findtext("testcase/error") == "INVALID: a server died"


def test_a_case_that_passes_shows_its_numbers() -> None:
    """A margin that is nearly used up can be seen before it is."""
    _, suite = parsed(junit(judgement(verdict("NO REGRESSION", change=0.048)), strict=False))
    assert "+4.8 %" in (suite.findtext("testcase/system-out") or "")


def test_rule_word_and_notices_are_in_the_suite() -> None:
    """A warning can't be lost by choosing a format."""
    notices = (Notice("a control failed", invalid=True), Notice("the governor is powersave"))
    _, suite = parsed(junit(judgement(verdict("IMPROVED"), notices=notices), strict=False))
    found = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert found == {"verdict": "IMPROVED", "rule": "the rule"}
    assert suite.findtext("system-out") == "INVALID: a control failed\nnote: the governor is powersave"


def test_nothing_gated_is_a_suite_without_cases() -> None:
    """It parses, and counts none."""
    _, suite = parsed(junit(judgement(verdict(None)), strict=True))
    assert (suite.get("tests"), outcomes(suite)) == ("0", [])


def test_the_declared_encoding_is_the_one_it_is_written_in() -> None:
    """Whatever the locale: a µ that is read as two letters would be a wrong name."""
    text = junit(ONE_OF_EACH, strict=False)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites')
    assert "p50 µs" in (parsed(text)[1].findtext("testcase/failure") or "")


def shown(text: str) -> str:
    """Return a text whose characters that show nothing are escapes, but for tabs and line ends."""
    return "".join(
        one if one.isprintable() or one in "\n\t" else one.encode("unicode_escape").decode() for one in text
    )


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_of_a_user_can_be_read_back(text: str) -> None:
    """What shows nothing is shown as its escape, so that no viewer obeys it."""
    notice = Notice(text)
    made = junit(
        judgement(verdict("INVALID", cell=text, reason=text), notices=(notice,), rule=text), strict=False
    )
    _, suite = parsed(made)
    case = suite.find("testcase")
    assert case is not None
    assert case.get("name") == f"{shown(text)}: rtt_p50"
    assert case.find("error").get("message") == f"INVALID: {shown(text)}"  # type: ignore[union-attr]
    assert suite.findtext("system-out") == f"note: {shown(text)}"
