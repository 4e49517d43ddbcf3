"""A load run and its lines: which steps are of a round that never ended."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from loads import load_run_of, plan_of, round_of, saved_lines, step_of
from wsbench.records.load import LoadRun, LoadStep, Step, run_of_lines


def run_with(finished: list[int], unfinished: int) -> LoadRun:
    """Return a run whose rounds have so many steps; the last one never ended."""
    rounds = [round_of(_steps(number, count)) for number, count in enumerate(finished)]
    more = _steps(len(finished), unfinished)
    return load_run_of(plan_of("slo"), rounds, status=None, unfinished=more)


def _steps(number: int, count: int) -> list[Step]:
    return [step_of(number, 100.0 + step, 1, holds=True) for step in range(count)]


@given(st.lists(st.integers(1, 4), max_size=4), st.integers(0, 4))
def test_a_run_comes_of_its_lines(finished: list[int], unfinished: int):
    """Of all that were saved, and of the fewest that say the same: no step is in both places."""
    run = run_with(finished, unfinished)
    assert run_of_lines(run.header, saved_lines(run), None) == run
    assert run_of_lines(run.header, run.lines, None) == run


@given(st.lists(st.integers(1, 4), max_size=2), st.integers(1, 4), st.integers(1, 4))
def test_a_round_that_is_begun_anew_has_its_new_steps_alone(finished: list[int], then: int, now: int):
    """As when a run goes on from its file: what its first try left counts until the next has a step."""
    before, after = run_with(finished, then), run_with(finished, now)
    anew = [line for line in saved_lines(after)[-now:] if isinstance(line, LoadStep)]
    assert run_of_lines(before.header, [*saved_lines(before), *anew], None) == after
