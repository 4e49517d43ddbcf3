"""Bench: how often is `compare` right? Unchanged code, and a handler slowed by a known share of its p50.

    python tests/perf/power.py unchanged [RUNS]     # compare tornado tornado, as it comes
    python tests/perf/power.py slowed [RUNS]        # +5 % against a margin of 2 %, +3 % against 1 %
    python tests/perf/power.py table FILE...        # the table of docs/method.md from what they stored

Every run is a line of JSON in power-<kind>.jsonl, appended as it ends. The delay is a busy wait in Tornado's
handler, calibrated in the same run: a pilot of two rounds finds the p50, the server's process subtracts what
waiting costs by itself.
"""

from __future__ import annotations

import collections
import json
import secrets
import statistics
import sys
import time
from pathlib import Path

import msgspec
from wsbench.commands.selftest import pilot_p50
from wsbench.plan.margins import Gates
from wsbench.plan.run import Plan, looks_of
from wsbench.planning.profiles import GATE
from wsbench.planning.run import make_comparison, plan_of_pairs
from wsbench.planning.workloads import Words
from wsbench.targets.spec_parser import read_specs
from wsbench.verdicts.judgement import Judgement, judge
from wsbench.workflow.measure import measure

SLOWED = {"slowed-5": (0.05, 0.02), "slowed-3": (0.03, 0.01)}
"""Label: what is injected, and the margin it is held against; both shares."""


WORDS = ("REGRESSED", "IMPROVED", "NO REGRESSION", "INCONCLUSIVE")


def unchanged() -> Plan:
    """Return what `wsbench compare tornado tornado` measures."""
    return make_comparison(Words(servers=("tornado", "tornado")), Gates(), secrets.randbits(32))


def slowed() -> Plan:
    """Return Tornado against two copies of itself that are slower by a known share."""
    (base,) = read_specs(["tornado"])
    p50 = pilot_p50(base, secrets.randbits(32))
    copies = [
        msgspec.structs.replace(base, label=label, busy_ns=round(p50 * share))
        for label, (share, _) in SLOWED.items()
    ]
    margins = {
        f"{label} *": dict.fromkeys(("rtt_p50", "throughput", "server_cpu"), margin)
        for label, (_, margin) in SLOWED.items()
    }
    return plan_of_pairs(
        Words(), [(base, copy) for copy in copies], Gates(cells=margins), secrets.randbits(32)
    )


PLANS = {"unchanged": unchanged, "slowed": slowed}


def record(judgement: Judgement, rounds: int, seconds: float) -> dict[str, object]:
    """Return what is kept of one run."""
    lines = [
        {
            "candidate": one.candidate,
            "metric": f"{one.metric} {one.workload.connections}",
            **{name: getattr(one, name) for name in ("change", "low", "high", "margin", "verdict")},
        }
        for one in judgement.gated
    ]
    return {"word": judgement.word, "rounds": rounds, "seconds": round(seconds, 1), "lines": lines}


def repeat(kind: str, runs: int) -> Path:
    """Measure so many comparisons, storing each as it ends."""
    path = Path(f"power-{kind}.jsonl")
    for number in range(runs):
        begun = time.monotonic()
        run = measure(PLANS[kind](), label="power", out=None, quiet=True)
        judgement = judge(run)
        assert judgement
        found = record(judgement, len(run.rounds), time.monotonic() - begun)
        with path.open("a") as file:
            file.write(json.dumps(found) + "\n")
        print(f"{number + 1} of {runs}: {judgement.word} after {found['seconds']} s", flush=True)
    return path


def table(paths: list[Path]) -> None:
    """Print how often each word was found: for whole runs, and for each line."""
    for path in paths:
        runs = [json.loads(line) for line in path.read_text().splitlines()]
        words = collections.Counter(run["word"] for run in runs)
        seconds = [run["seconds"] for run in runs]
        first = sum(run["rounds"] == looks_of(GATE.rounds)[0] for run in runs)
        took = f"{statistics.median(seconds):.0f} s, at most {max(seconds):.0f} s"
        print(f"\n{path.stem}: {len(runs)} runs of {took}")
        print(f"whole runs: {dict(words)}; {first} decided at the first look\n")
        print("| candidate | line | margin", *WORDS, "change, sd |", sep=" | ")
        print("| --- | --- | ---: |", *["---: |"] * 5)
        grouped: dict[tuple[str, str, float], list[dict[str, str]]] = {}
        for run in runs:
            for line in run["lines"]:
                grouped.setdefault((line["candidate"], line["metric"], line["margin"]), []).append(line)
        for (candidate, metric, margin), lines in grouped.items():
            count = collections.Counter(line["verdict"] for line in lines)
            changes = [float(line["change"]) for line in lines]
            spread = f"{statistics.fmean(changes):+.2%}, {statistics.pstdev(changes):.2%}"
            cells = [candidate, metric, f"{margin:.0%}", *(str(count[word]) for word in WORDS), spread]
            print(f"| {' | '.join(cells)} |")


def main() -> None:
    """Read the words and go."""
    kind, *rest = sys.argv[1:] or ["unchanged"]
    table([Path(one) for one in rest] if kind == "table" else [repeat(kind, int(rest[0]) if rest else 20)])


if __name__ == "__main__":
    main()
