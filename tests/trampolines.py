"""An interpreter of this machine that has perf trampolines, for the tests of what needs one."""

import functools
import os
import re
from itertools import chain

import pytest
from wsbench.environments.interpreter_search import _candidates, _folders
from wsbench.environments.interpreters import ask, ours


def python_with_trampolines() -> str:
    """Return the path of one that is 3.12 or newer; skip the test where there is none."""
    return _found() or pytest.skip("no Python 3.12 or newer with perf trampolines")


@functools.cache
def _found() -> str:
    """Find it by its name: to run every interpreter takes long."""
    names = (one for one in _candidates(_folders()) if re.search(r"python3\.1[2-9]$", os.path.realpath(one)))
    return next((one.path for one in chain([ours()], map(ask, names)) if one and one.trampolines), "")
