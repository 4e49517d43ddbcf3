"""The connections that a driver holds beside those that it measures."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from wsbench.demand.workload import Workload
from wsbench.driver import background as module
from wsbench.driver.background import CellBackgrounds, counter_of, target_of
from wsbench.driver.orders import CellOrder
from wsbench.machine.launcher import Server
from wsbench.machine.orders import Settings
from wsbench.plan.placement import MANY_CONNECTIONS
from wsbench.standalone.open_files import FilesError
from wsbench.targets.spec import Access
from wsbench.targets.spec_parser import read_spec

IDLE = Workload(idle=MANY_CONNECTIONS)


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
    access = Access(headers=(("A", "b"),), subprotocols=("chat",), connect_to=("::1", 9))
    found = dataclasses.asdict(target_of(order_of(server, access=access, deflate=True, timeout=2.0)))
    assert found == {
        "host": server.host,
        "port": server.port,
        "path": server.path,
        "timeout": 2.0,
        "tls": None,
        "plain": False,
        "subprotocols": ("chat",),
        "extensions": "permessage-deflate; client_max_window_bits",
        "headers": (("A", "b"),),
        "via": ("::1", 9),
    }
    assert target_of(order_of(server, plain=True)).plain


@pytest.mark.parametrize(
    ("workload", "total"),
    [
        (Workload(connections=MANY_CONNECTIONS - 1), None),
        (Workload(connections=MANY_CONNECTIONS), MANY_CONNECTIONS),
        (IDLE, MANY_CONNECTIONS + 1),
        (Workload(slow_readers=1_000), None),
    ],
)
def test_a_census_is_taken_of_many(server: Server, workload: Workload, total: int | None):
    """Measured and idle ones count; slow readers do not, whose messages fill memory as they like."""
    counter = counter_of(order_of(server, workload=workload))
    assert (counter.total if counter else None) == total


@pytest.mark.parametrize("changes", [{"ours": False}, {"server_pid": None}])
def test_memory_that_is_not_ours_is_not_read(server: Server, changes: dict[str, Any]):
    """The process of a command may be a shell; that of a URL is unknown."""
    order = order_of(server, **changes)
    counter = counter_of(order)
    backgrounds = CellBackgrounds()
    backgrounds.expect(order)
    backgrounds.open(order, counter)
    assert counter.cost().steps == ()
    assert backgrounds.close_cell(0) is None


def test_idle_ones_are_opened_counted_tended_and_closed(server: Server):
    """What they cost is known where all were counted; afterwards the server's memory is read once more."""
    order = order_of(server)
    counter, backgrounds = counter_of(order), CellBackgrounds()
    backgrounds.expect(order)
    counter.opened()  # the one that is measured
    cost = backgrounds.open(order, counter)
    assert [connections for connections, _ in cost.steps] == [0, 1, 10, 100, 101]
    assert (cost.connections, cost.held) == (101, None)
    backgrounds.tend(0)
    assert backgrounds.close_cell(0) > 1_000_000
    assert backgrounds.connections == {}
    backgrounds.close()


def test_a_count_that_is_not_whole_is_not_told(server: Server):
    """Where somebody else opened connections uncounted, nothing is known of them."""
    order = order_of(server)
    backgrounds = CellBackgrounds()
    backgrounds.expect(order)
    assert backgrounds.open(order, counter_of(order)) is None
    backgrounds.close()


def test_a_cell_without_others_has_nothing(server: Server):
    """Nothing is opened, tended or said."""
    backgrounds = CellBackgrounds()
    order = order_of(server, workload=Workload(), tls=True, authority="a file that nobody needs")
    backgrounds.expect(order)
    assert backgrounds.open(order, counter_of(order)) is None
    backgrounds.tend(0)
    assert backgrounds.connections == {}


def test_room_is_made_for_all_cells(server: Server, monkeypatch: pytest.MonkeyPatch):
    """What is open already counts, and what is closed does not; a limit in the way is raised."""
    asked = []
    monkeypatch.setattr(module, "room_for", asked.append)
    backgrounds = CellBackgrounds()
    backgrounds.expect(order_of(server, workload=Workload(connections=5, idle=2, slow_readers=1)))
    backgrounds.expect(order_of(server, cell=1, workload=Workload()))
    backgrounds.close_cell(0)
    backgrounds.expect(order_of(server, cell=2, workload=Workload(connections=4)))
    assert asked == [8, 9, 5]
    monkeypatch.undo()
    with pytest.raises(FilesError, match="1,000,000,000,004 connections need"):
        backgrounds.expect(order_of(server, cell=2, workload=Workload(connections=10**12 + 3)))
