"""The reference conversation between every server and every client."""

from pathlib import Path

import pytest
from children import HERE
from wsbench.conformance.hello_exchange import converse
from wsbench.machine.process import ChildError
from wsbench.targets.catalogue import CLIENTS
from wsbench.targets.spec_parser import read_spec

pytestmark = pytest.mark.usefixtures("nobody_left")

SPEAKERS = [name for name in HERE if name != "tcp"]
PAIRS = [(name, "wire") for name in SPEAKERS] + [("stdlib", client) for client in CLIENTS if client != "wire"]


@pytest.mark.parametrize(("server", "client"), [*PAIRS, ("tornado", "ws4py")])
def test_both_sides_are_heard_in_order(server: str, client: str):
    """Opened, the reply, closed, and the code of the close: the same lines whoever talks."""
    lines: list[str] = []
    converse(read_spec(server)[0], client, lines.append)
    opened, reply, closed, code = lines[-4:]  # a library may print a warning before
    assert (opened, reply, closed) == ("Socket opened", "Received from server: Msg is Hello", "Socket closed")
    assert code == "Closed down 1000"


def test_a_server_that_does_not_start_is_told(broken: Path):
    """The conversation ends where the server can't begin it."""
    with pytest.raises(ChildError, match="pip install no_such_library"):
        converse(read_spec(str(broken / "missing_library.py"))[0], "wire", print)
