"""Runs uv and git to their end: they never prompt, and never outlive the process that started them."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

DROPPED = re.compile(
    r"PYTHON\w*|VIRTUAL_ENV|CONDA_PREFIX|FORCE_COLOR|CLICOLOR_FORCE|RUST_LOG|"
    r"UV_(PYTHON|PYTHON_PREFERENCE|(NO_)?MANAGED_PYTHON|SYSTEM_PYTHON|BREAK_SYSTEM_PACKAGES|TARGET|PREFIX)|"
    r"UV_(WORKING_DIR\w*|PROJECT|LINK_MODE|COMPILE_BYTECODE|VENV_\w+|NO_BINARY\w*|NO_BUILD\w*|EXCLUDE)|"
    r"UV_((BUILD_)?CONSTRAINT|OVERRIDE|PRERELEASE\w*|RESOLUTION|REQUIRE_HASHES)|"
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|COMMON_DIR|NAMESPACE)"
)
"""Environment variables that would lead uv or git elsewhere; those that name package indexes are kept."""

_KEEPER = """
import os, signal, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG of <linux/prctl.h>
if os.getppid() == int(sys.argv[1]):
    os.execvp(sys.argv[2], sys.argv[2:])
"""


class Done(NamedTuple):
    """How a program ended: its exit code, its standard output, and its standard error as text."""

    code: int
    output: bytes
    words: str


def uv() -> str:
    """Return the path of uv, from its distribution or from PATH; "" where it is not here, or filelock."""
    if importlib.util.find_spec("filelock") is None:
        return ""
    try:
        from uv import find_uv_bin

        return str(find_uv_bin())
    except (ImportError, FileNotFoundError):
        return shutil.which("uv") or ""


def surroundings() -> dict[str, str]:
    """Return the environment variables for uv and git: they answer in English, and never prompt."""
    kept = {name: value for name, value in os.environ.items() if not DROPPED.fullmatch(name)}
    return {
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
        **kept,
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
    }


def run(argv: Sequence[str], folder: Path | None = None) -> Done:
    """Run a program in a folder to its end.

    It has a group of its own, which is killed when we stop waiting for it, however that happens; on Linux
    the program does not outlive us even where we are killed.
    """
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _KEEPER, str(os.getpid()), *argv],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(),
        cwd=folder,
        process_group=0,
    ) as process:
        try:
            output, words = process.communicate()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()  # which Popen leaves to others after Ctrl-C
            raise
    return Done(process.returncode, output, words.decode(errors="replace"))
