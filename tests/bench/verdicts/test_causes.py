"""Why counts differ, by name: tables of parts in, causes out, the nearest to the code first."""

import msgspec
import pytest
from count_runs import count_run_of
from wsbench.facts.counts import CountFacts
from wsbench.plan.count import Instrument
from wsbench.plan.margins import Comparison
from wsbench.records.count import Count
from wsbench.verdicts.causes import explain_counts

PAIR = Comparison((("base", "new"),))
Parts = dict[str, dict[str, float]]
OF: dict[str, Instrument] = {"instructions": "instructions", "calls": "calls", "allocations": "allocations"}


def explained(base: Parts, new: Parts, files: tuple[str, str] = ("", "")) -> list[tuple[str, str, float]]:
    """Return kind, name and change of every cause, given the parts of each metric of both sides."""
    run = count_run_of({"base": 1.0, "new": 1.0}, comparison=PAIR, rounds=1)
    counts = tuple(
        Count(cell, OF.get(metric, "syscalls"), {metric: sum(parts.values())}, {metric: parts})
        for cell, side in enumerate((base, new))
        for metric, parts in side.items()
    )
    specs = tuple(
        msgspec.structs.replace(spec, name="" if file else spec.name, file=file)
        for spec, file in zip(run.header.plan.servers, files, strict=True)
    )
    header = msgspec.structs.replace(run.header, plan=run.header.plan.with_servers(specs))
    rounds = (msgspec.structs.replace(run.rounds[0], counts=counts),)
    found = explain_counts(CountFacts(msgspec.structs.replace(run, header=header, rounds=rounds)))
    return [(one.kind, one.name, round(one.change, 2)) for causes in found for one in causes.causes]


SAME: Parts = {"syscalls": {"epoll_wait": 1.0, "sendto": 1.0}, "calls": {"echo (a.py:1)": 1.0}}


def test_who_does_the_same_has_no_cause():
    """Within what timers do."""
    assert explained(SAME, {**SAME, "syscalls": {"epoll_wait": 1.02, "sendto": 1.0}}) == []


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ({"syscalls": {"epoll_wait": 2.0, "sendto": 2.0}}, ("system call", "sendto", 1.0)),
        ({"syscalls": {"epoll_wait": 1.0}}, ("system call", "sendto", -1.0)),
        (
            {"calls": {"loads (json.py:9)": 1.0, "decode (json.py:5)": 1.0, "echo (a.py:1)": 1.0}},
            ("Python function", "loads (json.py:9)", 1.0),
        ),
        ({"calls": {"echo (a.py:4)": 3.0}}, ("Python function", "echo (a.py:4)", 2.0)),
        ({"allocations": {"PyBytes_New (b.c)": 2.0}}, ("allocation in", "PyBytes_New (b.c)", 2.0)),
        ({"allocated": {"": 500.0}}, None),  # the base has no such count
    ],
)
def test_what_differs_is_named(change: Parts, first: tuple[str, str, float] | None):
    """Waiting comes last among equals, and of functions the one that calls the others first."""
    assert next(iter(explained(SAME, {**SAME, **change})), None) == first


def test_bytes_are_told_where_both_were_counted():
    """A buffer that is larger has no name."""
    causes = explained({"allocated": {"": 500.0}}, {"allocated": {"": 900.0}})
    assert causes == [("bytes allocated", "", 400.0)]


def test_c_functions_that_one_side_runs_come_before_the_machinery():
    """And those that cost more last, where they are a tenth of what changed; garbage is no cause."""
    base = {"instructions": {"eval (ceval.c)": 1000.0, "send (socket.c)": 200.0, "read (io.c)": 50.0}}
    new = {
        "instructions": {
            "eval (ceval.c)": 1300.0,
            "send (socket.c)": 205.0,
            "read (io.c)": 50.0,
            "lookup (typeobject.c)": 90.0,
            "acquire (lock.c)": 60.0,
            "collect (gcmodule.c)": 400.0,
            "rarely (a.c)": 2.0,
        }
    }
    assert explained(base, new) == [
        ("C function", "acquire (lock.c)", 60.0),
        ("C function", "lookup (typeobject.c)", 90.0),
        ("C function", "eval (ceval.c)", 300.0),
    ]


def test_the_servers_own_file_may_have_another_name():
    """The same function of either file is one."""
    base, new = {"calls": {"echo (old.py:1)": 1.0}}, {"calls": {"echo (new.py:7)": 1.0}}
    assert explained(base, new, ("/somewhere/old.py", "new.py")) == []
    assert len(explained(base, new)) == 2


def test_costs_of_python_functions_are_those_with_all_that_they_call():
    """Who only calls the one that costs more is not told, and nothing that varies by itself."""
    run = count_run_of({"base": 1.0, "new": 1.0}, comparison=PAIR, rounds=1)
    counts = tuple(
        Count(
            cell,
            "python",
            {"python": 10_000.0 + more},
            {"python": {"run (a.py:1)": 9_000.0, "echo (b.py:2)": 900.0 + more, "other (c.py:3)": 100.0}},
            graph={
                "python": {
                    "run (a.py:1)": {"echo (b.py:2)": 900.0 + more, "other (c.py:3)": 100.0 + more / 100},
                }
            },
        )
        for cell, more in enumerate((0.0, 500.0))
    )
    rounds = (msgspec.structs.replace(run.rounds[0], counts=counts),)
    (found,) = explain_counts(CountFacts(msgspec.structs.replace(run, rounds=rounds)))
    assert [(one.kind, one.name, one.before, one.after) for one in found.causes] == [
        ("cost of Python function", "echo (b.py:2)", 900.0, 1400.0)
    ]
