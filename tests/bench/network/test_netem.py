"""What tc and ip are told; a kernel with netem shows that it does what was said (test_link.py)."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from wsbench.network import netem
from wsbench.plan.network import NetworkWords, read_network


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("delay=20ms", "delay 20000us limit 1000000"),
        ("delay=20ms jitter=2ms loss=0.1%", "delay 20000us 2000us loss 0.1% limit 1000000"),
        ("delay=20ms rate=100mbit", "delay 20000us rate 100000000bit limit 1064"),
        ("rate=10kbit", "delay 0us rate 10000bit limit 64"),
    ],
)
def test_what_is_said_of_a_network(text: str, told: str):
    """The limit holds what is under way and 100 ms in line: netem's own 1,000 would drop some."""
    words = read_network(text)
    assert netem.conditions(words) == told.split()
    top, below = netem.commands(words)
    assert " ".join(top) == f"tc qdisc replace dev link0 root handle 1: netem {told}"
    assert (
        " ".join(below) == f"tc qdisc replace dev link0 parent 1:1 pfifo limit {told.rsplit(maxsplit=1)[-1]}"
    )


@pytest.mark.parametrize("failing", ["", "ip link add", "ip address", "ip link set", "tc qdisc replace"])
def test_each_command_counts(monkeypatch: pytest.MonkeyPatch, failing: str):
    """One that the kernel refuses, and there is no such network; all are run in the right order."""
    ran: list[str] = []

    def run(argv: list[str], **_: Any) -> subprocess.CompletedProcess:
        ran.append(" ".join(argv))
        return subprocess.CompletedProcess(argv, bool(failing) and ran[-1].startswith(failing))

    monkeypatch.setattr(netem.subprocess, "run", run)
    nodes = {"client": "", "server": ""}
    made = netem.connect(nodes)
    assert made == (failing in {"", "tc qdisc replace"})
    assert netem.become(nodes, NetworkWords()) == (not failing.startswith("tc") or not failing)
    if not failing:
        assert ran[:3] == [
            "ip link add name link0 mtu 1500 gso_max_segs 1 type veth"
            " peer name link0 mtu 1500 gso_max_segs 1 netns ",
            "ip address add 198.18.0.1/24 dev link0",
            "ip link set link0 up",
        ]
        assert ran[3] == "ip address add 198.18.0.2/24 dev link0"
