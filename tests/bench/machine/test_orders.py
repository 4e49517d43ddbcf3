"""What a child is told to start, by spec and settings."""

import json

import msgspec
import pytest
from children import HERE
from wsbench.machine.certificates import Certificates
from wsbench.machine.orders import Settings, contestant_file, order_for, private_for
from wsbench.standalone import command
from wsbench.targets.catalogue import SERVERS
from wsbench.targets.spec import Access, Axes, ServerSpec
from wsbench.targets.spec_parser import read_spec


def spec_of(name: str) -> ServerSpec:
    """Return a server's spec under its plain name."""
    return ServerSpec(name, name)


@pytest.mark.parametrize("name", HERE)
def test_contestant_files_are_found_without_importing(name: str):
    """A word leads to its file in our folder, a file spec to itself."""
    assert contestant_file(spec_of(name)).endswith(f"servers/{SERVERS[name].module.rpartition('.')[2]}.py")
    assert contestant_file(read_spec("x=/somewhere/y.py")[0]) == "/somewhere/y.py"


def test_a_contestant_of_another_distribution_has_its_own_file(monkeypatch: pytest.MonkeyPatch):
    """The path that was found for it is where it is, whatever its module is called."""
    theirs = msgspec.structs.replace(SERVERS["stdlib"], word="theirs", module="no.such", file="/there/it.py")
    monkeypatch.setitem(SERVERS, "theirs", theirs)
    assert contestant_file(spec_of("theirs")) == "/there/it.py"


def test_an_order_has_what_the_spec_asks_for():
    """Loop, delay, deflate and certificate of the spec; core, class, limit and address of the settings."""
    made = Certificates("authority.pem", "chain.pem", "key.pem")
    spec = msgspec.structs.replace(read_spec("tornado@uvloop@tls@deflate")[0], busy_ns=9)
    order = order_for(spec, Settings(equal=False, core=1, port=81, limit=7, certificates=made))
    assert order == {
        "role": "serve",
        "file": contestant_file(spec),
        "loop": "uvloop",
        "busy_ns": 9,
        "limit": 7,
        "deflate": True,
        "certificate": (made.chain, made.key),
        "core": 1,
        "host": "127.0.0.1",
        "port": 81,
        "equal": False,
        "explain": False,
        "counts": "",
    }
    plain = order_for(spec_of("tornado"), Settings(certificates=made))
    assert (plain["certificate"], plain["deflate"], plain["core"]) == (None, False, None)


def test_a_command_and_what_it_is_asked_with_are_private():
    """Anybody may read the arguments of a process; its variables are its user's alone.

    Quotes hold words together; what is filled in is the child's business.
    """
    access = Access(headers=(("Authorization", "Bearer t"),), subprotocols=("a",))
    words = "cmd:A=b NODE_ENV='x y' node 'my server.js' --port={port} \"a b\" C=d"
    (spec,) = read_spec(words, Axes(access=access))
    assert order_for(spec, Settings(core=1)) == {
        "role": "command",
        "path": "/echo",
        "timeout": 30.0,
        "core": 1,
        "host": "127.0.0.1",
        "port": 0,
        "equal": True,
        "under": (),
    }
    assert {name: json.loads(value) for name, value in private_for(spec).items()} == {
        command.PRIVATE: {
            "argv": ["node", "my server.js", "--port={port}", "a b", "C=d"],
            "environment": {"A": "b", "NODE_ENV": "x y"},
            "handshake": {"headers": [["Authorization", "Bearer t"]], "subprotocols": ["a"]},
        }
    }
    assert private_for(spec_of("tornado")) == {}


@pytest.mark.parametrize(("timeout", "patience"), [(0.5, 60.0), (30.0, 60.0), (120.0, 130.0)])
def test_a_child_is_waited_for_longer_than_its_command(timeout: float, patience: float):
    """It is the child that knows what came last."""
    settings = Settings(start_timeout=timeout)
    assert settings.patience == patience
    assert order_for(read_spec("cmd:node {port}")[0], settings)["timeout"] == timeout


@pytest.mark.parametrize(("timeout", "patience"), [(0.5, 0.5), (30.0, 60.0), (120.0, 120.0)])
def test_a_file_is_waited_for_as_long_as_the_user_says(timeout: float, patience: float):
    """Unless told otherwise it gets a minute: a framework may be imported for the first time."""
    assert Settings(start_timeout=timeout).file_patience == patience
