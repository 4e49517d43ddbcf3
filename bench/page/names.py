"""The names of the charts, which can be asked before anything heavy is imported."""

from __future__ import annotations

CHARTS = {
    "verdicts": "what changed, against its margin",
    "causes": "what the change in counted work is made of",
    "history": "stored runs over time, and where their level changed",
    "load": "latency against rate",
    "answered": "messages answered against messages sent",
    "course": "messages and response times second by second",
    "work": "counted work per message",
    "parts": "what counted work is made of",
    "runs": "several runs beside each other",
    "versions": "over versions of a library",
    "sweep": "over payload, connections and the like, where there are several",
    "p50": "median round trip with its interval",
    "distribution": "round trips up to the highest percentile that can be told",
    "throughput": "throughput against the server's CPU time per message",
    "rounds": "every round, so that drift is seen",
}
"""The families of charts in the order of a page. What is drawn where nobody names one is the first of them
that a result has data for."""
