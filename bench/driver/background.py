"""What a driver keeps of a cell with many connections: the ones not measured, and what all of them cost."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import msgspec

from ..plan.placement import CROWD
from ..standalone.open_files import room_for
from ..websocket.permessage_deflate import NAME
from ..websocket.target import Target
from ..wire.background import Others
from ..wire.connection_counter import Census
from .memory import resident_of, settled_bytes

if TYPE_CHECKING:
    from .orders import CellOrder


def target_of(order: CellOrder, tls: ssl.SSLContext | None) -> Target:
    """Return where the connections go that stand beside the measured ones."""
    return Target(
        order.host,
        order.port,
        order.path,
        order.timeout,
        tls=tls,
        plain=order.plain,
        subprotocols=order.access.subprotocols,
        extensions=NAME if order.deflate else "",
        headers=order.access.headers,
    )


def server_of(order: CellOrder) -> int | None:
    """Return the process whose memory is what its connections cost, None where that is not known."""
    return order.server_pid if order.ours else None


def census_of(order: CellOrder) -> Census | None:
    """Return what counts the connections of a cell while they open, None where they are few."""
    pid, total = server_of(order), order.workload.connections + order.workload.idle
    return Census(total, lambda: resident_of(pid) if pid else None) if total >= CROWD else None


class Company:
    """The connections of a driver's cells besides those of their sessions, by the number of the cell."""

    def __init__(self) -> None:
        self.orders: dict[int, CellOrder] = {}
        self.others: dict[int, Others] = {}

    def expect(self, order: CellOrder) -> None:
        """See to it that the connections of one more cell can be open. Raises `FilesError`."""
        self.orders[order.cell] = order
        room_for(sum(one.workload.connections + one.workload.others for one in self.orders.values()))

    def open(self, order: CellOrder, tls: ssl.SSLContext | None, census: Census | None) -> dict[str, object]:
        """Connect those that are not measured; return what the census found, to be told with the rest."""
        if order.workload.others:
            self.others[order.cell] = Others(target_of(order, tls), order.workload)
            self.others[order.cell].open(census)
        counted = census is not None and census.open == census.total
        return {"crowd": msgspec.to_builtins(census.crowd())} if census and counted else {}

    def tend(self, cell: int) -> None:
        """Do what is due before a slice of a cell. Raises `ConnectionError` where the server closed one."""
        if cell in self.others:
            self.others[cell].tend()

    def part(self, cell: int) -> dict[str, object]:
        """Close those of a cell whose session is closed; return its server's memory once that has noticed."""
        if cell in self.others:
            self.others.pop(cell).close()
        pid = server_of(self.orders.pop(cell))
        return {"held": settled_bytes(pid) if pid else None}

    def close(self) -> None:
        """Close all."""
        for one in self.others.values():
            one.close()
        self.others.clear()
