"""From the words of `wsbench load` to a plan."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ..demand.messages import longest, require_answerable, sent_of
from ..demand.workload import Workload
from ..errors import UsageError
from ..plan.load import LoadPlan, Mode
from ..plan.stages import require_judgeable_stages
from ..plan.thresholds import Threshold, limits_of, read_thresholds, require_judgeable, require_searchable
from ..targets.catalogue import FLOOR
from ..targets.contract import LIMIT
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_spec
from .elsewhere import placed, require_reachable
from .load_words import LoadWords as LoadWords  # noqa: PLC0414  # the words of a plan are had here
from .stages import MOST_MESSAGES, most_connections, require_room, rounds_for, stages_of
from .workloads import MOST_IN_FLIGHT, is_one_way, require_started, require_yours

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""The rates of a sweep, as shares of what the server does at most."""

DURATIONS_S: dict[Mode, float] = {"rate": 2.0, "sweep": 1.0, "slo": 1.0}
"""How long a step lasts unless said otherwise, in s."""


def make_load_plan(words: LoadWords, seed: int) -> LoadPlan:
    """Return the plan. Raises `UsageError`."""
    mode, stages = _mode(words), stages_of(words)
    duration_s = sum(one.duration_s for one in stages) or words.duration_s
    duration_s = DURATIONS_S[mode] if duration_s is None else duration_s
    _require_numbers(words, mode, duration_s)
    require_room(stages, words)
    require_answerable(words.messages, words.axes.access.reply)
    if words.messages and words.size != LoadWords(words.target).size:
        raise UsageError("--message says what is sent: leave out --size")
    thresholds = read_thresholds(words.slo)
    _require_thresholds(thresholds, mode, words.rates, duration_s)
    require_judgeable_stages(thresholds, stages)
    return LoadPlan(
        server=_server(words),
        workload=_workload(words, most_connections(stages, words.connections)),
        mode=mode,
        rounds=rounds_for(words.rates, duration_s, staged=bool(stages))
        if words.rounds is None
        else words.rounds,
        seed=seed,
        rates={"rate": tuple(dict.fromkeys(words.rates)), "sweep": SHARES, "slo": (), "stages": ()}[mode],
        limit=limits_of(thresholds)[0] if mode == "slo" else None,
        arrivals="poisson" if words.poisson else "uniform",
        duration_s=duration_s,
        ramp_s=words.before_s,
        agents=words.agents,
        burst=words.burst,
        equal=not words.as_shipped,
        client_wait=words.client_wait,
        timeout_s=words.timeout_s,
        start_timeout_s=words.start_timeout_s,
        thresholds=thresholds,
        stages=stages,
        network=words.network,
        **placed(words.scheduler, words.server_on, keep_awake=words.keep_awake),
    )


def make_plans_in_turns(many: Iterable[LoadWords], seed: int) -> list[LoadPlan]:
    """Return a plan for each of several servers that take turns.

    Raises `UsageError`, also where two share a label.
    """
    plans = [make_load_plan(words, seed) for words in many]
    labels = [plan.server.label for plan in plans]
    if twice := next((one for one in labels if labels.count(one) > 1), ""):
        raise UsageError(f"{twice} is named twice: give one of them a label, as other={twice}")
    return plans


def _workload(words: LoadWords, connections: int) -> Workload:
    return Workload(
        longest(words.messages) if words.messages else words.size,
        words.text,
        connections,
        think_us=0,
        one_way=_one_way(words),
        **sent_of(words.messages, words.typed, text=words.text),
    )


def _one_way(words: LoadWords) -> bool:
    """Whether nothing is answered. Raises `UsageError` for what needs answers."""
    one_way = is_one_way(words.axes.access)
    if one_way and words.stages:
        raise UsageError("--stage: with --reply none a rate is held from begin to end: give --rate instead")
    if one_way and words.slo:
        raise UsageError("--slo: with --reply none there are no response times that a limit could be of")
    return one_way


def _require_thresholds(
    thresholds: Sequence[Threshold], mode: Mode, rates: Sequence[float], duration_s: float
) -> None:
    """Raise `UsageError` for the first threshold that steps like these can't be held to."""
    for one in thresholds:
        if one.is_time and one.value > duration_s * 1e9:
            least = math.ceil(one.value / 1e9)
            raise UsageError(f"--slo {one}: longer than a step; give --duration {least} or more")
    if mode == "slo":
        require_searchable(thresholds)
    elif thresholds and mode != "stages":
        require_judgeable(thresholds, rates, duration_s)


def _mode(words: LoadWords) -> Mode:
    if words.stages:
        return "stages"
    said: dict[Mode, bool] = {"rate": bool(words.rates), "sweep": words.sweep, "slo": bool(words.slo)}
    named = [mode for mode, asked in said.items() if asked]
    if named == ["rate", "slo"]:
        return "rate"  # the rates are held, and judged
    if len(named) > 1:
        raise UsageError(f"{' and '.join(f'--{one}' for one in named)} exclude each other: choose one")
    return named[0] if named else "sweep"


def _server(words: LoadWords) -> ServerSpec:
    specs = read_spec(words.target, words.axes)
    if len(specs) > 1:
        raise UsageError("one server is loaded at a time: name one event loop and one interpreter")
    require_yours(specs, words.axes.access)
    require_started(specs, words.network)
    if specs[0].is_floor:
        raise UsageError(f"{FLOOR} speaks no WebSocket, so there is nothing to load: choose another server")
    require_reachable(specs[0], words.scheduler, words.server_on, network=words.network is not None)
    return specs[0]


def _require_numbers(words: LoadWords, mode: Mode, duration_s: float) -> None:
    """Raise `UsageError` for the first number that makes no sense."""
    for option, value, least in (
        ("--connections", words.connections, 1),
        ("--size", words.size, 0),
        ("--agents", words.agents, 1),
        ("--burst", words.burst, 0),
        ("--rounds", 1 if words.rounds is None else words.rounds, 1),
        ("--ramp", words.before_s, 0),
    ):
        if not least <= value < math.inf:
            raise UsageError(f"{option} {value}: at least {least}")
    for option, number in (("--duration", duration_s), *(("--rate", rate) for rate in words.rates)):
        if not 0 < number < math.inf:
            raise UsageError(f"{option} {number:g}: more than 0")
    if words.size > LIMIT:
        raise UsageError(f"--size {words.size}: at most {LIMIT}, which every server must echo")
    if words.size * words.connections > MOST_IN_FLIGHT:
        raise UsageError(
            f"--size {words.size}: over {MOST_IN_FLIGHT:,} B in flight; give fewer --connections"
        )
    if words.agents > words.connections:
        raise UsageError(f"--agents {words.agents}: each needs a connection; give more --connections")
    if words.burst and mode != "rate":
        raise UsageError("--burst goes with --rate: bursts have no part in a search for one")
    for rate in words.rates:
        _require_messages(rate, duration_s, words)


def _require_messages(rate: float, duration_s: float, words: LoadWords) -> None:
    """Raise `UsageError` unless a step holds some messages, and no more than fit into memory."""
    if rate * duration_s < 1:
        raise UsageError(f"--rate {rate:g}: no message in {duration_s:g} s; give a longer --duration")
    if (rate + words.burst) * (duration_s + words.before_s) > MOST_MESSAGES:
        raise UsageError(f"--rate {rate:g}: a step holds at most {MOST_MESSAGES:,} messages; make it shorter")
