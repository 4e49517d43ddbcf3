"""A bound on a whole step: a peer that sends a byte now and then is not silent, and not done either."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a step is over, by the monotonic clock, in s.

    It is looked at between two reads, each of which is bounded by the socket's own timeout: so the step ends
    after twice that at most.
    """

    at: float

    @classmethod
    def after(cls, timeout: float) -> Self:
        """Return the deadline of a step that begins now and may take `timeout` s."""
        return cls(time.monotonic() + timeout)

    @property
    def passed(self) -> bool:
        """Whether the step has lasted too long."""
        return time.monotonic() > self.at
