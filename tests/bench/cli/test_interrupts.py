"""What stops a run, and how often."""

import signal
import subprocess
import sys

import pytest
from wsbench.cli import interrupts
from wsbench.cli.interrupts import ENDING_S, Interrupts

CODE = """
import os, signal
from wsbench.cli.interrupts import Interrupts
signal.signal(signal.SIGTERM, signal.SIG_IGN)
interrupts = Interrupts()
interrupts.install()
interrupts.finish()
os.kill(os.getpid(), signal.SIGTERM)
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGHUP):
    try:
        os.kill(os.getpid(), number)
        print("passed over")
    except KeyboardInterrupt:
        print("interrupted")
interrupts.finish()
assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
"""


def test_the_first_signal_interrupts_and_the_next_ones_do_not():
    """A run that is ending is not disturbed; a signal that is ignored stays so."""
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["interrupted", "passed over", "passed over", ""]


def test_after_a_while_it_can_be_interrupted_again(monkeypatch: pytest.MonkeyPatch):
    """What hangs while it ends is not for ever out of reach."""
    moments = iter([0.0, ENDING_S - 0.1, ENDING_S + 0.1])
    monkeypatch.setattr(interrupts.time, "monotonic", lambda: next(moments))
    one = Interrupts()
    with pytest.raises(KeyboardInterrupt):
        one.handle(signal.SIGINT, None)
    one.handle(signal.SIGINT, None)
    with pytest.raises(KeyboardInterrupt):
        one.handle(signal.SIGINT, None)
