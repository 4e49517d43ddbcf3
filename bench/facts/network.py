"""What a run says of the network between client and server, and whether two had the same."""

from __future__ import annotations

from collections.abc import Iterator

from ..plan.network import NetworkWords, told_rate
from ..records.common import Environment, LinkCheck
from ..records.load import LoadRun
from ..records.run import Run

MS = 1e6  # ns
WRONG, WRONG_NS, LITTLE = 0.10, 1_000_000, 0.85
"""A network is not what was said where a round trip is off by more than a share of it and so many ns, or
where less than a share of the rate was carried."""

WAYS = {"netem": "the kernel's netem", "relay": "a relay in user space"}


def network_of(words: NetworkWords | None, environment: Environment) -> tuple[str, ...]:
    """Return what lies between client and server, what carries it, and how far that is from what was said."""
    if words is None:
        return ()
    congestion = f", TCP {environment.congestion}" if environment.congestion and not words.congestion else ""
    return (f"network {words}{congestion}", *(told(words, link) for link in [environment.link] if link))


def told(words: NetworkWords, link: LinkCheck) -> str:
    """Return what a network does by itself: `a relay in user space, which adds 0.15 ms to a round trip`."""
    added = (link.p50_ns - link.plain_ns - 2 * words.delay_ns) / MS
    asked = "" if words.rate else "up to "
    return (
        f"by {WAYS[link.way]}: 64 B there and back {link.p50_ns / MS:.3g} ms"
        f" (p10 {link.p10_ns / MS:.3g}, p90 {link.p90_ns / MS:.3g}), {added:+.2f} ms against what was said;"
        f" one connection carries {asked}{told_rate(link.rate)}"
    )


def doubts_of(run: Run | LoadRun) -> Iterator[str]:
    """Yield in what the network was not what was said."""
    words, link = run.header.plan.network, run.header.environment.link
    if words is None or link is None:
        return
    off = abs(link.p50_ns - link.plain_ns - 2 * words.delay_ns)
    if off > max(WRONG * 2 * words.delay_ns, WRONG_NS):
        said = f"{2 * words.delay_ns / MS:g} ms"
        yield f"a round trip through the network took {link.p50_ns / MS:.3g} ms, and {said} was said: rerun"
    if words.rate and link.rate < LITTLE * words.rate:
        carried = f"{told_rate(link.rate)} of the {told_rate(words.rate)} that were said"
        yield f"the network carried {carried}: what sends more is held up by it"


def network_difference(stored: NetworkWords | None, now: NetworkWords | None) -> str:
    """Return in what two networks differ, as `network none, now 20 ms each way`; "" where they don't."""
    return "" if stored == now else f"network {stored or 'none'}, now {now or 'none'}"
