"""Breaks the contract: it can compress, but never agrees on it."""

from typing import Any

from websockets.exceptions import NegotiationError

from .compressing import Factory, served

LIBRARY = ""
VERSION = "broken"


class Bent(Factory):
    """The right factory, bent."""

    def process_request_params(self, *_offer: Any) -> Any:
        """Decline."""
        raise NegotiationError("not today")


serve = served(Bent)
