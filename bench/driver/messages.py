"""What the parent and a driver say to each other: commands, and the answers to them."""

from __future__ import annotations

import msgspec

from ..records.common import Handshake
from ..records.run import ConnectionCost
from ..records.slices import Slice
from .orders import CellOrder


class Open(msgspec.Struct, frozen=True, tag_field="do", tag="open"):
    """Connect a cell; answered with `Opened`."""

    order: CellOrder


class Exchange(msgspec.Struct, frozen=True, tag_field="do", tag="exchange"):
    """Exchange one slice: `lead` untimed messages, then `count` timed ones; answered with `Slice`."""

    cell: int
    lead: int
    count: int


class CloseCell(msgspec.Struct, frozen=True, tag_field="do", tag="close cell"):
    """Close the connections of one cell; answered with `CellClosed`."""

    cell: int


class Freeze(msgspec.Struct, frozen=True, tag_field="do", tag="freeze"):
    """Collect garbage and exempt what is left from later collections; answered with `Done`."""


class CloseAll(msgspec.Struct, frozen=True, tag_field="do", tag="close all"):
    """Close the connections of all cells; answered with `Done`."""


Command = Open | Exchange | CloseCell | Freeze | CloseAll


class Opened(msgspec.Struct, frozen=True):
    """A cell is connected; `cost` says what its connections cost the server, None where they are few."""

    handshake: Handshake
    cost: ConnectionCost | None = None


class CellClosed(msgspec.Struct, frozen=True):
    """A cell is closed; `held` are the resident bytes of its server afterwards, None where unknown."""

    held: int | None = None


class Done(msgspec.Struct, frozen=True):
    """It is done, and there is nothing to say about it."""


class Problem(msgspec.Struct, frozen=True):
    """It failed: one line why; `silent` says that the server did not answer in time.

    `own` says that it is the client library's own fault: the line goes on from its name.
    """

    problem: str
    silent: bool
    own: bool = False


Answer = Opened | Slice | CellClosed | Done | Problem
