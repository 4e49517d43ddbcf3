"""Which workers take part, and the words for those that can't."""

import msgspec
import pytest
from wsbench.cluster.members import Member, agents_among, members_of, require_same, server_host
from wsbench.cluster.worker import Told
from wsbench.errors import UsageError

HERE = Told(wsbench="1.2", python="3.11", schema="abc", cpus=2)
WORKERS = {
    "tcp://10.0.0.1:4001": {"name": "tcp://10.0.0.1:4001"},
    "tcp://10.0.0.1:4002": {"name": 7},
    "tcp://10.0.0.2:4001": {"name": "big"},
    "tls://[fd00::1]:4001": {"name": "six"},
}
A, B, C, D = members_of(WORKERS)


def test_workers_of_different_hosts_come_first():
    """Two on one host would share its cores; a worker without a name of its own is named by its address."""
    assert [(one.name, one.host) for one in (A, B, C)] == [
        ("10.0.0.1:4001", "10.0.0.1"),
        ("big", "10.0.0.2"),
        ("six", "fd00::1"),
    ]
    assert (D.name, D.shown) == ("7", "worker 7 at 10.0.0.1:4002")
    assert A.shown == "worker 10.0.0.1:4001"


def test_no_agent_is_on_the_host_of_the_server():
    """Not even one of another worker there."""
    assert agents_among([A, B, C, D], 2, None) == [A, B]
    assert agents_among([A, B, C, D], 2, D) == [B, C]
    with pytest.raises(UsageError, match=r"--agents 3: the cluster has 2 workers besides .*10\.0\.0\.1"):
        agents_among([A, B, C, D], 3, D)
    with pytest.raises(UsageError, match="--agents 5: the cluster has 4 workers: start more, or lower"):
        agents_among([A, B, C, D], 5, None)


@pytest.mark.parametrize("asked", ["tcp://10.0.0.2:4001", "10.0.0.2:4001", "big"])
def test_the_server_s_worker_is_found_by_address_or_name(asked: str):
    """As the scheduler shows it."""
    assert server_host([A, B, C, D], asked) == B


def test_a_worker_that_is_not_there_is_refused_with_those_there_are():
    """One line."""
    with pytest.raises(
        UsageError, match=r"--server-on x: no worker .*there are: tcp://10\.0\.0\.1:4001, tcp://10"
    ):
        server_host([A, B], "x")


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (ModuleNotFoundError(name="wsbench"), r"has no wsbench: .*pip install 'wsbench\[cluster\]'==1\.2"),
        (ModuleNotFoundError(name="wsbench.cluster"), r"has no wsbench\.cluster: .*==1\.2"),
        (ModuleNotFoundError(name="msgspec"), "has no msgspec: "),
        (msgspec.structs.replace(HERE, wsbench="1.1"), r"has wsbench 1\.1, here is 1\.2: .*==1\.2"),
        (msgspec.structs.replace(HERE, python="3.12"), r"runs Python 3\.12, here is 3\.11"),
        (msgspec.structs.replace(HERE, schema="xyz"), "has other code of wsbench 1"),
        (OSError("gone\nand more"), "can't be asked what it is: OSError: gone$"),
    ],
)
def test_a_worker_with_something_else_is_named_with_what_to_do(there: Told | Exception, words: str):
    """Before anything is measured."""
    with pytest.raises(UsageError, match=f"^worker big at 10.0.0.2:4001 {words}"):
        require_same(B, there, HERE)


def test_a_worker_may_have_any_number_of_cores():
    """What it is comes back."""
    there = msgspec.structs.replace(HERE, cpus=64)
    assert require_same(Member("tcp://h:1", "h:1", "h"), there, HERE) == there
