"""Breaks the contract: its windows are of 12 bits."""

from typing import Any

from .compressing import Factory, served

LIBRARY = ""
VERSION = "broken"


class Bent(Factory):
    """The right factory, bent."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(server_max_window_bits=12, **settings)


serve = served(Bent)
