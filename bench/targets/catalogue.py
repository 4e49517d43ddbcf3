"""The table from the user's word to a contestant.

Contestants are named by module and loaded late, in their own process; nothing here imports one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal

import msgspec

from ..errors import UsageError

YARDSTICK = "stdlib"
FLOOR = "tcp"
REFERENCE = "tornado"
INSTRUMENT = "wire"
LOOPS = ("asyncio", "uvloop", "rloop", "winloop", "rsloop")
"""Event loops by the distribution that has them; asyncio is Python's own."""

Ability = Literal["loop", "tls", "deflate"]
ABILITIES: tuple[Ability, ...] = ("loop", "tls", "deflate")


class Contestant(msgspec.Struct, frozen=True):
    """A server or a client: the user's word, its module, and the distribution it needs ("" for none).

    `needs` are other distributions it is made of. `can` says whether it runs on the event loop it is given,
    serves or connects over TLS, and negotiates permessage-deflate. `obstacle` says why it can't be run on any
    supported Python, "" where it can. `file` is the path of one that came with another distribution.
    `oldest` is the oldest version of the library that it serves with, "" where that is not known.
    """

    word: str
    module: str
    library: str
    about: str
    needs: tuple[str, ...] = ()
    can: tuple[Ability, ...] = ()
    obstacle: str = ""
    file: str = ""
    oldest: str = ""

    @property
    def distributions(self) -> tuple[str, ...]:
        """All that must be installed for it."""
        return ((self.library,) if self.library else ()) + self.needs


def _table(kind: str, text: str) -> dict[str, Contestant]:
    """Read lines of word, module, library>=oldest and what else it needs | what it can | what it is."""
    found = {}
    for line in text.strip().splitlines():
        names, can, about = (part.strip() for part in line.split("|"))
        word, module, versions, *needs = [*names.split(), "", ""]
        library, _, oldest = versions.partition(">=")
        found[word] = Contestant(
            word=word,
            module=f"wsbench.{kind}.{module}" if module else "",
            library=library,
            about=about,
            needs=tuple(filter(None, needs)),
            can=tuple(ability for ability in ABILITIES if ability in can.split()),
            oldest=oldest,
        )
    return found


SERVERS = _table(
    "servers",
    """
tornado            tornado_asyncio     tornado>=6.2 | loop tls deflate | WebSocketHandler, the reference
websockets         websockets_asyncio  websockets>=10.4 | loop tls deflate | websockets.asyncio.server
websockets-sync    websockets_threaded websockets>=11.0 | tls deflate | websockets.sync.server, threads
aiohttp            aiohttp_asyncio     aiohttp>=3.8.3 | loop tls deflate | aiohttp.web.WebSocketResponse
picows             picows_asyncio      picows>=1.0 aiofastnet | loop tls | ws_create_server, WSListener
picows-websockets  picows_websockets   picows>=2.3 aiofastnet | loop tls | its websockets.asyncio.server
autobahn           autobahn_asyncio    autobahn>=23.1.2 | loop tls deflate | its protocol on asyncio
autobahn-twisted   autobahn_twisted    autobahn>=24.4.2 twisted pyopenssl | tls deflate | the same on Twisted
sanic              sanic_asyncio       sanic>=23.12 | loop tls | WebSocket routes, create_server
trio-websocket     trio_wsproto        trio-websocket>=0.10.4 trio wsproto | tls | wsproto on trio
ws4py              ws4py_wsgiref       ws4py>=0.5.1 | | its server on wsgiref, threads
ws4py-gevent       ws4py_gevent        ws4py>=0.5.1 gevent | tls | its server on gevent's pywsgi
eventlet           eventlet_websocket  eventlet>=0.33.3 | tls deflate | eventlet.websocket
flask-sock         flask_threaded      flask-sock>=0.5.2 flask simple-websocket | deflate | on werkzeug
uvicorn-websockets uvicorn_websockets  uvicorn>=0.18 websockets httptools | loop tls | raw ASGI, websockets
uvicorn-wsproto    uvicorn_wsproto     uvicorn>=0.18 wsproto httptools | loop tls deflate | raw ASGI, wsproto
hypercorn          hypercorn_asyncio   hypercorn>=0.13.2 wsproto h11 | loop tls deflate | raw ASGI, wsproto
granian            granian_rust        granian>=2.0 | tls | raw ASGI, its server in Rust
daphne             daphne_twisted      daphne>=4.0 twisted autobahn | tls | raw ASGI, Autobahn on Twisted
starlette          starlette_uvicorn   starlette>=0.20.4 uvicorn websockets httptools | loop tls | on Uvicorn
fastapi            fastapi_uvicorn     fastapi>=0.90 uvicorn websockets httptools | loop tls | on Uvicorn
litestar           litestar_uvicorn    litestar>=2.0.1 uvicorn websockets httptools | loop tls | on Uvicorn
falcon             falcon_uvicorn      falcon>=3.1.1 uvicorn websockets httptools | loop tls | on Uvicorn
blacksheep         blacksheep_uvicorn  blacksheep>=1.2.12 uvicorn websockets httptools | loop tls | on Uvicorn
quart              quart_hypercorn     quart>=0.18.4 hypercorn wsproto | loop tls deflate | on Hypercorn
channels           channels_daphne     channels>=4.0 django daphne autobahn | tls | Django, on Daphne
stdlib             stdlib_asyncio | loop | by hand on asyncio: the yardstick
tcp                tcp_epoll | | plain TCP echo: the floor
    """,
) | {
    word: Contestant(word, "", word, "", obstacle=obstacle)
    for word, obstacle in (
        ("robyn", "0.88 answers no fragments and no close"),
        ("tremolo", "0.5.3 never answers an empty message"),
        ("socketify", "0.0.31 polls while idle, at others' cost"),
        ("microdot", "2.7.0 ends where fragments come"),
    )
}
CLIENTS = _table(
    "clients",
    """
wire | tls deflate | prebuilt masked frames: the instrument
ws4py              ws4py_threaded      ws4py>=0.5.1 | tls | threaded, as in the example
websockets         websockets_asyncio  websockets>=10.4 | tls deflate | websockets.asyncio.client
aiohttp            aiohttp_asyncio     aiohttp>=3.8.3 | tls deflate | ClientSession.ws_connect
tornado            tornado_asyncio     tornado>=6.2 | tls deflate | tornado.websocket.websocket_connect
picows             picows_asyncio      picows>=1.8 aiofastnet | tls | ws_connect with a WSListener
picows-websockets  picows_websockets   picows>=2.0 aiofastnet | tls deflate | its websockets.asyncio.client
    """,
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
