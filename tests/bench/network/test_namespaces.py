"""Who visits a namespace is in it, and comes back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from networks import needs_namespaces, started
from wsbench.network.namespaces import HERE, visiting

pytestmark = pytest.mark.usefixtures("nobody_left")


def here() -> str:
    """Return the namespace of this thread."""
    return str(Path(HERE).readlink())


def test_without_a_name_one_stays():
    """A run without a network is where wsbench is."""
    home = here()
    with visiting(""):
        assert here() == home


@needs_namespaces
def test_a_process_that_is_started_inside_stays_inside():
    """It needs no word about it; whoever started it is back, whatever happened."""
    home = here()
    with started({"a": {"address": "198.18.0.1"}}) as (_, namespaces):
        with visiting(namespaces["a"]):
            inside = here()
            shown = subprocess.run(["readlink", "/proc/self/ns/net"], capture_output=True, check=True)
        with pytest.raises(ZeroDivisionError), visiting(namespaces["a"]):
            1 / 0  # noqa: B018
    assert inside == shown.stdout.decode().strip() != home
    assert here() == home
