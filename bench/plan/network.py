"""A network between client and server: what is said of it, and the names that stand for some of them.

docs/network.md tells where the numbers of the profiles come from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import msgspec
from msgspec.structs import replace

from ..demand.durations import read_ns
from ..errors import UsageError
from ..targets.catalogue import choose

MS = 1_000_000  # ns

UNITS = {"bit": 1, "kbit": 1_000, "mbit": 1_000_000, "gbit": 1_000_000_000}
"""Bit/s of each unit, as tc(8) has them."""

LONGEST_NS, MOST_LOSS, LEAST_RATE = 10_000 * MS, 0.5, 10_000
"""Beyond these no connection comes to be within any patience: a delay in ns, a share, bit/s."""

NEEDED = "; such as wan, or 'delay=20ms jitter=2ms loss=0.1% rate=100mbit'"

_LOSS = re.compile(r"(\d+(?:\.\d+)?)%")
_RATE = re.compile(r"(\d+(?:\.\d+)?)([a-z]+)")
_CONGESTION = re.compile(r"[a-z][a-z0-9_]{0,14}")


class NetworkWords(msgspec.Struct, frozen=True):
    """A network, the same in both directions.

    `delay_ns` is one way, so a round trip takes twice as long; that of each packet differs by up to
    `jitter_ns` to either side, but none overtakes another. `loss` is the share of packets that get lost, each
    by itself; `rate` is in bit/s of IP packets, 0 for no limit. `congestion` is TCP's congestion control on
    both sides, "" for the system's. `name` is that of the profile whose numbers these are, "" for none.
    """

    name: str = ""
    delay_ns: int = 0
    jitter_ns: int = 0
    loss: float = 0.0
    rate: int = 0
    congestion: str = ""

    def __str__(self) -> str:
        """Read like `wan: 20 ms each way ± 2 ms, 0.1 % lost, 100 Mbit/s`."""
        jitter = f" ± {self.jitter_ns / MS:g} ms" if self.jitter_ns else ""
        parts = [
            f"{self.delay_ns / MS:g} ms each way{jitter}",
            f"{self.loss * 100:g} % lost" if self.loss else "",
            told_rate(self.rate) if self.rate else "",
            f"TCP {self.congestion}" if self.congestion else "",
        ]
        return (f"{self.name}: " if self.name else "") + ", ".join(filter(None, parts))

    @property
    def typed(self) -> str:
        """What a user types for it."""
        words = [
            f"delay={self.delay_ns // 1000}us",
            f"jitter={self.jitter_ns // 1000}us" if self.jitter_ns else "",
            f"loss={self.loss * 100:g}%" if self.loss else "",
            f"rate={self.rate}bit" if self.rate else "",
            f"congestion={self.congestion}" if self.congestion else "",
        ]
        return self.name or " ".join(filter(None, words))


PROFILES = {
    one.name: one
    for one in (
        NetworkWords("lan", delay_ns=MS // 4),
        NetworkWords("wan", delay_ns=20 * MS, jitter_ns=2 * MS, loss=0.001, rate=100_000_000),
        NetworkWords("mobile", delay_ns=75 * MS, jitter_ns=15 * MS, loss=0.005, rate=1_600_000),
        NetworkWords("satellite", delay_ns=280 * MS, jitter_ns=10 * MS, loss=0.001, rate=25_000_000),
    )
}
"""Networks that have a name."""


def told_rate(rate: float) -> str:
    """Return bit/s as one speaks of them: `100 Mbit/s`."""
    unit = next((one for one in ("gbit", "mbit", "kbit") if rate >= UNITS[one]), "bit")
    said = {"gbit": "Gbit/s", "mbit": "Mbit/s", "kbit": "kbit/s", "bit": "bit/s"}[unit]
    return f"{rate / UNITS[unit]:.3g} {said}"


def read_network(text: str) -> NetworkWords:
    """Read a profile's name, or words such as `delay=20ms`, or both: then the words change the profile.

    Raises `UsageError`.
    """
    words = text.replace(",", " ").split()
    if not words:
        raise UsageError(f"--network: nothing is said{NEEDED}")
    found = NetworkWords()
    if "=" not in words[0]:
        found = replace(PROFILES[choose("network", words.pop(0), PROFILES)], name="")
    said: dict[str, object] = {}
    for name, value in _pairs(words):
        if name in said:
            raise UsageError(f"--network {text!r}: {name} is said twice")
        said[name] = READERS[name](value, f"--network {name}={value}")
    fields = {FIELDS.get(name, name): value for name, value in said.items()}
    found = replace(found, **fields)
    if found.jitter_ns > found.delay_ns:
        jitter, delay = found.jitter_ns / MS, found.delay_ns / MS
        raise UsageError(f"--network {text!r}: a jitter of {jitter:g} ms, beyond the delay of {delay:g} ms")
    named = (replace(found, name=name) for name in PROFILES)
    return next((one for one in named if one == PROFILES[one.name]), found)


def _pairs(words: list[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        name, _, value = word.partition("=")
        if not value:
            raise UsageError(f"--network: {word!r} says nothing{NEEDED}")
        yield choose("word of --network", name, READERS), value


def _read_time(text: str, said: str) -> int:
    found = read_ns(text, said)
    if found > LONGEST_NS:
        raise UsageError(f"{said}: at most {LONGEST_NS // (1000 * MS)} s")
    return found


def _read_loss(text: str, said: str) -> float:
    found = _LOSS.fullmatch(text)
    if not found:
        raise UsageError(f"{said}: {text!r} is no share of the packets; write it in percent, as 0.1%")
    share = float(Decimal(found[1]) / 100)
    if share > MOST_LOSS:
        raise UsageError(f"{said}: at most {MOST_LOSS:.0%}")
    return share


def _read_rate(text: str, said: str) -> int:
    found = _RATE.fullmatch(text.lower())
    if not found or found[2] not in UNITS:
        raise UsageError(f"{said}: {text!r} is no rate; write a number and bit, kbit, mbit or gbit")
    rate = round(float(found[1]) * UNITS[found[2]])
    if rate < LEAST_RATE:
        raise UsageError(f"{said}: at least {told_rate(LEAST_RATE)}")
    return rate


def _read_congestion(text: str, said: str) -> str:
    if not _CONGESTION.fullmatch(text):
        raise UsageError(f"{said}: {text!r} is no congestion control; write bbr, cubic or reno")
    return text


READERS = {
    "delay": _read_time,
    "jitter": _read_time,
    "loss": _read_loss,
    "rate": _read_rate,
    "congestion": _read_congestion,
}
FIELDS = {"delay": "delay_ns", "jitter": "jitter_ns"}
