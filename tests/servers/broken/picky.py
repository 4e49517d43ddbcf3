"""Somebody's own server: it wants a header and a subprotocol, and answers as no echo would."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "picky"


class Bent(Echo):
    """The right connection, bent."""

    def handshake(self) -> bool:
        """Let nobody in who does not know the word."""
        head = bytes(self.buffer).lower()
        known = b"\r\nx-word: open sesame\r\n" in head and b"\r\nsec-websocket-protocol: caves\r\n" in head
        if b"\r\n\r\n" in head and not known:
            return self.refuse("403 Forbidden", "What is the word?")
        return super().handshake()

    def message(self, opcode: int, payload: bytes) -> None:
        """Answer with a prefix."""
        self.transport.write(yardstick.frame(opcode, b"You said: " + payload))


serve = served(Bent)
