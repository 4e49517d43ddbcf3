"""What records quote of others: reasons, last lines, deviations; and the records without secrets there.

Servers log what they are sent, and say in reasons what they did not like. Nothing else of a record may hold
what a server was sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from msgspec.structs import replace

from .common import Closing, Failure, Handshake, Proof
from .count import CountRound
from .events import Failed, Refused
from .load import LoadRound, LoadStep, Step
from .run import CellRecord, Round

LineT = TypeVar("LineT")


def retold(line: LineT, told: Callable[[str], str]) -> LineT:
    """Return an event or a line of a result file, all that it quotes passed through `told`."""
    return cast("LineT", _retold(line, told))


def _retold(line: object, told: Callable[[str], str]) -> object:
    match line:
        case Failed(failure):
            return Failed(_failure(failure, told))
        case Refused(server, reason):
            return Refused(server, told(reason))
        case LoadStep(number, step):
            return LoadStep(number, _step(step, told))
        case Closing():
            return replace(line, failures=_failures(line.failures, told))
        case Round() | LoadRound() | CountRound():
            return _round(line, told)
    return line


def _round(
    line: Round | LoadRound | CountRound, told: Callable[[str], str]
) -> Round | LoadRound | CountRound:
    if isinstance(line, LoadRound):
        return replace(
            line,
            steps=tuple(_step(one, told) for one in line.steps),
            server=_proof(line.server, told),
            handshake=_handshake(line.handshake, told),
        )
    servers = {label: _proof(one, told) for label, one in line.servers.items()}
    line = replace(line, failures=_failures(line.failures, told), servers=servers)
    return (
        replace(line, cells=tuple(_cell(one, told) for one in line.cells))
        if isinstance(line, Round)
        else line
    )


def _failures(failures: tuple[Failure, ...], told: Callable[[str], str]) -> tuple[Failure, ...]:
    return tuple(_failure(one, told) for one in failures)


def _failure(one: Failure, told: Callable[[str], str]) -> Failure:
    return replace(one, reason=told(one.reason), stderr=tuple(map(told, one.stderr)))


def _cell(one: CellRecord, told: Callable[[str], str]) -> CellRecord:
    return replace(one, handshake=_handshake(one.handshake, told))


def _step(one: Step, told: Callable[[str], str]) -> Step:
    return replace(one, fault=told(one.fault), missed=told(one.missed)) if one.fault or one.missed else one


def _handshake(one: Handshake, told: Callable[[str], str]) -> Handshake:
    return replace(one, subprotocol=told(one.subprotocol)) if one.subprotocol else one


def _proof(one: Proof, told: Callable[[str], str]) -> Proof:
    return replace(one, deviations={name: told(text) for name, text in one.deviations.items()})
