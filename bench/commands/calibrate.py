"""`calibrate`: how noisy this machine is, and which margins it can hold."""

from __future__ import annotations

from pathlib import Path

import msgspec

from .. import output
from ..errors import UsageError
from ..exits import FINE, INVALID, STOPPED
from ..plan.margins import Gates
from ..planning.run import make_comparison
from ..planning.workloads import Words
from ..report.calibration import profile_lines
from ..stats.estimate import MIN_ROUNDS
from ..storage.machine_profile import require_room, save_profile
from ..storage.results import StoreError
from ..verdicts.calibration import profile_of
from ..workflow.measure import measure


def calibrate_and_report(server: str, *, rounds: int, seed: int, out: Path, quiet: bool) -> int:
    """Measure a server against its copy, keep the machine's profile, print it. Raises `UsageError`."""
    if rounds < MIN_ROUNDS:
        raise UsageError(f"--rounds {rounds}: a calibration needs at least {MIN_ROUNDS}")
    require_room()
    plan = make_comparison(Words(servers=(server, server), rounds=rounds), Gates(), seed)
    assert plan.comparison
    plan = msgspec.structs.replace(plan, comparison=msgspec.structs.replace(plan.comparison, looks=(rounds,)))
    run = measure(plan, label="calibrate", out=out, quiet=quiet)
    if run.interrupted:
        return STOPPED
    profile = profile_of(run)
    output.say("\n".join(profile_lines(profile)))
    if not profile.calibration.lines or any(notice.invalid for notice in profile.calibration.notices):
        output.tell("wsbench: INVALID, so it is not kept")
        return INVALID
    try:
        output.tell(f"kept as {save_profile(profile)}")
    except StoreError as problem:
        output.lose(str(problem))
    return FINE
