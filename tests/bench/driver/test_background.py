"""The connections that a driver holds beside those that it measures."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from wsbench.driver import background as module
from wsbench.driver.background import Company, census_of, target_of
from wsbench.driver.orders import CellOrder
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.plan.placement import CROWD
from wsbench.plan.workload import Workload
from wsbench.records.run import Crowd
from wsbench.standalone.open_files import FilesError
from wsbench.targets.spec import Access
from wsbench.targets.spec_parser import read_spec

IDLE = Workload(idle=CROWD)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run the yardstick for all tests here."""
    with Server(read_spec("stdlib")[0], Settings()) as one:
        yield one


def order_of(server: Server, **changes: Any) -> CellOrder:
    """Return the order of a cell with idle connections."""
    order = CellOrder(0, server.host, server.port, server.path, IDLE, 1, server_pid=server.pid)
    return msgspec.structs.replace(order, **changes)


def test_the_target_is_that_of_the_cell(server: Server):
    """Whatever the measured connections ask for, the others ask for it, too."""
    access = Access(headers=(("A", "b"),), subprotocols=("chat",))
    found = dataclasses.asdict(target_of(order_of(server, access=access, deflate=True, timeout=2.0), None))
    assert found == {
        "host": server.host,
        "port": server.port,
        "path": server.path,
        "timeout": 2.0,
        "tls": None,
        "plain": False,
        "subprotocols": ("chat",),
        "extensions": "permessage-deflate",
        "headers": (("A", "b"),),
    }
    assert target_of(order_of(server, plain=True), None).plain


@pytest.mark.parametrize(
    ("workload", "total"),
    [
        (Workload(connections=CROWD - 1), None),
        (Workload(connections=CROWD), CROWD),
        (IDLE, CROWD + 1),
        (Workload(slow_readers=1_000), None),
    ],
)
def test_a_census_is_taken_of_many(server: Server, workload: Workload, total: int | None):
    """Measured and idle ones count; slow readers do not, whose messages fill memory as they like."""
    census = census_of(order_of(server, workload=workload))
    assert (census.total if census else None) == total


@pytest.mark.parametrize("changes", [{"ours": False}, {"server_pid": None}])
def test_memory_that_is_not_ours_is_not_read(server: Server, changes: dict[str, Any]):
    """The process of a command may be a shell; that of a URL is unknown."""
    order = order_of(server, **changes)
    census = census_of(order)
    company = Company()
    company.expect(order)
    company.open(order, None, census)
    assert census.crowd().steps == ()
    assert company.part(0) == {"held": None}


def test_idle_ones_are_opened_counted_tended_and_closed(server: Server):
    """The crowd is told where all were counted; afterwards the server's memory is known once more."""
    order = order_of(server)
    census, company = census_of(order), Company()
    company.expect(order)
    census.opened()  # the one that is measured
    crowd = msgspec.convert(company.open(order, None, census)["crowd"], Crowd)
    assert [connections for connections, _ in crowd.steps] == [0, 1, 10, 100, 101]
    assert (crowd.connections, crowd.held) == (101, None)
    company.tend(0)
    assert company.part(0)["held"] > 1_000_000
    assert company.others == {}
    company.close()


def test_a_count_that_is_not_whole_is_not_told(server: Server):
    """Where somebody else opened connections uncounted, nothing is known of them."""
    order = order_of(server)
    company = Company()
    company.expect(order)
    assert company.open(order, None, census_of(order)) == {}
    company.close()


def test_a_cell_without_others_has_nothing(server: Server):
    """Nothing is opened, tended or said."""
    company, order = Company(), order_of(server, workload=Workload())
    company.expect(order)
    assert company.open(order, None, census_of(order)) == {}
    company.tend(0)
    assert company.others == {}


def test_room_is_made_for_all_cells(server: Server, monkeypatch: pytest.MonkeyPatch):
    """What is open already counts, and what is closed does not; a limit in the way is raised."""
    asked = []
    monkeypatch.setattr(module, "room_for", asked.append)
    company = Company()
    company.expect(order_of(server, workload=Workload(connections=5, idle=2, slow_readers=1)))
    company.expect(order_of(server, cell=1, workload=Workload()))
    company.part(0)
    company.expect(order_of(server, cell=2, workload=Workload(connections=4)))
    assert asked == [8, 9, 5]
    monkeypatch.undo()
    with pytest.raises(FilesError, match="1,000,000,000,004 connections need"):
        company.expect(order_of(server, cell=2, workload=Workload(connections=10**12 + 3)))
