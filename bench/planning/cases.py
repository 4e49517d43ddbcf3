"""Which servers the suite for pytest-benchmark has cases for: a few, and whichever somebody asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..targets.catalogue import SERVERS
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_specs
from .profiles import PROFILES

USUAL = PROFILES["default"].servers
"""Those that are measured where nobody asks for any."""

_NOT = re.compile(r"\bnot\s+[^\s()]+")
_WORD = re.compile(r"[^\s()]+")
_CASE = re.compile(r"\[[^-\]]+-(?P<server>[^\]]+)\]$")


def servers_asked_for(keyword: str, arguments: Iterable[str] = ()) -> tuple[ServerSpec, ...]:
    """Return the servers that have cases: the usual ones, and those that `-k` or an id of a case names.

    A word of `-k` names a server where one is part of the other: pytest then picks the cases among them.
    """
    words = [word.lower() for word in _WORD.findall(_NOT.sub("", keyword)) if word not in {"and", "or"}]
    cases = {found["server"] for one in arguments if (found := _CASE.search(one))}
    asked = {name for name in SERVERS if name in cases or any(name in one or one in name for one in words)}
    return read_specs(
        name for name, one in SERVERS.items() if not one.obstacle and (name in USUAL or name in asked)
    )
