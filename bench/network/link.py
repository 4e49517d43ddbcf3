"""A network for one run: made, checked, and gone afterwards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import msgspec

from ..errors import UsageError
from ..machine.answers import answer_of
from ..machine.cpus import choose_cores
from ..machine.orders import READY_S, start_child
from ..machine.process import Child, ChildError
from ..plan.network import NetworkWords
from ..records.common import LinkCheck, Way
from ..standalone.child import enter
from ..standalone.link import NEEDED, raise_device
from ..targets.contract import HOST, LINK_HOSTS
from . import netem
from .checking import Side, check
from .namespaces import HERE, visiting

NAME = "the network"
ANSWER_S = 10.0


class Ready(msgspec.Struct, frozen=True):
    """What the process of a network says: the namespaces of its nodes, by their files."""

    nodes: dict[str, str]


class Network:
    """Where client and server are: here, or in namespaces of their own with a network between them.

    `host` is the server's address for its client, `check` what the network does by itself.
    """

    def __init__(self, child: Child | None = None, nodes: dict[str, str] | None = None) -> None:
        self.child = child
        self.nodes = nodes or {"client": "", "server": ""}
        self.host = LINK_HOSTS[1] if child else HOST
        self.way: Way = "relay"
        self.check: LinkCheck | None = None

    def at(self, side: Side) -> AbstractContextManager[None]:
        """Be where one side is inside the block: whoever is started there stays there."""
        return visiting(self.nodes[side])

    def become(self, words: NetworkWords) -> None:
        """Have other conditions from now on, in both directions. Raises `UsageError`."""
        if self.way == "netem":
            if not netem.become(self.nodes, words):
                raise UsageError(f"--network: tc refused what was said: {words}")
        elif self.child:
            told = msgspec.json.encode({"client": conditions_of(words)}).decode()
            self.child.ask(f"link {told}", ANSWER_S)

    @property
    def end(self) -> str:
        """How it ended, in one line; "" where it is there."""
        if self.child is None or self.child.process.poll() is None:
            return ""
        return f"the network between client and server is gone: its process {self.child.fate()}"


def conditions_of(words: NetworkWords) -> dict[str, float]:
    """Return what is said of a network as standalone/switch.py takes it."""
    return {
        "delay_ns": words.delay_ns,
        "jitter_ns": words.jitter_ns,
        "loss": words.loss,
        "rate": words.rate,
    }


@contextmanager
def network_for(words: NetworkWords | None, seed: int) -> Iterator[Network]:
    """Have the network that is said inside the block, checked; without one, client and server are here.

    What carries packets in a process does so on the client's core: the server is what is measured.
    Raises `UsageError` where there can be none.
    """
    if words is None:
        yield Network()
        return
    if sys.platform != "linux":
        raise UsageError("--network: network namespaces are Linux's; leave it out here")
    _require_way_back()
    network = Network()
    try:
        network = _started(words, seed, choose_cores().client)
        network.check = check(network, words)
        yield network
    finally:
        if network.child:
            network.child.stop()


def _require_way_back() -> None:
    """Raise `UsageError` where whoever leaves this namespace may not come back.

    In a user namespace it takes a network namespace of its own, whose loopback is down at first.
    """
    try:
        enter(HERE)
    except OSError as problem:
        why = f"no network namespace may be entered ({str(problem.strerror).rpartition(': ')[2]})"
        raise UsageError(f"--network: {why}: {NEEDED}") from None
    raise_device(b"lo")


def _started(words: NetworkWords, seed: int, core: int | None) -> Network:
    """Return a network by netem where the kernel has it, else by our relay. Raises `UsageError`."""
    if netem.has_tools():
        network = _nodes(words, seed, core, relay=False)
        if netem.is_there(network.nodes["server"]) and netem.connect(network.nodes):
            network.way = "netem"
            return network
        assert network.child
        network.child.stop()
    return _nodes(words, seed, core, relay=True)


def _nodes(words: NetworkWords, seed: int, core: int | None, *, relay: bool) -> Network:
    nodes = {name: {"address": host} for name, host in zip(("client", "server"), LINK_HOSTS, strict=True)}
    order = {"role": "link", "nodes": nodes, "relay": relay, "core": core, "seed": seed}
    order["congestion"] = words.congestion
    child = None
    try:
        child = start_child(NAME, order)
        return Network(child, answer_of(NAME, child.hear(READY_S), Ready).nodes)
    except BaseException as problem:
        if child:
            child.stop()
        if not isinstance(problem, ChildError):
            raise
        raise UsageError(f"--network: {str(problem).removeprefix(f'{NAME}: ')}") from None
