"""The table from the user's word to a contestant, and how server specs are read.

Contestants are named by module and loaded late, in their own process; nothing here imports one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

import msgspec

YARDSTICK = "stdlib"
FLOOR = "tcp"
REFERENCE = "tornado"
INSTRUMENT = "wire"
LOOPS = ("asyncio", "uvloop")


class UsageError(ValueError):
    """The user's words are off; the message is one line that says what to do."""


class Contestant(msgspec.Struct, frozen=True):
    """A server or a client: the user's word, its module, and the distribution it needs ("" for none)."""

    word: str
    module: str
    library: str
    about: str


class ServerSpec(msgspec.Struct, frozen=True):
    """One server of a run: a contestant on an event loop, a file of the user's, or a URL already served.

    `label` names it in tables and is unique in a run. `file` is a server file outside our folder, `url`
    where somebody else serves; both are "" for our own. `busy_ns` is busy waiting added to each message, in
    ns, for experiments; `python` is the path of another interpreter that runs it, "" for this one.
    """

    label: str
    name: str
    loop: str = "asyncio"
    version: str = ""
    url: str = ""
    file: str = ""
    busy_ns: int = 0
    python: str = ""


def _table(kind: Literal["servers", "clients"], *rows: tuple[str, str, str, str]) -> dict[str, Contestant]:
    return {
        word: Contestant(word, f"wsbench.{kind}.{module}", library, about)
        for word, module, library, about in rows
    }


SERVERS = _table(
    "servers",
    ("tornado", "tornado_asyncio", "tornado", "WebSocketHandler, the reference"),
    ("websockets", "websockets_asyncio", "websockets", "websockets.asyncio.server"),
    ("aiohttp", "aiohttp_asyncio", "aiohttp", "aiohttp.web.WebSocketResponse"),
    ("stdlib", "stdlib_asyncio", "", "by hand on asyncio.Protocol: the yardstick"),
    ("tcp", "tcp_epoll", "", "plain TCP echo: the floor (driven by wire only)"),
)
CLIENTS = {
    INSTRUMENT: Contestant(INSTRUMENT, "", "", "prebuilt masked frames on plain sockets: the instrument"),
    **_table(
        "clients",
        ("ws4py", "ws4py_threaded", "ws4py", "threaded WebSocketClient, as in the reference example"),
        ("websockets", "websockets_asyncio", "websockets", "websockets.asyncio.client"),
        ("aiohttp", "aiohttp_asyncio", "aiohttp", "ClientSession.ws_connect"),
        ("tornado", "tornado_asyncio", "tornado", "tornado.websocket.websocket_connect"),
        ("picows", "picows_asyncio", "picows", "ws_connect with a WSListener"),
    ),
}

_SPEC = re.compile(r"(?:(?P<label>[\w.+-]+)=(?!=))?(?P<rest>.+)")
_PLAIN = re.compile(
    r"(?:(?P<file>.+\.py)|(?P<name>[\w-]+)(?:==(?P<version>[\w.!+-]+))?)(?:@(?P<loop>[\w-]+))?"
)


def choose(kind: str, word: str, known: Iterable[str]) -> str:
    """Return `word` if it is known.

    Raises `UsageError` naming the nearest word and the whole list.
    """
    names = list(known)
    if word in names:
        return word
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]}?" if near else ";"
    raise UsageError(f"unknown {kind} {word!r}{hint} choose from {', '.join(names)}")


def read_spec(text: str, loops: Iterable[str] = ("asyncio",)) -> list[ServerSpec]:
    """Read `name[==version][@loop]`, `label=SPEC`, `label=FILE.py` or `label=ws://host/path`.

    There is one spec for each loop; a loop in the spec wins over `loops`. Raises `UsageError`.
    """
    match = _SPEC.fullmatch(text)
    label, rest = (match["label"] or "", match["rest"]) if match else ("", text)
    if "://" in rest:
        return [_read_url(text, label, rest)]
    plain = _PLAIN.fullmatch(rest)
    if not plain:
        raise UsageError(
            f"{text!r} is no server spec: write name, name@loop, label=name, label=FILE.py or label=ws://host/path"
        )
    asked = [choose("loop", one, LOOPS) for one in ([plain["loop"]] if plain["loop"] else loops)]
    if plain["file"]:
        name, word = "", plain["file"].replace("\\", "/").rpartition("/")[2][:-3]
    else:
        name = word = choose("server", plain["name"], SERVERS)
    if name == FLOOR:
        asked = asked[:1]  # it has no event loop
    named = len(asked) > 1 or (bool(plain["loop"]) and not label)
    return [
        ServerSpec(
            label=f"{label or word}@{loop}" if named else label or word,
            name=name,
            loop=loop,
            version=plain["version"] or "",
            file=plain["file"] or "",
        )
        for loop in asked
    ]


def _read_url(text: str, label: str, url: str) -> ServerSpec:
    parts = urlsplit(url)
    try:
        sound = parts.scheme == "ws" and parts.hostname and parts.port != 0
    except ValueError:  # the port is no number
        sound = False
    if not sound:
        raise UsageError(f"{text!r}: a target is ws://host[:port]/path")
    return ServerSpec(label=label or parts.netloc, name="", loop="", url=url)


def read_specs(texts: Iterable[str], loops: Iterable[str] = ("asyncio",)) -> tuple[ServerSpec, ...]:
    """Read all server specs of a command.

    Raises `UsageError`, also where two share a label.
    """
    loops = list(loops)
    specs = [spec for text in texts for spec in read_spec(text, loops)]
    seen: set[str] = set()
    for spec in specs:
        if spec.label in seen:
            raise UsageError(f"{spec.label} is named twice; give labels: a={spec.label} b={spec.label}")
        seen.add(spec.label)
    return tuple(specs)
