"""Keeps the contract, but prints two thousand lines at once for every connection, and one per message."""

import asyncio

from .complete import Echo, served

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Print what fills any pipe, many times over."""
        super().connection_made(transport)
        for number in range(2_000):
            print(f"noise {number} " + "x" * 200)

    def message(self, opcode: int, payload: bytes) -> None:
        """Print and answer."""
        print("a message")
        super().message(opcode, payload)


serve = served(Bent)
