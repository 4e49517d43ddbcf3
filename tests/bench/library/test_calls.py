"""What stands around a call: nothing is printed, and what is told is kept."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from wsbench import output
from wsbench.errors import UsageError
from wsbench.library.calls import folder_of, quietly, require_whole


def test_what_is_told_is_kept_and_not_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """Without secrets of the servers; after it, lines are printed as before."""
    with quietly(["mine=cmd:./serve {port} --token hunter2hunter2"]) as told:
        output.tell("it quoted hunter2hunter2")
    assert told[-1] == "it quoted …"
    assert capfd.readouterr() == ("", "")
    output.tell("aloud")
    assert capfd.readouterr().err == "aloud\n"


def test_the_handler_of_ctrl_c_is_put_back() -> None:
    """And one of somebody else's is left alone."""
    before = signal.getsignal(signal.SIGINT)
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with quietly():
            assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        signal.signal(signal.SIGINT, own := lambda _number, _frame: None)
        with quietly():
            assert signal.getsignal(signal.SIGINT) is own
    finally:
        signal.signal(signal.SIGINT, before)


def test_results_go_into_a_folder_or_nowhere() -> None:
    """Standard output is not ours."""
    assert folder_of(None) is None
    assert folder_of("results") == Path("results")
    with pytest.raises(UsageError, match="for the command line"):
        folder_of("-")


def test_who_interrupts_is_told() -> None:
    """After everything has ended."""
    require_whole(False)
    with pytest.raises(KeyboardInterrupt):
        require_whole(False, True)
