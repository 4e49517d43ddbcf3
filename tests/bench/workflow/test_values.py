"""Values of options from files and variables."""

from pathlib import Path

import pytest
from wsbench.errors import UsageError
from wsbench.workflow import values
from wsbench.workflow.values import read_message, read_value, seed_or_random


def test_files_and_variables_of_this_process_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A variable may stand in a file."""
    (tmp_path / "login.json").write_text('{"token": "${WSBENCH_TOKEN}"}\n')
    monkeypatch.setenv("WSBENCH_TOKEN", "sesame")
    assert read_value(f"@{tmp_path}/login.json", "--first") == '{"token": "sesame"}'


def test_what_is_stored_or_sent_as_text_is_utf8(monkeypatch: pytest.MonkeyPatch):
    """A variable may have any bytes, and so may the name of a file."""
    monkeypatch.setenv("WSBENCH_TOKEN", "\udcff")
    with pytest.raises(UsageError, match=r"^--header \$\{WSBENCH_TOKEN\}: it is not UTF-8$"):
        read_value("${WSBENCH_TOKEN}", "--header")
    with pytest.raises(UsageError, match=r"^--message '@\\udcff': the name of the file is not UTF-8$"):
        read_message("@\udcff")
    assert read_message("\udcff") == "\udcff"


def test_a_seed_is_taken_or_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """0 is a seed like any other; one that is drawn is four random bytes."""
    assert (seed_or_random(0), seed_or_random(7)) == (0, 7)
    monkeypatch.setattr(values.os, "urandom", lambda count: bytes(range(1, count + 1)))
    assert seed_or_random(None) == 0x01020304
