"""From the words of a command to the workloads it asks for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from ..demand.messages import longest, require_answerable, sent_of
from ..demand.workload import THINK_US, TIMEOUT_S, Wait, Workload, depth_of
from ..errors import UsageError
from ..plan.network import NetworkWords
from ..plan.placement import MOST_CONNECTIONS
from ..targets.catalogue import choose
from ..targets.contract import LIMIT, START_S
from ..targets.spec import Access, Axes, ServerSpec
from .profiles import Profile

MOST_IN_FLIGHT = 64 * 1024 * 1024
"""Bytes: a driver holds the messages and the replies of each of its cells several times over."""

Kind = Literal["text", "binary"]
PAYLOADS = ("random", "words")


class Words(msgspec.Struct, frozen=True):
    """What the user said; empty or None where nothing was said."""

    servers: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    connections: tuple[int, ...] = ()
    depths: tuple[int, ...] = ()
    idle: tuple[int, ...] = ()
    slow_readers: tuple[int, ...] = ()
    think_us: int = THINK_US
    kinds: tuple[Kind, ...] = ()
    fragments: tuple[int, ...] = ()
    payloads: tuple[str, ...] = ()
    axes: Axes = Axes()
    as_shipped: bool = False
    profile: str = "default"
    rounds: int | None = None
    keep_awake: bool = True
    client_wait: Wait | None = None
    timeout_s: float = TIMEOUT_S
    start_timeout_s: float = START_S
    messages: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    explain: bool = False
    flame: bool = False
    network: NetworkWords | None = None


def choose_workloads(words: Words, profile: Profile) -> tuple[Workload, ...]:
    """Return what the user asked for, else the profile's workloads. Raises `UsageError`."""
    _require_numbers(words)
    require_answerable(words.messages, words.axes.access.reply)
    if not _says_what(words) and not is_one_way(words.axes.access):
        return profile.workloads
    if words.messages:
        words = for_messages(words)
    if is_one_way(words.axes.access) and any(words.slow_readers):
        raise UsageError("--slow-readers: with --reply none nothing comes that they could read slowly")
    found = tuple(dict.fromkeys(_crossed(words, profile)))
    for one in found:
        if one.size * one.window > MOST_IN_FLIGHT:
            raise UsageError(f"{one}: over {MOST_IN_FLIGHT:,} B in flight; give --connections and --depth")
        if one.connections + one.others > MOST_CONNECTIONS:
            raise UsageError(f"{one}: at most {MOST_CONNECTIONS:,} connections of all kinds")
    return found


def _require_numbers(words: Words) -> None:
    """Raise `UsageError` for the first number that makes no sense."""
    for option, values, least in (
        ("--size", words.sizes, 0),
        ("--connections", words.connections, 1),
        ("--depth", words.depths, 1),
        ("--idle", words.idle, 0),
        ("--slow-readers", words.slow_readers, 0),
        ("--fragments", words.fragments, 1),
        ("--think", (words.think_us,), 0),
    ):
        if any(value < least for value in values):
            raise UsageError(f"{option} {min(values)}: at least {least}")
    if words.sizes and max(words.sizes) > LIMIT:
        raise UsageError(f"--size {max(words.sizes)}: at most {LIMIT}, which every server must echo")


def _crossed(words: Words, profile: Profile) -> Iterator[Workload]:
    """Yield every combination of what was said."""
    contents = tuple(choose("payload", word, PAYLOADS) for word in words.payloads) or PAYLOADS[:1]
    for size, kind, content, fragments, idle, slow_readers, (connections, depth) in itertools.product(
        words.sizes or (64,),
        words.kinds or ("text",),
        contents,
        words.fragments or (1,),
        words.idle or (0,),
        words.slow_readers or (0,),
        _shapes(words, profile),
    ):
        one_way = is_one_way(words.axes.access)
        yield Workload(
            size=size,
            text=kind == "text",
            connections=connections,
            depth=depth_of(size, connections) if one_way and not words.depths else depth,
            think_us=words.think_us,
            fragments=fragments,
            words=content == "words",
            idle=idle,
            slow_readers=slow_readers,
            **sent_of(words.messages, words.typed, text=kind == "text"),
            one_way=one_way,
        )


def for_messages(words: Words) -> Words:
    """Return the words with the size of the user's messages. Raises `UsageError` where others were said."""
    if words.sizes or words.payloads or max(words.fragments, default=1) > 1:
        raise UsageError("--message says what is sent: leave out --size, --payload and --fragments")
    return msgspec.structs.replace(words, sizes=(longest(words.messages),))


def is_one_way(access: Access) -> bool:
    """Whether nothing comes back."""
    return access.reply.rule == "none"


def require_started(specs: Iterable[ServerSpec], network: NetworkWords | None) -> None:
    """Raise `UsageError` where a network is to lie before a server that runs already, wherever that is."""
    urls = [spec.label for spec in specs if spec.kind == "url"]
    if network and urls:
        raise UsageError(
            f"--network: {urls[0]} runs already, and its own network lies before it; name a server that is"
            " started here, such as cmd:…"
        )


def require_yours(specs: Iterable[ServerSpec], access: Access) -> None:
    """Raise `UsageError` where a server of the user's is spoken of, and none takes part."""
    if access != Access() and not any(spec.kind in {"url", "command"} for spec in specs):
        options = "--reply, --first, --skip, --header, --subprotocol, --connect-to, --ca and --insecure"
        raise UsageError(f"{options} are for a server of yours: name one by its URL, or as cmd:…")


def _says_what(words: Words) -> bool:
    """Whether the user said anything of what is to be sent."""
    shape = words.connections or words.depths or words.idle or words.slow_readers
    sent = (
        words.messages
        or words.sizes
        or words.kinds
        or words.fragments
        or words.payloads
        or words.think_us != THINK_US
    )
    return bool(shape or sent)


def _shapes(words: Words, profile: Profile) -> list[tuple[int, int]]:
    """Return connections and depths: those of the profile where nothing was said of any connections."""
    if words.connections or words.depths or words.idle or words.slow_readers:
        return list(itertools.product(words.connections or (1,), words.depths or (1,)))
    return [(one.connections, one.depth) for one in profile.workloads]
