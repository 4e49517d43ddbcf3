"""A service of the user's: how it is named, started for a test, and ended."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ..environments.availability import provide_all
from ..errors import UsageError
from ..machine.launcher import Server
from ..machine.orders import Settings
from ..machine.process import ChildError
from ..targets.spec import ServerSpec
from ..targets.spec_parser import read_specs
from ..targets.spec_parts import labelled
from ..websocket.http_messages import authority
from .arguments import require_type
from .calls import quietly

LABEL = "service"
"""What a service is called whose word has no label."""

_APP = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*(\(\))?")


def word_of(target: str, root: Path, label: str = LABEL) -> str:
    """Return what the command line calls a service, with a label: an ASGI app is started by uvicorn.

    The app is imported from the folder `root`. Raises `UsageError` where uvicorn is missing, and for
    what is no string: a marker of pytest may say anything.
    """
    require_type("target", target, str)
    own, rest = labelled(target)
    if _APP.fullmatch(rest) and not rest.startswith("cmd:"):
        if find_spec("uvicorn") is None:
            raise UsageError(f"{rest}: an ASGI app is started by uvicorn: pip install uvicorn")
        words = [sys.executable, "-m", "uvicorn", "--app-dir", str(root), "--log-level", "warning"]
        factory = ["--factory", rest[:-2]] if rest.endswith("()") else [rest]
        rest = f"cmd:{shlex.join([*words, *factory])} --port {{port}}"
    return f"{own or label}={rest}"


def with_last_words(reason: str, lines: Sequence[str]) -> str:
    """Return why a service is not there, in one line with the last lines that it printed."""
    return " | ".join([reason, *lines[-5:]])


class Service:
    """A service under test. It is started when its address is asked for, and ended with the test.

    `word` names it as `wsbench run` does, for whatever measures it: that starts processes of its own.
    """

    def __init__(self, word: str) -> None:
        self.word = word
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """The address of its WebSocket. Raises `UsageError` where it does not start."""
        __tracebackhide__ = True
        server = self._started()
        return f"ws{'s' if server.spec.tls else ''}://{authority(server.host, server.port)}{server.path}"

    @property
    def port(self) -> int:
        """Its port. Raises `UsageError` where it does not start."""
        return self._started().port

    def _started(self) -> Server:
        __tracebackhide__ = True
        if self._server is None:
            server = Server(_spec_of(self.word), Settings())
            try:
                self._server = server.__enter__()
            except ChildError as problem:
                raise UsageError(with_last_words(str(problem), server.tail)) from None
        return self._server

    def stop(self) -> None:
        """End it, if it was started."""
        if self._server:
            self._server.stop()
            self._server = None


def _spec_of(word: str) -> ServerSpec:
    with quietly([word]) as told:
        specs = read_specs([word])
        if any(spec.tls and spec.kind != "url" for spec in specs):
            raise UsageError(f"{specs[0].label}: a test gets no certificate; leave @tls out")
        return provide_all(specs, told.append)[0]
