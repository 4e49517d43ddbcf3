"""One fault of each kind, with a patience of 0.3 s; `make faults` has all of them, at every stage."""

import sys

import pytest
import rows_around
import rows_servers
from fault import GOOD, Fault
from injecting import has_mounts, inject
from judging import is_unlucky, problems

ROWS = [*rows_servers.ROWS, *rows_around.ROWS]
TRIES = 3
LONG = {"build", "together"}
"""Kinds that take too long for the suite."""

pytestmark = [
    pytest.mark.quiet,
    pytest.mark.skipif(sys.platform != "linux", reason="what is left is looked up in /proc"),
]


@pytest.mark.parametrize("fault", [one for one in ROWS if one.quick], ids=lambda one: one.id)
def test_it_ends_as_it_has_to(fault: Fault):
    """Exit code, the sentence, who is blamed, whose numbers are kept, and that nothing is left."""
    if fault.mount and not has_mounts():
        pytest.skip("a file system of its own takes root")
    measured = tuple("stdlib" if one == GOOD else one for one in fault.measured)
    fault = fault._replace(alone=True, measured=measured)  # yardstick and floor are in every run
    for _ in range(TRIES):  # other programs may hold up somebody innocent for 0.3 s
        outcome = inject(fault)
        if not is_unlucky(outcome):
            break
    assert problems(fault, outcome) == [], outcome


def test_every_kind_of_fault_is_among_them():
    """Each has its row in the suite."""
    kinds = {one.kind for one in ROWS if one.quick}
    assert kinds == {one.kind for one in ROWS} - LONG


def test_rows_have_names_of_their_own():
    """No row is shown twice."""
    names = [one.id for one in ROWS]
    assert sorted(names) == sorted(set(names))
