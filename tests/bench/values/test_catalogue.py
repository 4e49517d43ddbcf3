"""How server specs are read, and what is said about bad ones."""

import importlib.util

import pytest
from wsbench.values.catalogue import (
    CLIENTS,
    FLOOR,
    REFERENCE,
    SERVERS,
    YARDSTICK,
    ServerSpec,
    UsageError,
    choose,
    read_spec,
    read_specs,
)

BOTH = ("asyncio", "uvloop")
SHAPE = "is no server spec: write name, name@loop, label=name, label=FILE.py or label=ws://host/path"
NAMES = "choose from tornado, websockets, aiohttp, stdlib, tcp"
GOOD = [
    ("tornado", ServerSpec("tornado", "tornado")),
    ("tornado@uvloop", ServerSpec("tornado@uvloop", "tornado", "uvloop")),
    ("tornado==6.4", ServerSpec("tornado", "tornado", version="6.4")),
    ("websockets==15.0.1@uvloop", ServerSpec("websockets@uvloop", "websockets", "uvloop", "15.0.1")),
    ("old=websockets==13.1", ServerSpec("old", "websockets", version="13.1")),
    ("fast=aiohttp@uvloop", ServerSpec("fast", "aiohttp", "uvloop")),
    ("mine=ws://host:81/p", ServerSpec("mine", "", "", url="ws://host:81/p")),
    ("ws://host:81/p", ServerSpec("host:81", "", "", url="ws://host:81/p")),
    ("some/where/echo.py", ServerSpec("echo", "", file="some/where/echo.py")),
    ("mine=./echo.py", ServerSpec("mine", "", file="./echo.py")),
    ("dos=c:\\here\\echo.py", ServerSpec("dos", "", file="c:\\here\\echo.py")),
]
BAD = [
    ("tornda", f"unknown server 'tornda'; did you mean tornado? {NAMES}"),
    ("zzz", f"unknown server 'zzz'; {NAMES}"),
    ("tornado@uvlop", "unknown loop 'uvlop'; did you mean uvloop? choose from asyncio, uvloop"),
    ("tornado@trio", "unknown loop 'trio'; choose from asyncio, uvloop"),
    ("wss://h/p", "'wss://h/p': a target is ws://host[:port]/path"),
    ("x=http://h/", "'x=http://h/': a target is ws://host[:port]/path"),
    ("ws:///p", "'ws:///p': a target is ws://host[:port]/path"),
    *((text, f"{text!r} {SHAPE}") for text in ("", "a b", "=x", "x=", "tornado==", "tornado@", "a=b=c")),
]


@pytest.mark.parametrize(("text", "spec"), GOOD)
def test_good_specs(text: str, spec: ServerSpec):
    """Name, version, loop, label, file and URL each end up in their field."""
    assert read_spec(text) == [spec]


@pytest.mark.parametrize(("text", "message"), BAD)
def test_bad_specs_say_what_to_write(text: str, message: str):
    """The message is one line: what is wrong, the nearest name, the list or the shape."""
    with pytest.raises(UsageError) as caught:
        read_spec(text)
    assert str(caught.value) == message


def test_two_loops_make_two_servers():
    """Each loop is a server of its own, labelled with the loop, also under a label of the user's."""
    assert [(x.label, x.loop) for x in read_spec("tornado", BOTH)] == [
        ("tornado@asyncio", "asyncio"),
        ("tornado@uvloop", "uvloop"),
    ]
    assert [x.label for x in read_spec("a=tornado", BOTH)] == ["a@asyncio", "a@uvloop"]


def test_loop_in_the_spec_wins():
    """A spec with a loop is one server, whatever loops are asked for."""
    assert [x.label for x in read_spec("tornado@uvloop", BOTH)] == ["tornado@uvloop"]


@pytest.mark.parametrize("text", [FLOOR, "mine=ws://h/p"])
def test_what_has_no_choice_of_loop_comes_once(text: str):
    """The floor and URLs are one server however many loops are asked for."""
    assert len(read_spec(text, BOTH)) == 1


def test_specs_come_in_the_order_named():
    """Several specs are one tuple, in order."""
    assert [x.label for x in read_specs(["tcp", "b=tornado", "tornado"])] == ["tcp", "b", "tornado"]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["tornado", "tornado"], "tornado is named twice; give labels: a=tornado b=tornado"),
        (["tornado==6.4", "tornado==6.5"], "tornado is named twice; give labels: a=tornado b=tornado"),
        (["x=tornado", "x=aiohttp"], "x is named twice; give labels: a=x b=x"),
    ],
)
def test_labels_are_unique(texts: list[str], message: str):
    """Two servers under one label are refused in one line."""
    with pytest.raises(UsageError) as caught:
        read_specs(texts)
    assert str(caught.value) == message


def test_choose_returns_the_known_word():
    """A known word comes back; an unknown one is told by its kind."""
    assert choose("client", "wire", CLIENTS) == "wire"
    with pytest.raises(UsageError, match=r"unknown client 'wires'; did you mean wire\? choose from wire, "):
        choose("client", "wires", CLIENTS)


@pytest.mark.parametrize("one", [*SERVERS.values(), *CLIENTS.values()], ids=lambda one: one.module or "wire")
def test_every_module_of_the_table_exists(one: object):
    """What the table names is found; only wire has no module, for it is the bench's own."""
    module = one.module  # type: ignore[attr-defined]
    assert importlib.util.find_spec(module) if module else one is CLIENTS["wire"]


def test_special_names_are_in_the_table():
    """Yardstick, floor and reference are servers."""
    assert {YARDSTICK, FLOOR, REFERENCE} <= set(SERVERS)


def test_a_file_has_loops_as_a_name_has():
    """One spec a loop, a loop in the spec wins, and a loop that is none is refused."""
    assert [spec.label for spec in read_spec("mine=./echo.py", BOTH)] == ["mine@asyncio", "mine@uvloop"]
    (spec,) = read_spec("./echo.py@uvloop", BOTH)
    assert (spec.label, spec.file, spec.loop, spec.name) == ("echo@uvloop", "./echo.py", "uvloop", "")
    with pytest.raises(UsageError, match="unknown loop 'nonsense'"):
        read_spec("./echo.py", ["nonsense"])


def test_a_file_named_like_the_floor_is_not_the_floor():
    """What a user calls a file says nothing of what it serves."""
    assert read_spec("./tcp.py")[0].name == ""


@pytest.mark.parametrize("text", ["a=ws://h:abc/", "a=ws://h:0/", "a=ws:///p", "a=http://h/"])
def test_a_target_that_is_none_is_refused(text: str):
    """Host, port and scheme are looked at before anything starts."""
    with pytest.raises(UsageError, match=r"a target is ws://host\[:port\]/path"):
        read_spec(text)
