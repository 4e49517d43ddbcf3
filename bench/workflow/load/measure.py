"""From a plan of rates to a load run, stored step by step."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from ... import hiding
from ...network.link import network_for
from ...plan.load import LoadPlan
from ...plan.storable import storable
from ...records.load import LoadHeader, LoadRun, run_of_lines
from ...records.quoted import retold
from ...runner.load import LoadRunner
from ..measure import Earlier, following, head_of, prepare, printer
from ..room import require_room
from .events import Events


def measure_load(
    plan: LoadPlan,
    *,
    label: str,
    out: Path | None,
    quiet: bool,
    earlier: Earlier[LoadRun] | None = None,
    events: Events | None = None,
) -> LoadRun:
    """Measure a server at rates, with a progress bar, and tell `events`; each step is stored as it ends.

    Of a run that is resumed the rounds are stored behind the `earlier` ones. Raises `UsageError`.
    """
    plan = ready_load(plan, quiet=quiet)
    events = events or Events()
    with network_for(plan.network, plan.seed) as network, _elsewhere(plan) as there:
        header = (
            earlier.run.header if earlier else LoadHeader(*head_of(label, network.check), plan=storable(plan))
        )
        lines = [*earlier.run.lines] if earlier else []
        with following(plan, header, lines, out, quiet=quiet, earlier=earlier) as (shown, save):
            live = events.are_watched(quiet=quiet)
            runner = LoadRunner(plan, events.after(shown), save, network=network, live=live, **there)
            if earlier:
                runner.go_on(earlier.run.rounds, earlier.vet)
            closing = runner.run()
    return run_of_lines(header, lines, retold(closing, hiding.told))


def ready_load(plan: LoadPlan, *, quiet: bool) -> LoadPlan:
    """Return a load plan as it is run here. Raises `UsageError` where this machine has no room for it."""
    if not plan.scheduler:
        plan = require_room(plan, printer(quiet=quiet))
    return prepare(plan, quiet=quiet)


def _elsewhere(plan: LoadPlan) -> AbstractContextManager[dict[str, Any]]:
    """Return what the runner is told of who runs its agents, and starts its server, if not we."""
    if not plan.scheduler:
        return nullcontext({})
    from ...cluster.elsewhere import elsewhere  # what it imports changes how exceptions are pickled here

    return elsewhere(plan)
