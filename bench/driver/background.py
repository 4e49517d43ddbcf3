"""The connections of a driver's cells that are open but not measured, and what connections cost a server."""

from __future__ import annotations

from ..plan.placement import MANY_CONNECTIONS
from ..records.run import ConnectionCost
from ..standalone.open_files import room_for
from ..websocket.permessage_deflate import OFFER
from ..websocket.target import Target
from ..wire.connection_counter import ConnectionCounter
from .background_connections import BackgroundConnections
from .memory import resident_of, settled_bytes
from .orders import CellOrder, context_of


def target_of(order: CellOrder) -> Target:
    """Return where the background connections of a cell go, and how."""
    return Target(
        order.host,
        order.port,
        order.path,
        order.timeout,
        tls=context_of(order),
        plain=order.plain,
        subprotocols=order.access.subprotocols,
        extensions=OFFER if order.deflate else "",
        headers=order.access.headers,
        via=order.access.connect_to,
    )


def server_of(order: CellOrder) -> int | None:
    """Return the process id of a cell's server, None where its memory says nothing about connections."""
    return order.server_pid if order.ours else None


def counter_of(order: CellOrder) -> ConnectionCounter | None:
    """Return a counter for the connections of a cell, None where they are few."""
    pid, total = server_of(order), order.workload.connections + order.workload.idle
    if total < MANY_CONNECTIONS:
        return None
    return ConnectionCounter(total, lambda: resident_of(pid) if pid else None)


class CellBackgrounds:
    """The background connections of all cells of a driver, by the number of the cell."""

    def __init__(self) -> None:
        self.orders: dict[int, CellOrder] = {}
        self.connections: dict[int, BackgroundConnections] = {}

    def expect(self, order: CellOrder) -> None:
        """Raise the limit of open files as far as one more cell needs. Raises `FilesError`."""
        self.orders[order.cell] = order
        room_for(sum(one.workload.connections + one.workload.others for one in self.orders.values()))

    def open(self, order: CellOrder, counter: ConnectionCounter | None) -> ConnectionCost | None:
        """Connect those of a cell whose session is open.

        Returns what all its connections cost, None where the counter has not seen all of them.
        """
        if order.workload.others:
            self.connections[order.cell] = BackgroundConnections(
                target_of(order), order.workload, order.access.first
            )
            self.connections[order.cell].open(counter)
        return counter.cost() if counter and counter.open == counter.total else None

    def tend(self, cell: int) -> None:
        """Do what is due before a slice of a cell. Raises `ConnectionError` where the server closed one."""
        if cell in self.connections:
            self.connections[cell].tend()

    def close_cell(self, cell: int) -> int | None:
        """Close those of a cell whose session is closed.

        Returns the resident bytes of its server once they have settled, None where they are unknown.
        """
        if cell in self.connections:
            self.connections.pop(cell).close()
        pid = server_of(self.orders.pop(cell))
        return settled_bytes(pid) if pid else None

    def close(self) -> None:
        """Close all."""
        for one in self.connections.values():
            one.close()
        self.connections.clear()
