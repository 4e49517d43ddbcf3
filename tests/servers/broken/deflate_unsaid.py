"""Breaks the contract: it does without the context where it is asked to, but does not say so."""

from typing import Any

from .compressing import Factory, served

LIBRARY = ""
VERSION = "broken"


class Bent(Factory):
    """The right factory, bent."""

    def process_request_params(self, *offer: Any) -> Any:
        """Leave it out."""
        said, extension = super().process_request_params(*offer)
        return [one for one in said if one[0] != "server_no_context_takeover"], extension


serve = served(Bent)
