"""How one server spec is read, and what is said about a bad one; tests/fuzz tries any text."""

from __future__ import annotations

import itertools

import pytest
from wsbench.errors import UsageError
from wsbench.targets.catalogue import SERVERS, Contestant
from wsbench.targets.spec import Axes, ServerSpec
from wsbench.targets.spec_parser import FORMS, read_spec

TARGET = "a target is ws://host[:port]/path, wss://host[:port]/path or ws+unix:///path/to.sock:/path"
PORT = "a command says where its port goes, as in mine='cmd:node server.js {port}'"


def one(text: str, axes: Axes | None = None) -> ServerSpec:
    """Return the only spec that a text stands for."""
    (spec,) = read_spec(text, axes or Axes())
    return spec


def why(text: str, axes: Axes | None = None) -> str:
    """Return what is said about a bad spec, which is one line."""
    with pytest.raises(UsageError) as caught:
        read_spec(text, axes or Axes())
    assert "\n" not in str(caught.value)
    return str(caught.value)


SERVERS_OF_OURS = [
    ("tornado", ServerSpec("tornado", "tornado")),
    ("tornado@uvloop", ServerSpec("tornado@uvloop", "tornado", "uvloop")),
    ("tornado==6.4", ServerSpec("tornado==6.4", "tornado", version="6.4")),
    ("tornado==6.5b1+x", ServerSpec("tornado==6.5b1+x", "tornado", version="6.5b1+x")),
    ("tornado@tls", ServerSpec("tornado@tls", "tornado", tls=True)),
    ("tornado@deflate", ServerSpec("tornado@deflate", "tornado", deflate=True)),
    ("tornado@python3.13", ServerSpec("tornado@python3.13", "tornado", python="3.13")),
    ("tornado@3.13", ServerSpec("tornado@3.13", "tornado", python="3.13")),
    ("tornado@3.12.1", ServerSpec("tornado@3.12.1", "tornado", python="3.12.1")),
    ("tornado@3.13t", ServerSpec("tornado@3.13t", "tornado", python="3.13t")),
    ("x=tornado@/opt/bin/python", ServerSpec("x", "tornado", python="/opt/bin/python")),
    ("tornado@path:../tornado", ServerSpec("tornado@path", "tornado", source="path:../tornado")),
    ("tornado@git:v6.4", ServerSpec("tornado@v6.4", "tornado", source="git:v6.4")),
    ("tornado@git:fix/3.13", ServerSpec("tornado@fix/3.13", "tornado", source="git:fix/3.13")),
    (
        "x=tornado@git:https://host/repo#main@tls",
        ServerSpec("x", "tornado", source="git:https://host/repo#main", tls=True),
    ),
    ("fast=aiohttp@uvloop", ServerSpec("fast", "aiohttp", "uvloop")),
    ("old=websockets==13.1", ServerSpec("old", "websockets", version="13.1")),
    ("my.old+1-x=tornado", ServerSpec("my.old+1-x", "tornado")),
    (
        "websockets==15.0.1@uvloop@tls@deflate@3.12",
        ServerSpec(
            "websockets==15.0.1@uvloop@tls@deflate@3.12",
            "websockets",
            "uvloop",
            "15.0.1",
            tls=True,
            deflate=True,
            python="3.12",
        ),
    ),
    (
        "a=tornado@3.12@path:.@deflate@uvloop",
        ServerSpec("a", "tornado", "uvloop", python="3.12", source="path:.", deflate=True),
    ),
    (
        "tornado@git:main@python3.13",
        ServerSpec("tornado@main@python3.13", "tornado", source="git:main", python="3.13"),
    ),
    (
        "uvicorn-websockets==0.41.0@with:websockets==15.0.1",
        ServerSpec(
            "uvicorn-websockets==0.41.0@with:websockets==15.0.1",
            "uvicorn-websockets",
            version="0.41.0",
            companions=("websockets==15.0.1",),
        ),
    ),
    (
        "x=starlette@with:uvicorn==0.30@uvloop==0.22.1@with:a.B_c==1!2.0rc1+x",
        ServerSpec(
            "x",
            "starlette",
            "uvloop",
            loop_version="0.22.1",
            companions=("uvicorn==0.30", "a.B_c==1!2.0rc1+x"),
        ),
    ),
    (
        "aiohttp@uvloop==0.22.1",
        ServerSpec("aiohttp@uvloop==0.22.1", "aiohttp", "uvloop", loop_version="0.22.1"),
    ),
    ("x=stdlib@uvloop==0.22.1", ServerSpec("x", "stdlib", "uvloop", loop_version="0.22.1")),
    (
        "websockets@path:/home/me@work/websockets",
        ServerSpec("websockets@path", "websockets", source="path:/home/me@work/websockets"),
    ),
    (
        "tornado@git:git@github.com:x/y#main@tls",
        ServerSpec("tornado@main@tls", "tornado", source="git:git@github.com:x/y#main", tls=True),
    ),
    (
        "tornado@git:ssh://git@host:22/y@uvloop",
        ServerSpec("tornado@y@uvloop", "tornado", "uvloop", source="git:ssh://git@host:22/y"),
    ),
    ("x=tornado@/home/me@work/bin/python", ServerSpec("x", "tornado", python="/home/me@work/bin/python")),
]
SERVERS_OF_THEIRS = [
    ("some/where/echo.py", ServerSpec("echo", "", file="some/where/echo.py")),
    ("mine=./echo.py", ServerSpec("mine", "", file="./echo.py")),
    ("dos=c:\\here\\echo.py", ServerSpec("dos", "", file="c:\\here\\echo.py")),
    ("c:\\here\\echo.py", ServerSpec("echo", "", file="c:\\here\\echo.py")),
    (
        "./echo.py@uvloop@tls@3.12",
        ServerSpec("echo@uvloop@tls@3.12", "", "uvloop", file="./echo.py", tls=True, python="3.12"),
    ),
    ("/home/me@work/echo.py", ServerSpec("echo", "", file="/home/me@work/echo.py")),
    (
        "x=me@work/echo.py@uvloop@./bin/python",
        ServerSpec("x", "", "uvloop", file="me@work/echo.py", python="./bin/python"),
    ),
    ("mine=ws://host:81/p", ServerSpec("mine", "", "", url="ws://host:81/p")),
    ("ws://host:81/p", ServerSpec("host:81", "", "", url="ws://host:81/p")),
    ("wss://host/p?a=b", ServerSpec("host", "", "", url="wss://host/p?a=b", tls=True)),
    ("six=ws://[::1]:81/", ServerSpec("six", "", "", url="ws://[::1]:81/")),
    ("ws+unix:///run/e.sock:/p", ServerSpec("e.sock", "", "", url="ws+unix:///run/e.sock:/p")),
    ("mine=ws+unix:///e@f.sock", ServerSpec("mine", "", "", url="ws+unix:///e@f.sock")),
    ("cmd:A=b C=d node e.js {port}", ServerSpec("node", "", "", command="A=b C=d node e.js {port}")),
    ("mine=cmd:node e.js {port}", ServerSpec("mine", "", "", command="node e.js {port}")),
    ("cmd:./bin/ {port}", ServerSpec("./bin/", "", "", command="./bin/ {port}")),
    ("cmd:/usr/bin/node --port={port}", ServerSpec("node", "", "", command="/usr/bin/node --port={port}")),
    (
        "go=cmd:'my server' --at \"{host}:{port}\" a@b x=y ws://z",
        ServerSpec("go", "", "", command="'my server' --at \"{host}:{port}\" a@b x=y ws://z"),
    ),
]


@pytest.mark.parametrize(("text", "spec"), SERVERS_OF_OURS + SERVERS_OF_THEIRS)
def test_each_part_ends_up_in_its_field(text: str, spec: ServerSpec):
    """Alone and together: name, version, loop, switches, interpreter, checkout, label, file, URL, command."""
    assert one(text) == spec


@pytest.mark.parametrize("parts", list(itertools.permutations(["uvloop", "tls", "git:main", "python3.13"])))
def test_the_parts_come_in_any_order(parts: tuple[str, ...]):
    """What they mean does not depend on it, only what it is called without a label."""
    assert one("@".join(("x=tornado", *parts))) == one("x=tornado@uvloop@tls@git:main@python3.13")


@pytest.mark.parametrize(
    "text", ["", "a b", "=x", "x=", "tornado==", "tornado@", "tornado@@tls", "a=b=c", "@tls"]
)
def test_what_has_no_shape_gets_the_forms(text: str):
    """There are few ways to write a server; the line has them all."""
    assert why(text) == f"{text!r} is no server spec: write {FORMS}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("tornda", "unknown server 'tornda'; did you mean tornado? choose from tornado, "),
        ("zzz", "unknown server 'zzz'; choose from tornado, "),
        ("x=tornda==6.4", "unknown server 'tornda'; did you mean tornado? "),
        ("tornado@uvlop", "unknown loop 'uvlop'; did you mean uvloop? choose from asyncio, uvloop"),
        ("tornado@trio", "unknown loop 'trio'; choose from asyncio, uvloop"),
        ("./echo.py@nonsense", "unknown loop 'nonsense'; choose from asyncio, uvloop"),
        ("./echo.py==1.0", "'./echo.py==1.0' is no server spec: write "),
        ("tornado@uvloop@asyncio", "'tornado@uvloop@asyncio' says twice which loop it wants"),
        ("tornado@3.12@python3.13", "'tornado@3.12@python3.13' says twice which python it wants"),
        ("tornado@3.12@./bin/python", "'tornado@3.12@./bin/python' says twice which python it wants"),
        ("tornado@git:a@path:b", "'tornado@git:a@path:b' says twice which source it wants"),
        ("tornado@tls@tls", "'tornado@tls@tls' says twice which tls it wants"),
        ("tornado==6@git:main", "'tornado==6@git:main': a version and a checkout exclude each other"),
        ("tornado==6@path:.", "'tornado==6@path:.': a version and a checkout exclude each other"),
        ("./e.py@path:.", "'./e.py@path:.': a checkout is of a library of ours: write name@path:."),
        ("tornado@with:", "'tornado@with:': 'with:' is no companion: write with:NAME==VERSION"),
        ("tornado@with:x", "'tornado@with:x': 'with:x' is no companion: write with:NAME==VERSION"),
        ("tornado@with:x==", "'tornado@with:x==': 'with:x==' is no companion: write with:NAME==VERSION"),
        ("tornado@with:-x==1", "'tornado@with:-x==1': 'with:-x==1' is no companion: write "),
        ("tornado@with:x==new", "'tornado@with:x==new': 'with:x==new' is no companion: write "),
        ("tornado@with:x==1 y==2", "'tornado@with:x==1 y==2': 'with:x==1 y==2' is no companion: write "),
        (
            "tornado@with:a-b==1@with:A_B==2",
            "'tornado@with:a-b==1@with:A_B==2' says twice which a-b it wants",
        ),
        (
            "tornado@with:Tornado==6",
            "'tornado@with:Tornado==6': tornado is what is measured: write tornado==VERSION",
        ),
        ("tornado@uvlop==1", "unknown loop 'uvlop'; did you mean uvloop? choose from asyncio, uvloop"),
        ("tornado@uvloop==", "'tornado@uvloop==': '' is no version: write uvloop==VERSION"),
        ("tornado@uvloop==new", "'tornado@uvloop==new': 'new' is no version: write uvloop==VERSION"),
        ("tornado@asyncio==3", "'tornado@asyncio==3': asyncio is part of Python and has no versions"),
        ("tornado@uvloop==1@uvloop", "'tornado@uvloop==1@uvloop' says twice which loop it wants"),
        ("./e.py@uvloop==1", "'./e.py@uvloop==1': a file runs with what is installed: give it a @python"),
        ("./e.py@with:x==1", "'./e.py@with:x==1': a file runs with what is installed: give it a @python"),
        ("stdlib==2", "'stdlib==2': stdlib is part of wsbench and has no versions"),
        ("tcp@git:main", "'tcp@git:main': tcp is part of wsbench and has no versions"),
    ],
)
def test_bad_parts_are_told(text: str, line: str):
    """The line says what is wrong, and the nearest word or what to write."""
    assert why(text).startswith(line)


@pytest.mark.parametrize("text", ["tornado@git:", "tornado@path:"])
def test_a_checkout_of_nothing_is_refused(text: str):
    """A kind of source without a place is none."""
    assert why(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a=ws://h:abc/", "a=ws://h:0/", "a=ws://h:99999/", "ws:///p", "wss://:81/p", "ws://"),
        *("x=http://h/", "ftp://h/", "ws//://h/", "ws://[::1/p", "ws://user@:81/", "ws+unix://e.sock:/p"),
    ],
)
def test_a_target_that_is_none_is_refused(text: str):
    """Host, port and scheme are looked at before anything starts."""
    assert why(text) == f"{text.replace('user@', '…@')!r}: {TARGET}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("cmd:", PORT),
        ("cmd:  ", PORT),
        ("cmd:node server.js 8000", PORT),
        ("x=cmd:node server.js {host}", PORT),
        ("cmd:node 'server.js {port}", "no closing quotation"),
        ("cmd:node {port} \\", "no escaped character"),
        (
            "x=cmd:cd y && node {port}",
            "&& needs a shell, and there is none: quote it, or write cmd:sh -c '…{port}…'",
        ),
    ],
)
def test_a_command_that_is_none_is_refused(text: str, line: str):
    """It must say where the port goes, and its quotes must close."""
    assert why(text) == f"{text!r}: {line}"


def test_a_command_gets_no_certificate():
    """Where all are to serve over TLS, a command is told how else it can be."""
    assert why("x=cmd:node {port}", Axes(tls=True)) == (
        "'x=cmd:node {port}': a command gets no certificate; serve it yourself and write label=wss://…"
    )


@pytest.mark.parametrize(
    ("text", "ability", "line"),
    [
        ("tcp@uvloop", "loop", "'tcp@uvloop': tcp runs on no event loop of asyncio; these can: "),
        ("tcp@tls", "tls", "'tcp@tls': tcp can't serve over TLS; these can: "),
        ("stdlib@deflate", "deflate", "'stdlib@deflate': stdlib has no permessage-deflate; these can: "),
    ],
)
def test_what_a_server_can_not_do_is_told_with_those_that_can(text: str, ability: str, line: str):
    """The list is of all in the catalogue that have the ability, and only of them."""
    found = why(text)
    assert found.startswith(line)
    assert found.removeprefix(line).split(", ") == [w for w, x in SERVERS.items() if ability in x.can]


@pytest.fixture
def poor(monkeypatch: pytest.MonkeyPatch) -> str:
    """Add a server that can do nothing but echo; return its word."""
    monkeypatch.setitem(SERVERS, "poor", Contestant("poor", "no.module", "poor-dist", "echoes"))
    return "poor"


@pytest.mark.parametrize(
    ("axes", "line"),
    [(Axes(tls=True), "'poor': poor can't serve over TLS"), (Axes(deflate=True), "poor has no permessage")],
)
def test_what_is_asked_of_all_is_asked_of_each(poor: str, axes: Axes, line: str):
    """A server that was named and can't do it is refused, as if it said so itself."""
    assert line in why(poor, axes)


def test_a_server_without_a_choice_of_loop_comes_once(poor: str):
    """However many loops are asked for, it runs as it is."""
    assert [(x.label, x.loop) for x in read_spec(poor, Axes(loops=("asyncio", "uvloop")))] == [
        ("poor", "asyncio")
    ]


def test_an_obstacle_is_told(monkeypatch: pytest.MonkeyPatch):
    """A server that runs on no supported Python is in the table to say so."""
    gone = Contestant("gone", "no.module", "gone-dist", "was", obstacle="its last release needs Python 3.9")
    monkeypatch.setitem(SERVERS, "gone", gone)
    assert why("gone") == "gone can't be run: its last release needs Python 3.9"
    assert why("x=gone==1.0@uvloop").startswith("gone can't be run: ")
