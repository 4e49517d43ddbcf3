"""The gate for tests: its words, and what it refuses before anything is measured."""

from __future__ import annotations

from pathlib import Path

import pytest
import wsbench
from drawn import compared
from judgements import judgement, verdict
from wsbench.library.regression import _judged
from wsbench.library.result import Result, result_of
from wsbench.library.standing import Standing, asking
from wsbench.verdicts.judgement import Judgement
from wsbench.verdicts.verdict import Verdict
from wsbench.workflow.shown import shown_with


def result(*verdicts: Verdict, strict: bool = False) -> Result:
    """Return the result of a judgement of these verdicts."""
    found: Judgement = judgement(*verdicts)
    return result_of(shown_with(found, [compared()], typed=()), (), strict=strict)


def test_a_regression_is_told_in_plain_words_with_its_rows() -> None:
    """What became worse, by how much, how sure, and what is allowed; then the table."""
    worse = verdict("REGRESSED", base="service of the baseline", candidate="service")
    with pytest.raises(AssertionError) as raised:
        _judged(result(worse, verdict("NO REGRESSION", metric="server_cpu")))
    sentence, blank, *table = str(raised.value).splitlines()
    assert sentence == (
        "service: p50 µs rose by 20.0 % (19.0 to 21.0 %) against the baseline,"
        " 64 B text, 1 connection, depth 1; 5 % is allowed"
    )
    assert not blank
    assert any("REGRESSED" in line and "72.0" in line for line in table)


def test_less_throughput_fell() -> None:
    """Where more is better."""
    less = verdict("REGRESSED", metric="throughput", change=-0.1, low=-0.12, high=-0.08, base="old")
    with pytest.raises(AssertionError, match=r"msg/s fell by 10.0 % \(8.0 to 12.0 %\) against old"):
        _judged(result(less))


def test_what_cannot_be_judged_fails_and_says_why() -> None:
    """Nobody would notice otherwise."""
    with pytest.raises(AssertionError, match=r"can't be judged: libc: 2\.36, now 2\.41"):
        _judged(result(verdict("NOT JUDGED", reason="libc: 2.36, now 2.41")))


def test_an_open_verdict_is_a_warning() -> None:
    """With `strict` it fails."""
    with pytest.warns(UserWarning, match="INCONCLUSIVE"):
        assert _judged(result(verdict("INCONCLUSIVE"))).exit_code == 0
    with pytest.raises(AssertionError):
        _judged(result(verdict("INCONCLUSIVE"), strict=True))


@pytest.mark.usefixtures("nobody_asks")
def test_a_program_names_a_base_or_a_baseline() -> None:
    """And a service."""
    with pytest.raises(wsbench.UsageError, match="base=… or baseline=FOLDER"):
        wsbench.assert_no_regression("stdlib")
    with pytest.raises(wsbench.UsageError, match="no service is named"):
        wsbench.assert_no_regression()
    with pytest.raises(wsbench.UsageError, match="choose from count, time"):
        wsbench.assert_no_regression("stdlib", by="size")


WRONG = [
    ({"margn": 5}, "unknown argument 'margn'; did you mean margin? choose from target, base, baseline, by,"),
    ({"seed": 5}, "unknown argument 'seed'"),
    ({"margin": -3}, "margin -3: a margin is a number of percent from 0 to 1000"),
    ({"margin": {"rtt_p5": 3}}, "unknown metric of margin 'rtt_p5'; did you mean rtt_p50?"),
    ({"rounds": "x"}, "rounds: a whole number, not 'x'"),
    ({"by": 3}, "by: a string, not 3"),
    ({"strict": "no"}, "strict: True or False, not 'no'"),
    ({"target": 5}, "target: a string or a Service, not 5"),
    ({"base": ["stdlib"]}, "base: a string or a Service, not list(…)"),
    ({"baseline": 5}, "baseline: a string or a path, not 5"),
]


@pytest.mark.parametrize(("said", "line"), WRONG)
@pytest.mark.usefixtures("nobody_asks")
def test_a_call_and_a_marker_are_refused_alike(tmp_path: Path, said: dict[str, object], line: str) -> None:
    """In one line that names the argument."""
    standing = Standing(tmp_path, tmp_path / "it", {"target": "stdlib"}, False, False, "", print)
    asking.append(lambda: standing)
    with pytest.raises(wsbench.UsageError) as called:
        wsbench.assert_no_regression(**said)  # type: ignore[arg-type]
    asking.append(lambda: standing._replace(said={"target": "stdlib", **said}))
    with pytest.raises(wsbench.UsageError) as marked:
        wsbench.assert_no_regression()
    assert str(called.value).startswith(line)
    assert str(marked.value) == str(called.value)


@pytest.mark.usefixtures("nobody_asks")
def test_what_the_plugin_refuses_is_refused(tmp_path: Path) -> None:
    """A missing baseline where nobody would notice, and neighbours."""
    standing = Standing(tmp_path, tmp_path / "it", {"by": "time"}, False, True, "", print)
    asking.append(lambda: standing)
    with pytest.raises(wsbench.UsageError, match=r"no baseline in .*service-time: pytest --wsbench-save"):
        wsbench.assert_no_regression("stdlib")
    asking.append(lambda: standing._replace(refused="there are neighbours"))
    with pytest.raises(wsbench.UsageError, match="there are neighbours"):
        wsbench.assert_no_regression("stdlib")
