"""The controls of a load run: what is wrong with it is said, and nothing else."""

from __future__ import annotations

import pytest
from loads import load_run_of, plan_of, round_of, step_of
from msgspec.structs import replace
from wsbench.facts.load_notices import load_notices, of_unfinished
from wsbench.facts.notices import Notice
from wsbench.plan.load import LoadPlan, Mode
from wsbench.plan.thresholds import read_thresholds
from wsbench.records.common import Failure, Handshake
from wsbench.records.load import LoadRun, Step
from wsbench.targets.spec import Access, Axes
from wsbench.targets.spec_parser import read_spec

FINE = step_of(0, 1_000, 1)


COMPRESSED = plan_of(server=read_spec("tornado", Axes(deflate=True))[0])


def run_of(plan: LoadPlan | None = None, machine: dict[str, object] | None = None, **one: object) -> LoadRun:
    """Return a run of two rounds; the second one, or the machine, may have something wrong."""
    rounds = [round_of([FINE]), round_of([step_of(1, 1_000, 1)], **one)]
    return load_run_of(plan or plan_of(rates=(1_000.0,)), rounds, **(machine or {}))  # type: ignore[arg-type]


def test_a_quiet_run_has_no_notice():
    """Where all is well nothing is said."""
    assert load_notices(run_of()) == ()
    assert load_notices(load_run_of(plan_of(), [])) == ()
    assert [*of_unfinished(run_of())] == []


@pytest.mark.parametrize(
    ("mode", "steps", "text"),
    [
        ("slo", 7, "round 3 was interrupted after 7 steps: not in the capacity"),
        ("rate", 1, "round 3 was interrupted after 1 step: not in the intervals"),
        ("sweep", 2, "round 3 was interrupted after 2 steps: not in the intervals"),
    ],
)
def test_a_round_that_never_ended_is_told_apart(mode: Mode, steps: int, text: str):
    """It makes nothing invalid, and those who judge hear nothing of it."""
    run = replace(run_of(plan_of(mode)), unfinished=(FINE,) * steps)
    assert [*of_unfinished(run)] == [Notice(text)]
    assert load_notices(run) == load_notices(run_of(plan_of(mode)))


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (
            run_of(steal=0.031),
            "the host took up to 3% of a round away (steal): rerun at a quieter time",
        ),
        (
            run_of(awake=False),
            "the cores were not kept awake: response times hold what waking them costs",
        ),
        (
            run_of(machine={"server_core": None}, awake=False),
            "server and client share a core here: use a machine with two or more",
        ),
        (
            run_of(plan_of(client_wait="sleep"), machine={"server_core": None}, awake=False),
            "server and client share a core here, so wire sleeps, and servers pay for waking it:"
            " use a machine with two or more",
        ),
        (
            run_of(swapped=2_000),
            "up to 2,000 pages of memory were swapped during a round: end what fills it and rerun",
        ),
        (
            run_of(machine={"governor": "powersave"}),
            "the governor is powersave: cpupower frequency-set -g performance",
        ),
        (
            load_run_of(plan_of(rates=(1_000.0,)), [round_of([step_of(0, 1_000, 1, starved=3)])]),
            "tornado: at 1,000 msg/s up to 3 of 16 connections got no reply, and are in no percentile",
        ),
        (
            run_of(machine={"busy": 0.3}),
            "other programs kept 30% of the cores busy before it began: end them and rerun",
        ),
        (
            run_of(plan_of(target="mine=ws://127.0.0.1:9/")),
            "mine: the server was already running; each round opened new connections",
        ),
        (
            run_of(handshake=Handshake("permessage-deflate; server_no_context_takeover")),
            "tornado: agreed on permessage-deflate; server_no_context_takeover",
        ),
        (
            load_run_of(plan_of(rounds=6), [round_of([FINE])], status="out of time"),
            "1 of 6 rounds fitted into the time",
        ),
    ],
)
def test_what_is_doubtful_is_said(run: LoadRun, text: str):
    """Each doubt is one notice, and does not make the run invalid."""
    (notice,) = load_notices(run)
    assert (notice.text, notice.invalid) == (text, False)


@pytest.mark.parametrize(
    "run",
    [
        run_of(plan_of(keep_awake=False), awake=False),
        run_of(steal=0.02),
        run_of(COMPRESSED, handshake=Handshake("permessage-deflate; server_max_window_bits=15")),
    ],
)
def test_what_was_asked_for_is_no_doubt(run: LoadRun):
    """Cores left to sleep on purpose, little steal and deflate that was wanted are not worth a word."""
    assert load_notices(run) == ()


LIED = {"unanswered": 3, "errors": {"wrong reply": 1, "reset": 2}, "wrong": "reply 8: byte 0 of 64"}


@pytest.mark.parametrize(
    ("slo", "told"), [([], True), (["errors=0"], True), (["errors=0.1%"], True), (["errors=0.2%"], False)]
)
def test_a_wrong_reply_makes_a_run_invalid(slo: list[str], told: bool):
    """Unless the plan bears as many messages that fail as did: here 3 of 2,000."""
    plan = plan_of(rates=(1_000.0,), thresholds=read_thresholds(slo))
    found = load_notices(load_run_of(plan, [round_of([step_of(0, 1_000, 1, **LIED)])]))
    said = "tornado at 1,000 msg/s sent a wrong reply, the first: reply 8: byte 0 of 64"
    assert [(one.text, one.invalid) for one in found] == ([(said, True)] if told else [])


def test_a_wrong_reply_of_the_ramp_is_told():
    """It is in no share of the window, so nothing bears it."""
    plan = plan_of(rates=(1_000.0,), thresholds=read_thresholds(["errors=1%"]))
    step = step_of(0, 1_000, 1, wrong="reply 2: byte 0 of 64")
    (notice,) = load_notices(load_run_of(plan, [], unfinished=[step]))
    assert notice.invalid


def test_failures_come_first():
    """A round that failed makes the run invalid, and stands before doubts."""
    failure = Failure(0, "tornado died with signal 9")
    run = load_run_of(plan_of(), [round_of([FINE], steal=0.5)], failures=[failure])
    assert [(one.text.partition(":")[0], one.invalid) for one in load_notices(run)] == [
        ("a round failed", True),
        ("the host took up to 50% of a round away (steal)", False),
    ]


def _tried(rate: float, *, holds: bool, fault: str = "") -> Step:
    return step_of(0, rate, 1, holds=holds, fault=fault)


HELD, FAILED = _tried(1_000, holds=True), _tried(1_010, holds=False)
LATE = _tried(1_010, holds=False, fault="late")


@pytest.mark.parametrize(
    ("steps", "capacity", "fault"),
    [
        ([HELD, FAILED], 1_005, ""),
        ([HELD, LATE], 1_005, "late"),
        ([LATE], None, "late"),
        ([HELD, FAILED, _tried(2_000, holds=False, fault="late")], 1_005, ""),  # 1,010 decided anyway
        ([HELD, LATE, _tried(2_000, holds=False)], 1_005, "late"),
        ([HELD, LATE, FAILED], 1_005, ""),  # of those that count one refused, none held
        ([HELD, LATE, _tried(1_010, holds=True), FAILED], 1_005, "late"),  # without it there is no majority
        ([_tried(1_000, holds=True, fault="late"), FAILED], 1_005, ""),
        ([_tried(900, holds=False, fault="late"), HELD, FAILED], 1_005, ""),  # outvoted there
        ([step_of(0, 0, 1, holds=False, fault="lost"), HELD, FAILED], 1_005, ""),
        ([HELD], 1_000, ""),
    ],
)
def test_what_turned_a_search_back(steps: list[Step], capacity: float | None, fault: str):
    """A fault spoils a capacity only where it decided the lowest rate past it, and matters to the limit."""
    run = load_run_of(
        plan_of("slo"), [round_of([HELD, FAILED], capacity=1_005), round_of(steps, capacity=capacity)]
    )
    said = f"the server need not be what ended the search in 1 of 2 rounds: {fault}"
    assert [(one.text, one.invalid) for one in load_notices(run)] == ([(said, True)] if fault else [])


def test_who_was_trusted_unseen_is_told():
    """With --insecure."""
    (spec,) = read_spec("x=wss://h/", Axes(access=Access(insecure=True)))
    found = [one.text for one in load_notices(run_of(plan_of(server=spec)))]
    assert "x: its certificate was not verified (--insecure); anybody may have answered" in found
