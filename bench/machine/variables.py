"""Environment variables that change how fast a process is: which children get, and which are stored.

Servers and drivers inherit our environment, for it says where libraries, certificates and homes are. What
only slows them down is kept from them, except where nothing is timed (`serve`, `verify`). What somebody may
want on purpose they get, and it is stored with the run, shown, and part of its conditions. All others are
passed on and not stored: PYTHONPATH and LD_LIBRARY_PATH say where code is, and which code ran a proof tells;
PYTHONHASHSEED is set anew for each round (plan/turns.py). What stands before a command of the user's
(`cmd:NAME=value ...`) is the user's word and reaches it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from ..targets.secret_words import sounds_secret


class Rule(NamedTuple):
    """What becomes of variables whose whole name matches, and whose whole value does, and why.

    `private` values may be secrets.
    """

    names: str
    passed_on: bool
    why: str
    private: bool = False
    values: str = "(?s:.*)"


RULES = (
    Rule(
        "PYTHON(ASYNCIODEBUG|DEVMODE|DEBUG|THREADDEBUG|TRACEMALLOC|MALLOCSTATS|DUMPREFS|DUMPREFSFILE)",
        passed_on=False,
        why="debug modes: PYTHONASYNCIODEBUG makes Tornado four times slower and picows hardly",
    ),
    Rule(
        "PYTHON(VERBOSE|PROFILEIMPORTTIME|INSPECT|PERFSUPPORT|_PERF_JIT_SUPPORT|WARNINGS)",
        passed_on=False,
        why="prints, traces or waits where nobody looks",
    ),
    Rule(
        "COVERAGE_PROCESS_(START|CONFIG)|COV_CORE_[A-Z]+",
        passed_on=False,
        why="measures coverage in every Python process: each line of a server is traced",
    ),
    Rule(
        "MALLOC_(CHECK_|PERTURB_|TRACE)|LD_(DEBUG|DEBUG_OUTPUT|PROFILE|PROFILE_OUTPUT|SHOW_AUXV)|SSLKEYLOGFILE",
        passed_on=False,
        why="checks, traces or logs of the C library and of TLS",
    ),
    Rule(
        "_RJEM_MALLOC_CONF",
        passed_on=False,
        why="polars sets it in every process that imports it, for itself (2.1.0)",
        values="dirty_decay_ms:500,muzzy_decay_ms:1000(,thp:always,metadata_thp:always)?",
    ),
    Rule(
        "(FLASK|QUART|LITESTAR|GEVENT)_DEBUG|LITESTAR_PDB|GEVENT_MONITOR\\w*|GEVENT_TRACK_GREENLET_TREE",
        passed_on=False,
        why="debug modes of frameworks",
    ),
    Rule(
        "PYTHON(OPTIMIZE|MALLOC|_GIL|_JIT|_TLBC|_CPU_COUNT|_FROZEN_MODULES|NODEBUGRANGES)",
        passed_on=True,
        why="another interpreter, which may be what is to be measured",
    ),
    Rule(
        "LD_(PRELOAD|AUDIT|BIND_NOW)|DYLD_INSERT_LIBRARIES|GLIBC_TUNABLES|MALLOC_\\w+|(_RJEM_|JE_)?MALLOC_CONF"
        "|(MIMALLOC|TCMALLOC)_\\w+",
        passed_on=True,
        why="another allocator, such as jemalloc",
    ),
    Rule(
        "(AIOHTTP|MULTIDICT|YARL|FROZENLIST|PROPCACHE)_NO_EXTENSIONS|AIOHTTP_NOSENDFILE|(GEVENT_)?PURE_PYTHON"
        "|TORNADO_(NO_)?EXTENSION|AUTOBAHN_USE_NVX",
        passed_on=True,
        why="a library with its C code, or without",
    ),
    Rule(
        "(WEBSOCKETS|EVENTLET|GEVENT|FALCON)_\\w+|ASGI_THREADS|WEB_CONCURRENCY|TOKIO_WORKER_THREADS"
        "|UV_(THREADPOOL_SIZE|USE_IO_URING)",
        passed_on=True,
        why="settings that libraries read: limits, loops, threads",
    ),
    Rule(
        "(GRANIAN|SANIC|OTEL|FASTAPI_OTEL)_\\w+",
        passed_on=True,
        why="settings and telemetry of frameworks, passwords and keys among them",
        private=True,
    ),
    Rule(
        "OPENSSL_(CONF|ia32cap|MODULES)|NUMPY_MADVISE_HUGEPAGE",
        passed_on=True,
        why="which code TLS and numpy choose",
    ),
)
"""The first rule that matches decides; the names are those that CPython, glibc and the libraries read."""

PATHS = re.compile(r"[^\s:]*/")
"""The folders of libraries, which say nothing of what they do."""


def _rule(name: str, value: str) -> Rule | None:
    return next(
        (rule for rule in RULES if re.fullmatch(rule.names, name) and re.fullmatch(rule.values, value)), None
    )


def withheld(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the variables that children do not get."""
    return tuple(
        name for name, value in environment.items() if (rule := _rule(name, value)) and not rule.passed_on
    )


def passed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that children get."""
    kept = withheld(environment)
    return {name: value for name, value in environment.items() if name not in kept}


def telling(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that children get and that change what is measured, to be stored; none is empty.

    Of paths there are only the names of the files, of values that may be secret, by rule or by name, that
    they are set.
    """
    rules = {name: _rule(name, value) for name, value in environment.items()}
    return {
        name: "set" if rule.private or sounds_secret(name) else PATHS.sub("", environment[name])
        for name, rule in sorted(rules.items())
        if rule and rule.passed_on and environment[name]
    }


@contextmanager
def clean() -> Iterator[None]:
    """Have processes that are started inside by others, as by multiprocessing, inherit what is passed on."""
    kept = {name: os.environ.pop(name) for name in withheld(os.environ)}
    try:
        yield
    finally:
        os.environ.update(kept)
