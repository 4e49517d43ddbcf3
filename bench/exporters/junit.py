"""A judgement as JUnit XML: one test case for each gated verdict, for the test views of CI systems.

There is no standard; this is what Jenkins, GitLab and GitHub's report actions agree on. GitLab distinguishes
cases by classname and name and shows the text of an element; Jenkins shows its `message` too. Both are given.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter

from ..errors import UsageError
from ..escaping import xml
from ..plan.metrics import metric_title
from ..rendering.columns import lines_of_notices
from ..report.verdict_tables import change_text, explanation, margin_text, value_text
from ..stats.decision import Word
from ..verdicts.judgement import Judgement
from ..verdicts.precedence import by_gravity
from ..verdicts.verdict import Verdict
from .shown import Shown

SUITE = "wsbench"
OUTCOMES: dict[Word, str] = {
    "REGRESSED": "failure",
    "INVALID": "error",
    "INCONCLUSIVE": "skipped",
    "NOT JUDGED": "skipped",
}
"""The element by which a case has not passed, for each verdict; with the other verdicts it passes."""


def junit_of(shown: Shown) -> str:
    """Return the judgement that is shown, as `junit` does. Raises `UsageError` where there is none."""
    if shown.judgement is None:
        raise UsageError("junit has verdicts, and nothing was judged: wsbench compare, wsbench check")
    return junit(shown.judgement, strict=shown.strict)


def junit(judgement: Judgement, *, strict: bool) -> str:
    """Return a JUnit XML document, to be written as UTF-8; `strict` makes failures of what is skipped."""
    gated = by_gravity(judgement.gated)
    outcomes = [_outcome(one, strict=strict) for one in gated]
    unmatched = "failure" if strict else "skipped"
    counts = Counter(outcomes) + Counter({unmatched: len(judgement.unmatched)})
    totals = {
        "name": SUITE,
        "tests": str(len(outcomes) + len(judgement.unmatched)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
    }
    root = ET.Element("testsuites", totals)
    suite = ET.SubElement(root, "testsuite", {**totals, "skipped": str(counts["skipped"])})
    properties = ET.SubElement(suite, "properties")
    for name, value in (("verdict", judgement.word), ("rule", judgement.rule)):
        ET.SubElement(properties, "property", {"name": name, "value": xml(value)})
    for one, outcome in zip(gated, outcomes, strict=True):
        _case(suite, one, outcome)
    for cell in judgement.unmatched:
        names = {"classname": f"cells on one side only: {cell.what}", "name": cell.cell}
        case = ET.SubElement(suite, "testcase", {key: xml(value) for key, value in names.items()})
        _told(case, unmatched, xml(str(cell)), cell.what)
    if judgement.notices:
        ET.SubElement(suite, "system-out").text = xml("\n".join(lines_of_notices(judgement.notices)))
    ET.indent(root)
    # ElementTree's own declaration would name the encoding of the locale
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _outcome(verdict: Verdict, *, strict: bool) -> str:
    """Return the element of a case; "" where it passes."""
    if verdict.lost:
        return "error"
    if strict and verdict.verdict in {"INCONCLUSIVE", "NOT JUDGED"}:
        return "failure"
    return OUTCOMES.get(verdict.verdict, "") if verdict.verdict else ""


def _case(suite: ET.Element, verdict: Verdict, outcome: str) -> None:
    """Add a case. Its name holds the metric as margins name it, so that it stays the same from run to run."""
    names = {
        "classname": f"{verdict.candidate} against {verdict.base}",
        "name": f"{verdict.cell}: {verdict.metric}",
    }
    case = ET.SubElement(suite, "testcase", {key: xml(value) for key, value in names.items()})
    text = xml(f"{verdict.verdict}: {details(verdict)}")
    if outcome:
        _told(case, outcome, text, verdict.verdict or "")
    else:
        ET.SubElement(case, "system-out").text = text


def _told(case: ET.Element, outcome: str, text: str, kind: str) -> None:
    """Say in a case why it has not passed, as attribute and as text: GitLab shows one, Jenkins both."""
    ET.SubElement(case, outcome, {"message": text, "type": kind}).text = text


def details(verdict: Verdict) -> str:
    """Return what a verdict was reached from, or why it could not be reached."""
    if verdict.verdict == "INVALID" or verdict.change is None:
        return explanation(verdict)
    before, after = (value_text(one, verdict.metric) for one in (verdict.before, verdict.after))
    change = f"{change_text(verdict)}, margin {margin_text(verdict)}"
    numbers = f"{metric_title(verdict.metric)} {before} → {after}, {change}"
    return "; ".join(filter(None, (numbers, explanation(verdict))))
