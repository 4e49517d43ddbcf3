"""Breaks the contract: of messages that came together, the last is answered first."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    late: list[bytes] | None = None

    def data_received(self, data: bytes) -> None:
        """Turn the replies of one read around."""
        self.late = []
        super().data_received(data)
        if self.late:
            self.transport.writelines(reversed(self.late))
        self.late = None

    def message(self, opcode: int, payload: bytes) -> None:
        """Put off the reply to text on `/echo`, unless it is no text at all."""
        if opcode == yardstick.TEXT and self.path == "/echo" and payload.isascii():
            self.late.append(yardstick.frame(opcode, payload))
        else:
            super().message(opcode, payload)


serve = served(Bent)
