"""What a reader must know of a run, whatever was run: the doubts that all kinds of runs share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from ..records.common import Closing, Environment, Proof
from ..targets.spec import ServerSpec
from .conditions import uncommon

STEAL, BUSY = 0.02, 0.15
"""Shares of the cores' time: what the host may take of a round, and others may use before it begins."""


class Notice(msgspec.Struct, frozen=True):
    """Something a reader must know; `invalid` where a control failed and the number can't stand."""

    text: str
    invalid: bool = False


def ordered(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return each notice once, failed controls first."""
    return tuple(sorted(dict.fromkeys(notices), key=lambda notice: not notice.invalid))


def of_machine(environment: Environment, steals: Iterable[float]) -> Iterator[Notice]:
    """Say who else used the cores: programs before the run, and the host in its rounds."""
    if environment.busy > BUSY:
        share = f"{environment.busy:.0%}"
        yield Notice(f"other programs kept {share} of the cores busy before it began: end them and rerun")
    steal = max(steals, default=0.0)
    if steal > STEAL:
        yield Notice(f"the host took up to {steal:.0%} of a round away (steal): rerun at a quieter time")


def of_time(rounds: int, planned: int, closing: Closing | None) -> Iterator[Notice]:
    """Say that the time was over before the plan was done."""
    if closing and closing.status == "out of time":
        yield Notice(f"{rounds} of {planned} rounds fitted into the time")


def of_replies(spec: ServerSpec) -> Iterator[Notice]:
    """Say that replies were not compared."""
    if spec.access.reply.rule == "any":
        yield Notice(f"{spec.label}: replies were counted, not compared (--reply any)")


def of_deviations(spec: ServerSpec, proof: Proof) -> Iterator[Notice]:
    """Say what a server does otherwise; of deflate only where that was asked for."""
    said = [text for name, text in proof.deviations.items() if spec.deflate or not name.startswith("deflate")]
    if said:
        yield Notice(f"{spec.label}: {'; '.join(said)}")


def of_extensions(who: str, spec: ServerSpec, agreed: str) -> Iterator[Notice]:
    """Say who compressed unasked, or not as the others: that is other work for the same message."""
    odd = uncommon(agreed) if spec.deflate else agreed
    if odd:
        yield Notice(f"{who}: agreed on {odd}")
