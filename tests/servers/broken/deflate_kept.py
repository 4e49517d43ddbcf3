"""Breaks the contract: it promises to do without the context, and goes on to use it."""

import zlib
from typing import Any

from .compressing import Extension, Factory, served

LIBRARY = ""
VERSION = "broken"


class Forgetful(Extension):
    """The right extension, bent."""

    def encode(self, frame: Any) -> Any:
        """Look back all the same."""
        if not hasattr(self, "encoder"):
            self.encoder = zlib.compressobj(wbits=-self.local_max_window_bits)
        self.local_no_context_takeover = False
        return super().encode(frame)


class Bent(Factory):
    """The right factory, bent."""

    def process_request_params(self, *offer: Any) -> Any:
        """Agree as always, on something else."""
        said, extension = super().process_request_params(*offer)
        extension.__class__ = Forgetful
        return said, extension


serve = served(Bent)
