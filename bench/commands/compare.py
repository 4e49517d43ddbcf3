"""`compare`, and what `check` shares with it: measure to decide, and say it wherever it is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import UsageError
from ..plan.build_clients import make_client_comparison
from ..plan.build_run import make_comparison
from ..plan.margins import Gates
from ..plan.workloads import Words
from ..records.load import LoadRun
from ..records.run import Run
from ..storage.naming import found, names_results, short_name
from ..storage.settings import read_gates
from ..verdicts.baseline import Names, judge_stored
from ..verdicts.judgement import Judgement
from .load import compare_loads
from .publish import Wishes, measure_and_judge, prepare, publish, read_either


def compare_and_report(words: Words, wishes: Wishes, *, seed: int, null: bool) -> int:
    """Compare the first server with each other one, or the first client of one, or the first file.

    Return the exit code. Raises `UsageError`.
    """
    gates = read_gates(wishes.margins)
    files = [Path(word) for word in words.servers if names_results(word)]
    if files and len(files) != len(words.servers):
        raise UsageError("compare servers with servers, or result files with result files")
    if files and words != Words(servers=words.servers):
        raise UsageError(
            "result files say themselves what was measured: leave --client, --size and the like out"
        )
    if files:
        return _compare_files(found(files), gates, wishes)
    prepare(wishes)
    plan = make_client_comparison(words, gates, seed, null=null) or make_comparison(
        words, gates, seed, null=null
    )
    return measure_and_judge(plan, "compare", wishes)


def _compare_files(files: Sequence[Path], gates: Gates, wishes: Wishes) -> int:
    if len(files) < 2:
        raise UsageError("a comparison of files needs two: wsbench compare old.jsonl new.jsonl")
    runs = [read_either(path) for path in files]
    prepare(wishes, files)
    names = [Names(short_name(files[0]), short_name(file)) for file in files[1:]]
    loads = [run for run in runs if isinstance(run, LoadRun)]
    if len(loads) == len(runs):
        return compare_loads(loads, names, gates, wishes)
    if loads:
        raise UsageError("compare load runs with load runs: some of these files are of servers side by side")
    base, *others = [run for run in runs if isinstance(run, Run)]
    judged = [judge_stored(base, [], one, gates, name) for one, name in zip(others, names, strict=True)]
    whole = Judgement(
        verdicts=tuple(verdict for one in judged for verdict in one.verdicts),
        rule="; ".join(dict.fromkeys(one.rule for one in judged)),
        notices=tuple(dict.fromkeys(notice for one in judged for notice in one.notices)),
        unmatched=tuple(dict.fromkeys(cell for one in judged for cell in one.unmatched)),
    )
    return publish(whole, others[-1], wishes)
