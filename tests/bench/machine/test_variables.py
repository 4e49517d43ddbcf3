"""Which environment variables children get, and which are stored: the table, and a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from wsbench.machine.variables import RULES, clean, passed_on, telling, withheld

pytestmark = pytest.mark.usefixtures("nobody_left")

KEPT = (
    *("PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "PYTHONTRACEMALLOC", "PYTHONPROFILEIMPORTTIME"),
    *("PYTHONWARNINGS", "PYTHONINSPECT", "COVERAGE_PROCESS_START", "COV_CORE_SOURCE", "MALLOC_PERTURB_"),
    *("MALLOC_CHECK_", "LD_DEBUG", "SSLKEYLOGFILE", "FLASK_DEBUG", "GEVENT_DEBUG", "LITESTAR_PDB"),
)
STORED = (
    *("PYTHONOPTIMIZE", "PYTHONMALLOC", "PYTHON_GIL", "PYTHON_JIT", "PYTHON_CPU_COUNT", "LD_PRELOAD"),
    *("GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "MALLOC_CONF", "_RJEM_MALLOC_CONF", "MIMALLOC_LARGE_OS_PAGES"),
    *("AIOHTTP_NO_EXTENSIONS", "MULTIDICT_NO_EXTENSIONS", "TORNADO_EXTENSION", "TORNADO_NO_EXTENSION"),
    *("WEBSOCKETS_MAX_FRAGMENTS", "AUTOBAHN_USE_NVX", "EVENTLET_HUB", "GEVENT_LOOP", "UV_USE_IO_URING"),
    *("ASGI_THREADS", "OPENSSL_ia32cap", "NUMPY_MADVISE_HUGEPAGE", "PURE_PYTHON"),
)
NEITHER = (
    *("PATH", "HOME", "PYTHONPATH", "LD_LIBRARY_PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),
    *("PYTHONHASHSEED", "SSL_CERT_FILE", "WSBENCH_CACHE", "MY_PYTHONOPTIMIZE", "PYTHONOPTIMIZED", "LANG"),
    *("DATABASE_URL", "NODE_OPTIONS"),
)


def test_every_variable_has_its_place() -> None:
    """Kept from children, or passed on and stored, or passed on without a word."""
    environment = dict.fromkeys((*KEPT, *STORED, *NEITHER), "1")
    assert withheld(environment) == KEPT
    assert passed_on(environment) == dict.fromkeys((*STORED, *NEITHER), "1")
    assert telling(environment) == dict.fromkeys(sorted(STORED), "1")
    assert all(rule.why for rule in RULES)


def test_what_polars_sets_for_itself_is_nobodys_wish() -> None:
    """It sets it when it is imported, as in a notebook that shows frames; another value is the user's."""
    code = "import os, polars; print(os.environ['_RJEM_MALLOC_CONF'])"
    own = {name: value for name, value in os.environ.items() if name != "_RJEM_MALLOC_CONF"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60, env=own
    )
    environment = {"_RJEM_MALLOC_CONF": done.stdout.strip()}
    assert (passed_on(environment), telling(environment)) == ({}, {})
    more = {"_RJEM_MALLOC_CONF": f"{done.stdout.strip()},background_thread:true"}
    assert passed_on(more) == telling(more) == more


def test_folders_and_secrets_are_not_stored() -> None:
    """Result files are shown around; an empty variable is none."""
    assert telling(
        {
            "LD_PRELOAD": "/home/me/lib/libjemalloc.so.2:/usr/lib/x.so",
            "OTEL_EXPORTER_OTLP_HEADERS": "api-key=secret",
            "SANIC_DB_PASSWORD": "secret",
            "WEBSOCKETS_TOKEN": "secret",
            "PYTHONOPTIMIZE": "",
            "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
        }
    ) == {
        "LD_PRELOAD": "libjemalloc.so.2:x.so",
        "OTEL_EXPORTER_OTLP_HEADERS": "set",
        "SANIC_DB_PASSWORD": "set",
        "WEBSOCKETS_TOKEN": "set",
        "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
    }


ASKED = {"PYTHONASYNCIODEBUG": "1", "PYTHONOPTIMIZE": "1", "SSLKEYLOGFILE": "/dev/null"}
TELL = "import json, os, sys; print(json.dumps({**os.environ, 'optimize': sys.flags.optimize}), flush=True); "


def test_a_child_gets_what_is_passed_on_and_what_it_is_given(
    start: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller's own word goes before ours."""
    for name, value in ASKED.items():
        monkeypatch.setenv(name, value)
    found = start(f"{TELL}input()", environment={"SSLKEYLOGFILE": "mine"}).hear(20)
    assert "PYTHONASYNCIODEBUG" not in found
    assert (found["SSLKEYLOGFILE"], found["optimize"], found["PATH"]) == ("mine", 1, os.environ["PATH"])


def test_processes_started_by_others_are_kept_from_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Agents are started by multiprocessing; our own environment is as it was afterwards."""
    for name, value in ASKED.items():
        monkeypatch.setenv(name, value)
    with clean():
        code = "import json, os; print(json.dumps(dict(os.environ)))"
        done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert not {"PYTHONASYNCIODEBUG", "SSLKEYLOGFILE"} & set(found)
    assert found["PYTHONOPTIMIZE"] == "1"
    assert {name: os.environ[name] for name in ASKED} == ASKED
