"""Judgements made by hand for the tests of what shows them: no run, no statistics, known numbers."""

from __future__ import annotations

from wsbench.demand.workload import Workload
from wsbench.facts.notices import Notice
from wsbench.stats.decision import Word
from wsbench.stats.estimate import Estimate
from wsbench.verdicts.judgement import Judgement, Unmatched
from wsbench.verdicts.verdict import Verdict

CELL = "new by wire, 64 B text, 1 connection, depth 1"


def verdict(word: Word | None, metric: str = "rtt_p50", **changes: object) -> Verdict:
    """Return a verdict on 60.0 µs that became 72.0 µs."""
    fields: dict[str, object] = {
        "cell": CELL,
        "metric": metric,
        "base": "old",
        "candidate": "new",
        "client": "wire",
        "workload": Workload(),
        "margin": 0.05 if word else 0.0,
        "change": 0.2,
        "low": 0.19,
        "high": 0.21,
        "verdict": word,
        "before": Estimate(60_000, 59_000, 61_000, 12),
        "after": Estimate(72_000, 71_000, 73_000, 12),
    }
    return Verdict(**{**fields, **changes})  # type: ignore[arg-type]


def judgement(
    *verdicts: Verdict,
    notices: tuple[Notice, ...] = (),
    rule: str = "the rule",
    unmatched: tuple[Unmatched, ...] = (),
) -> Judgement:
    """Return a judgement of these verdicts."""
    return Judgement(verdicts, rule, notices, unmatched)


ONE_OF_EACH = judgement(
    verdict("NO REGRESSION", "server_cpu"),
    verdict("IMPROVED", "rtt_p90"),
    verdict("INCONCLUSIVE", "rtt_p99", needed_rounds=40),
    verdict("REGRESSED"),
    verdict("INVALID", "rtt_p99.9", reason="a server died"),
    verdict("NOT JUDGED", "rtt_max", reason="it died", change=None, lost=True),
    verdict("NOT JUDGED", "rtt_mean", reason="the client was the limit with new", change=None),
    verdict(None, "throughput"),
    unmatched=(Unmatched("gone by wire", "lost"),),
    notices=(Notice("a control failed", invalid=True), Notice("the governor is powersave")),
)
"""A judgement with a line of every verdict, a line that is not gated, a cell on one side, and notices."""
