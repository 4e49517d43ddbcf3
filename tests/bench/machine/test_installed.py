"""What a plan needs is here, or one line says how to get it."""

from pathlib import Path

import pytest
from wsbench.machine.environment import version_of
from wsbench.machine.installed import missing, require
from wsbench.values.catalogue import CLIENTS, SERVERS, UsageError, read_specs

TORNADO = version_of("tornado")


def test_what_is_installed_is_not_missing():
    """A library that is here has no line; neither has one that needs none."""
    assert missing("tornado") == missing("") == ""
    assert missing("no-such-dist") == "no-such-dist is not installed: pip install no-such-dist"


def test_all_contestants_of_ours_are_here():
    """Every server on both loops and every client can be measured where the tests run."""
    require(read_specs(SERVERS, ("asyncio", "uvloop")), CLIENTS)


def test_the_installed_version_is_fine(tmp_path: Path):
    """A spec with the version that is here passes, as do a URL and a file that exists."""
    path = tmp_path / "mine.py"
    path.write_text("")
    require(read_specs([f"tornado=={TORNADO}", "x=ws://h/", str(path)]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tornado==0.1", f"tornado==0.1 is not installed, {TORNADO} is: pip install tornado==0.1"),
        ("stdlib==2", "stdlib==2 is not installed, no version of it is: pip install stdlib==2"),
        ("x=/no/such/file.py", "x: there is no file /no/such/file.py"),
    ],
)
def test_what_is_not_here_is_one_line(text: str, message: str):
    """Another version and a missing file are told with what to do."""
    with pytest.raises(UsageError) as caught:
        require(read_specs([text]))
    assert str(caught.value) == message


def test_missing_libraries_are_told(monkeypatch: pytest.MonkeyPatch):
    """Server, loop and client libraries that are not here each say how to get them."""
    monkeypatch.setattr("wsbench.machine.installed.version_of", lambda _: "")
    for specs, clients, name in (
        (["aiohttp"], [], "aiohttp"),
        (["stdlib@uvloop"], [], "uvloop"),
        ([], ["ws4py"], "ws4py"),
    ):
        with pytest.raises(UsageError, match=f"^{name} is not installed: pip install {name}$"):
            require(read_specs(specs), clients)
