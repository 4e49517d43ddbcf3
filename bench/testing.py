"""Contract tests for servers and clients of your own, to subclass in your test suite.

from wsbench.testing import ServerContract

class TestMine(ServerContract):
    server = "mine=./mine.py"  # or the word of your entry point
"""

from __future__ import annotations

import asyncio
import importlib
import os
from typing import Any

import pytest

from .conformance.verify import verify
from .environments import plugins
from .environments.availability import provide_all
from .machine.launcher import Server
from .machine.orders import Settings
from .targets.catalogue import CLIENTS, SERVERS, YARDSTICK, Ability, choose
from .targets.contract import ECHO_PATH, EDGES, SOCKET_PATH, SUBPROTOCOLS
from .targets.spec import ServerSpec
from .targets.spec_parser import read_spec


class ServerContract:
    """What `wsbench verify` tries, as tests. `server` is a spec, as on the command line."""

    server = ""

    def _require_contract(self, spec: ServerSpec, *, equal: bool) -> None:
        (spec,) = provide_all([spec], print)
        found = verify(spec, equal=equal, environment=os.environ)  # debug modes and coverage too
        broken = [
            f"{check.name}: {check.title}: {check.detail}" for check in found if check.outcome == "broken"
        ]
        if broken:
            pytest.fail("\n".join(broken), pytrace=False)

    def _spec(self, ability: Ability | None = None) -> ServerSpec:
        plugins.register()
        (spec,) = read_spec(f"{self.server}@{ability}" if ability else self.server)
        return spec

    def _able(self, ability: Ability) -> None:
        name = self._spec().name
        if name and ability not in SERVERS[name].can:
            pytest.skip(f"serve() has no parameter for {ability}")

    def test_it_keeps_the_contract_with_equal_settings(self) -> None:
        """Every line holds, or is declared in DEVIATIONS."""
        self._require_contract(self._spec(), equal=True)

    def test_it_keeps_the_contract_as_shipped(self) -> None:
        """The same with the library's own settings."""
        self._require_contract(self._spec(), equal=False)

    def test_it_serves_over_tls(self) -> None:
        """The contract holds over TLS, where serve() takes `tls` or `certificate`."""
        self._able("tls")
        self._require_contract(self._spec("tls"), equal=True)

    def test_it_agrees_on_deflate(self) -> None:
        """The contract holds with permessage-deflate, where serve() takes `deflate`."""
        self._able("deflate")
        self._require_contract(self._spec("deflate"), equal=True)


class ClientContract:
    """What the bench asks of a client. `client` is the word of your entry point, or one of ours."""

    client = ""
    timeout = 10.0
    """Seconds that each connection has."""

    def _module(self) -> Any:
        plugins.register()
        return importlib.import_module(CLIENTS[choose("client", self.client, CLIENTS)].module)

    def _talk(self, path: str, messages: list[str | bytes], **options: Any) -> tuple[list[Any], Any, Any]:
        """Send each message and receive a reply; return the replies, what close gave, and the connection."""
        module = self._module()
        with Server(read_spec(YARDSTICK)[0], Settings()) as server:
            url = f"ws://{server.host}:{server.port}{path}"
            if not asyncio.iscoroutinefunction(module.connect):
                connection = module.connect(url, timeout=self.timeout, **options)
                replies = [(connection.send(one), connection.receive())[1] for one in messages]
                return replies, connection.close(1000, "bye"), connection

            async def talk() -> tuple[list[Any], Any, Any]:
                connection = await module.connect(url, timeout=self.timeout, **options)
                replies = [(await connection.send(one), await connection.receive())[1] for one in messages]
                return replies, await connection.close(1000, "bye"), connection

            return asyncio.run(talk())

    def test_messages_come_back(self) -> None:
        """Text is `str`, binary is `bytes`, of every length around the edges of the encoding."""
        messages = [kind * size for size in EDGES for kind in ("x", b"\xff")]
        replies, _, _ = self._talk(ECHO_PATH, messages)
        for sent, reply in zip(messages, replies, strict=True):
            what = f"{type(sent).__name__} of {len(sent):,}"
            assert reply == sent, f"{what} came back as {type(reply).__name__} of {len(reply):,}, or altered"

    def test_closing_tells_the_peers_code_and_reason(self) -> None:
        """`close` completes the closing handshake."""
        _, closed, _ = self._talk(ECHO_PATH, [])
        assert closed == (1000, "bye"), f"close() returned {closed!r}"

    def test_what_was_negotiated_is_told(self) -> None:
        """An offer of subprotocols of which none is selected leaves "", and so do extensions."""
        replies, _, connection = self._talk(SOCKET_PATH, ["Hello"], subprotocols=SUBPROTOCOLS)
        found = (replies, connection.subprotocol, connection.extensions)
        assert found == (["Msg is Hello"], "", ""), f"replies, subprotocol, extensions are {found!r}"

    def test_where_nobody_listens_connecting_raises_oserror(self) -> None:
        """It neither hangs nor raises something of the library's own."""
        module = self._module()
        with Server(read_spec(YARDSTICK)[0], Settings()) as server:
            url = f"ws://{server.host}:{server.port}{ECHO_PATH}"

        def try_it() -> None:
            if asyncio.iscoroutinefunction(module.connect):
                asyncio.run(module.connect(url, timeout=self.timeout))
            else:
                module.connect(url, timeout=self.timeout)

        with pytest.raises(OSError):  # noqa: PT011  # each system has words of its own
            try_it()
