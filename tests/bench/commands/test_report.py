"""`report`: the file that is read stays, and a page is opened where a browser is."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from drawn import timed
from wsbench.commands.report import report_files
from wsbench.errors import UsageError
from wsbench.exits import FINE
from wsbench.output import guarded
from wsbench.records.run import Run
from wsbench.storage.results import Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a stored run of one round."""
    run: Run = timed(rounds=1)
    store = Store(tmp_path, run.header)
    for line in (*run.rounds, run.closing):
        assert line
        store.append(line)
    assert store.path
    return store.path


def test_the_file_that_is_read_is_not_written(file: Path) -> None:
    """What is written replaces what is there, and that would be the result."""
    before = file.read_bytes()
    with pytest.raises(UsageError, match="would replace a file that is read"):
        report_files([file], "table", [f"csv={file}"])
    assert file.read_bytes() == before


@pytest.mark.parametrize(("named", "opens"), [(True, True), (False, True), (False, False)])
def test_a_page_is_opened(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: Path,
    *,
    named: bool,
    opens: bool,
) -> None:
    """The one that was named, else one in a folder of its own; where it is, is told either way."""
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or opens)
    monkeypatch.setattr("wsbench.page.frame.html", lambda _shown: "<!doctype html>")
    monkeypatch.setattr("tempfile.tempdir", str(file.parent))
    written = [f"html={file.parent}/page.html"] if named else []
    with guarded():
        assert report_files([file], "json", written, in_browser=True) == FINE
    (url,) = opened
    path = Path(unquote(urlsplit(url).path))
    assert path.read_text() == "<!doctype html>"
    assert (path == file.parent / "page.html") == named
    assert capsys.readouterr().err == (
        f"opened {path}\n" if opens else f"no browser could be started: the page is in {path}\n"
    )
