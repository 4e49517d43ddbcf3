"""Breaks the contract: a close of 1 byte is echoed."""

from .complete import Echo, served, yardstick

LIBRARY = ""
VERSION = "broken"


class Bent(Echo):
    """The right connection, bent."""

    def finish(self, payload: bytes) -> None:
        """Take half a code for a whole one."""
        if len(payload) == 1:
            self.transport.write(yardstick.frame(yardstick.CLOSE, payload))
        super().finish(payload)


serve = served(Bent)
