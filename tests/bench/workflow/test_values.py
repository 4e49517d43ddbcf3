"""Values of options from files and variables."""

from pathlib import Path

import pytest
from wsbench.workflow.values import read_value


def test_files_and_variables_of_this_process_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A variable may stand in a file."""
    (tmp_path / "login.json").write_text('{"token": "${WSBENCH_TOKEN}"}\n')
    monkeypatch.setenv("WSBENCH_TOKEN", "sesame")
    assert read_value(f"@{tmp_path}/login.json", "--first") == '{"token": "sesame"}'
