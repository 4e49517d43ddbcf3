"""Causes as a table."""

from wsbench.demand.workload import Workload
from wsbench.report.cause_tables import cause_tables
from wsbench.verdicts.causes import Cause, Causes


def test_a_table_for_each_pair():
    """What, where, before, after, and how much more."""
    causes = (
        Cause("system call", "sendto", 1.0, 2.0),
        Cause("C function", "eval (ceval.c)", 54_000.0, 53_000.0),
    )
    (table,) = cause_tables([Causes("old", "new", Workload(), causes)])
    assert table.title == "Why: new against old, 64 B text, 1 connection, depth 1"
    assert table.rows == (
        ("system call", "sendto", "1.00", "2.00", "+1.00"),
        ("C function", "eval (ceval.c)", "54,000", "53,000", "-1,000"),
    )
