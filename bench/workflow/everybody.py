"""All servers there are, where nobody wants to name them."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from .. import output
from ..environments.availability import provide_all
from ..errors import UsageError
from ..planning.workloads import Words
from ..targets.catalogue import FLOOR, SERVERS
from ..targets.spec_parser import read_spec
from .measure import printer


def with_all_servers(words: Words, *, without: Collection[str] = (), quiet: bool) -> Words:
    """Return the words with every server that can be run here as asked; say who is left out, and why.

    Those `without` are not added, and the floor is not: it is no server of WebSockets.
    """
    found = []
    for word in SERVERS:
        if word in {*words.servers, *without, FLOOR}:
            continue
        try:
            provide_all(read_spec(word, words.axes), printer(quiet=quiet))
        except UsageError as problem:
            output.tell(f"left out: {problem}")
            continue
        found.append(word)
    return replace(words, servers=(*words.servers, *found))
