"""Breaks the contract: compressed messages end after 65,535 bytes."""

import dataclasses
from typing import Any

from .compressing import Extension, Factory, served

LIBRARY = ""
VERSION = "broken"


class Short(Extension):
    """The right extension, bent."""

    def decode(self, frame: Any, *, max_size: int | None = None) -> Any:
        """Cut what is longer."""
        found = super().decode(frame, max_size=max_size)
        return dataclasses.replace(found, data=found.data[:65_535]) if frame.rsv1 else found


class Bent(Factory):
    """The right factory, bent."""

    def process_request_params(self, *offer: Any) -> Any:
        """Agree as always, on something else."""
        said, extension = super().process_request_params(*offer)
        extension.__class__ = Short
        return said, extension


serve = served(Bent)
