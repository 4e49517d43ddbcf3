"""The course of steps, second by second."""

from __future__ import annotations

from drawn import checked, rows_of
from loads import load_run_of, plan_of, round_of, step_of
from wsbench.analysis.load import analyse_load
from wsbench.page.charts.course import draw
from wsbench.page.charts.drawing import Cast
from wsbench.page.charts.load import Named
from wsbench.records.load import LoadRun, Second

CAST = Cast(("tornado",))
COURSE = (Second(0, 50, 48, 0, 45_000, 90_000, 100.0), Second(1, 100, 101, 2, 46_000, 95_000, 100.0))


def run_of(*courses: tuple[Second, ...]) -> LoadRun:
    """Return a round at one rate for each course."""
    rounds = [round_of([step_of(number, 100, 1, seconds=one)]) for number, one in enumerate(courses)]
    return load_run_of(plan_of(rates=(100.0,)), rounds)


def named(run: LoadRun) -> list[Named]:
    """Return a run under its server's name."""
    return [Named("tornado", run, analyse_load(run))]


def test_each_second_of_each_step_is_drawn() -> None:
    """Messages due and answered, and response times in µs; a line for each round."""
    messages, times = checked(draw(named(run_of(COURSE, COURSE)), CAST))
    assert (messages.family, times.family) == ("course", "course")
    found = [(row["round"], row["second"], row["metric"], row["value"]) for row in rows_of(messages)]
    assert found[:4] == [
        (1, 0, "due", 50),
        (1, 0, "answered", 48),
        (1, 1, "due", 100),
        (1, 1, "answered", 101),
    ]
    assert len({row["step"] for row in rows_of(messages)}) == 2
    assert [row["value"] for row in rows_of(times)][:4] == [45, 90, 46, 95]
    assert "tornado at 100 msg/s response p99 90.0 to 95.0" in times.words


def test_a_second_in_which_nothing_was_due_has_no_times() -> None:
    """It is a gap; what was answered in it is there all the same."""
    messages, times = checked(draw(named(run_of((*COURSE, Second(2, 0, 3, 0)))), CAST))
    assert (len(rows_of(messages)), len(rows_of(times))) == (6, 4)


def test_without_a_course_there_is_no_chart() -> None:
    """Files of older versions, and steps of a second."""
    assert list(draw(named(run_of((), COURSE[:1])), CAST)) == []
