"""The verbs as functions; what is public of them stands in `wsbench.api`."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from msgspec.structs import replace

from ..cli.server_options import split_at_commas
from ..commands.compare import chosen_bys, files_of, gates_by, plans_of, read_compared
from ..commands.report import read_shown
from ..errors import UsageError
from ..planning.count import make_count_plan
from ..planning.run import make_plan
from ..storage.naming import found
from ..workflow.count import decide_by, measure_counts
from ..workflow.measure import measure
from ..workflow.shown import shown_of, shown_with
from ..workflow.values import seed_or_random
from .arguments import typed
from .calls import folder_of, quietly, require_whole
from .options import Margins, Options, Some, margin_words, several, words_of
from .result import Result, result_of


@typed
def run(
    servers: Some[str] | None = None,
    *,
    profile: str = "default",
    seed: int | None = None,
    label: str = "run",
    out: str | Path | None = None,
    **options: Unpack[Options],
) -> Result:
    """Measure servers side by side, as `wsbench run` does; without any, those of the profile.

    An empty list is refused: whoever made one did not mean those. The result file goes into the
    folder `out`; nothing is stored without one. Raises `UsageError`.
    """
    named = _named(servers)
    with quietly(named) as told:
        words = replace(words_of(named, options), profile=profile)
        one = measure(make_plan(words, seed_or_random(seed)), label=label, out=folder_of(out), quiet=True)
        require_whole(one.interrupted)
        return result_of(shown_of(one, typed=()), tuple(told))


@typed
def compare(  # noqa: PLR0913  # what the command line says
    base: str | Path,
    *candidates: str | Path,
    margin: Margins | None = None,
    by: Some[str] = "time",
    null: bool = False,
    strict: bool = False,
    seed: int | None = None,
    out: str | Path | None = None,
    **options: Unpack[Options],
) -> Result:
    """Measure servers side by side and judge each candidate against the base, as `wsbench compare` does.

    Result files are compared where they are named instead of servers, and several clients where there is one
    server. `by` is "time", "count" or both. Margins are in percent. Raises `UsageError`.
    """
    named = tuple(map(str, (base, *candidates)))
    with quietly(named) as told:
        words, bys = words_of(named, options), chosen_bys(split_at_commas([*several(by)]))
        files, gates = files_of(words, null=null), gates_by(bys, margin_words(margin))
        if files:
            judgement, runs = read_compared(files, gates)
            return result_of(shown_with(judgement, runs, typed=()), tuple(told), strict=strict)
        plan, counting = plans_of(words, gates, by=bys, seed=seed, null=null)
        decided = decide_by(bys, plan, counting, "compare", out=folder_of(out), quiet=True)
        require_whole(decided.interrupted)
        shown = shown_with(decided.judgement, decided.runs, typed=())
        return result_of(shown, tuple(told), strict=strict)


@typed
def count(
    servers: Some[str] | None = None,
    *,
    instrument: Some[str] = (),
    seed: int | None = None,
    label: str = "count",
    out: str | Path | None = None,
    **options: Unpack[Options],
) -> Result:
    """Count the work of servers per message, as `wsbench count` does. Raises `UsageError`."""
    named = _named(servers)
    with quietly(named) as told:
        plan = make_count_plan(words_of(named, options), split_at_commas([*several(instrument)]), seed)
        one = measure_counts(plan, label=label, out=folder_of(out), quiet=True)
        require_whole(one.interrupted)
        return result_of(shown_of(one, typed=()), tuple(told))


@typed
def read(*paths: str | Path) -> Result:
    """Read stored runs: of a folder its newest; several are put side by side. Raises `UsageError`."""
    if not paths:
        raise UsageError("read() needs a result file, or a folder of them")
    with quietly() as told:
        shown = read_shown(found(map(Path, paths)), typed=())
        return result_of(shown, tuple(told))


def _named(servers: Some[str] | None) -> tuple[str, ...]:
    """Return the servers that are named, () for the usual ones. Raises `UsageError` for an empty list."""
    if servers is None:
        return ()
    if not (named := several(servers)):
        raise UsageError(f"servers: {servers!r} names nobody; leave it out for those that are usual")
    return named
