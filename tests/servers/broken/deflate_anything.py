"""Breaks the contract: it agrees on parameters nobody has heard of."""

from typing import Any

from .compressing import Factory, served

LIBRARY = ""
VERSION = "broken"


class Bent(Factory):
    """The right factory, bent."""

    def process_request_params(self, params: Any, *accepted: Any) -> Any:
        """Pass over them."""
        return super().process_request_params([one for one in params if one[0] != "unheard_of"], *accepted)


serve = served(Bent)
