"""Every exit code of a load run, with the sentence that stands in the answer's place."""

from __future__ import annotations

from pathlib import Path

import pytest
from load_stand import Stand, pretend
from loads import load_run_of, plan_of, round_of, step_of
from wsbench.analysis.load import LoadAnalysis
from wsbench.commands import load
from wsbench.commands.report import show
from wsbench.exits import FINE, INVALID, OPEN, REGRESSED, STOPPED
from wsbench.plan.thresholds import read_thresholds
from wsbench.planning.load import LoadWords
from wsbench.records.common import Failure
from wsbench.records.load import LoadRun
from wsbench.workflow.forms import read_forms

TABLE = read_forms(LoadAnalysis, "table")
FACTORS = (1.00, 1.02, 0.99, 1.01, 0.98, 1.03)


def held(*slo: str, **changes: object) -> LoadRun:
    """Return six rounds at 5,000 msg/s with a p99 of about 2 ms; the third may have changes."""
    rounds = [
        round_of([step_of(number, 5_000, factor, **(changes if number == 2 else {}))])
        for number, factor in enumerate(FACTORS)
    ]
    return load_run_of(plan_of(rates=(5_000.0,), thresholds=read_thresholds(slo)), rounds)


def searched(*capacities: float | None, **changes: object) -> LoadRun:
    """Return a search that found these capacities; a step past it may have changes."""
    rounds = []
    for number, capacity in enumerate(capacities):
        lost = step_of(number, (capacity or 1) * 1.01, 3, holds=False, **changes)
        kept = [step_of(number, capacity, 1, holds=True)] if capacity else []
        rounds.append(round_of([*kept, lost], capacity=capacity))
    return load_run_of(plan_of("slo"), rounds)


def died(*, rounds: int) -> LoadRun:
    """Return a run whose server died after so many rounds."""
    run, failure = held(), Failure(0, "tornado ended with exit code 3", ())
    return load_run_of(run.header.plan, run.rounds[:rounds], status="failed", failures=[failure])


LATE = {"touched": ("p50", "p99"), "late": "the client sent 1 % of the messages over 41 µs late"}
MISSED = {"missed": "4,100 of 5,000 msg/s were answered", "achieved": 4_100.0}


@pytest.mark.parametrize(
    ("run", "strict", "code", "sentence"),
    [
        (held(), True, FINE, "tornado keeps up with 5,000 msg/s: p50 1 ms ±3 %, p99 2.01 ms ±3 %."),
        (held("p99=5ms"), True, FINE, "MET: p99 ≤ 5 ms at 5,000 msg/s: measured 2.01 [1.96, 2.06] ms."),
        (searched(9e3, 9e3, 9e3, 9e3), True, FINE, "tornado carries 9,000 msg/s with p99 ≤ 5 ms, ±0.1 %."),
        (held("p99=1ms"), False, REGRESSED, "MISSED: p99 ≤ 1 ms at 5,000 msg/s: measured 2.01 ["),
        (
            *(held("p99=5ms", **MISSED), False, REGRESSED),
            "MISSED: 2 of 2 thresholds: p99 ≤ 5 ms at 5,000 msg/s: the server did not keep up:"
            " in 1 of 6 rounds: 4,100 of 5,000 msg/s were answered; achieved ≥ 99 % at 5,000 msg/s: measured",
        ),
        (held("p99=2ms"), False, FINE, "CAN'T TELL: p99 ≤ 2 ms at 5,000 msg/s: measured 2.01 [1.96, 2.06]"),
        (
            *(held("p99=2ms"), True, OPEN),
            "CAN'T TELL: p99 ≤ 2 ms at 5,000 msg/s: measured 2.01 [1.96, 2.06] ms;"
            " the rounds lie on both sides of it: more rounds or longer steps can tell.",
        ),
        (
            *(died(rounds=0), False, INVALID),
            "INVALID: no round of tornado was finished: a round failed: tornado ended with exit code 3.",
        ),
        (
            *(died(rounds=5), False, INVALID),
            "INVALID: what tornado does can't be told: a round failed: tornado ended with exit code 3.",
        ),
        (
            *(held(**LATE), False, INVALID),
            "INVALID: tornado can't be judged at 5,000 msg/s: in 1 of 6 rounds: the client sent 1 %",
        ),
        (
            *(held(**MISSED), False, INVALID),
            "INVALID: tornado does not keep up with 5,000 msg/s: in 1 of 6 rounds: 4,100 of 5,000 msg/s",
        ),
        (
            *(held("p99=1ms", **LATE), False, INVALID),
            "NOT JUDGED: p99 ≤ 1 ms at 5,000 msg/s: in 1 of 6 rounds: the client sent 1 % of the messages",
        ),
        (
            *(searched(None, None, 9e3), False, INVALID),
            "INVALID: tornado does not hold p99 ≤ 5 ms even at 1 msg/s in 2 of 3 rounds",
        ),
        (
            *(searched(9e3, 9e3, **LATE), False, INVALID),
            "INVALID: how much tornado carries with p99 ≤ 5 ms can't be told: the server need not be what",
        ),
    ],
)
def test_each_code_has_its_reason_in_the_place_of_the_answer(
    capsys: pytest.CaptureFixture[str], run: LoadRun, strict: bool, code: int, sentence: str
) -> None:
    """The first thing on the screen."""
    assert show(run, TABLE, strict=strict) == code
    assert " ".join(capsys.readouterr().out.split()).startswith(sentence)


def test_a_threshold_is_met_in_spite_of_lateness_and_others_are_judged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Only what was missed, and touched, is not judged."""
    assert show(held("p99=5ms", "errors=0", **LATE), TABLE) == FINE
    assert capsys.readouterr().out.startswith("MET: all 2 thresholds.")
    assert show(held("p90=1ms", **LATE), TABLE) == REGRESSED
    assert capsys.readouterr().out.startswith("MISSED: p90 ≤ 1 ms")


def loaded(folder: Path, words: LoadWords) -> int:
    """Run the command without a server."""
    return load.load_and_report(words, seed=1, label="load", out=folder, form="table", quiet=True)


def test_stopping_it_is_130_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Steps of the round that was stopped, and why there is no answer."""
    stand: type[Stand] = pretend(monkeypatch)
    stand.status, stand.rounds, stand.more = "interrupted", 0, 1
    assert loaded(tmp_path, LoadWords("tornado", rates=(2_000.0,), rounds=4)) == STOPPED
    said = capsys.readouterr().out
    assert said.startswith("INVALID: no round of tornado was finished: it was interrupted.\n")
    assert "\nRound 1, interrupted after 1 step\n" in said
