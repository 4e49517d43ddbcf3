"""What a plan needs is here, or in an environment made for it, or one line says how to get it."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from wsbench.environments import provision
from wsbench.environments.availability import missing, provide_all, require, require_clients
from wsbench.environments.interpreters import version_of
from wsbench.errors import UsageError
from wsbench.targets.catalogue import CLIENTS, SERVERS, Contestant
from wsbench.targets.spec import ServerSpec
from wsbench.targets.spec_parser import read_specs

TORNADO = version_of("tornado")


def specs_of(*texts: str) -> tuple[ServerSpec, ...]:
    """Read specs."""
    return read_specs(texts)


def silent(line: str) -> None:
    """Fail: nothing was to be said."""
    raise AssertionError(line)


def refused(*texts: str) -> str:
    """Return the line about what can't be had."""
    with pytest.raises(UsageError) as caught:
        provide_all(specs_of(*texts), silent)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ((), ""),
        (("tornado",), ""),
        (("no-such-dist",), "no-such-dist is not installed: pip install no-such-dist"),
        (("tornado", "no-such-dist"), "no-such-dist is not installed: pip install no-such-dist"),
        (("none-1", "none-2"), "none-1, none-2 are not installed: pip install none-1 none-2"),
    ],
)
def test_what_is_not_here_is_named_with_how_to_get_it(names: tuple[str, ...], line: str):
    """What is here is not mentioned; where all is, there is no line, and nothing is refused."""
    assert missing(names) == line
    if line:
        with pytest.raises(UsageError, match=f"^{re.escape(line)}$"):
            require(names)
    else:
        require(names)


def test_all_clients_of_ours_are_here():
    """Every client can be measured where the tests run."""
    require_clients(CLIENTS)


def test_a_client_whose_library_is_missing_is_told(monkeypatch: pytest.MonkeyPatch):
    """The first of them, with what to install; wire needs nothing."""
    monkeypatch.setattr("wsbench.environments.availability.version_of", lambda _: "")
    require_clients(["wire"])
    with pytest.raises(UsageError, match=r"^ws4py is not installed: pip install ws4py$"):
        require_clients(["wire", "ws4py", "aiohttp"])


def test_what_is_here_runs_here(tmp_path: Path):
    """A server of ours, on another loop, in the version that is here, and a file: our own interpreter."""
    path = tmp_path / "mine.py"
    path.write_text("")
    ours = ["tornado", "websockets", "aiohttp", "stdlib", "tcp", "a=tornado@uvloop", f"b=tornado=={TORNADO}"]
    specs = specs_of(*ours, str(path))
    assert provide_all(specs, silent) == specs
    assert {spec.executable for spec in specs} == {""}


def test_what_is_not_ours_to_start_is_left_alone():
    """Neither a URL nor a command needs anything that could be looked for."""
    specs = specs_of("x=ws://no.such.host/", "y=wss://h/", "z=cmd:no-such-program {port}")
    assert provide_all(specs, silent) == specs


@pytest.mark.parametrize("word", ["{version}", "python{version}", "{path}"])
def test_an_interpreter_that_is_named_is_found(tmp_path: Path, word: str):
    """By version or by path, for a file too: then it has an executable."""
    path = tmp_path / "mine.py"
    path.write_text("")
    named = word.format(version=".".join(map(str, sys.version_info[:3])), path=sys.executable)
    for spec in provide_all(specs_of(f"{path}@{named}", f"x=stdlib@{named}"), silent):
        assert Path(spec.executable).is_absolute()
        assert Path(spec.executable).is_file()


def test_a_missing_file_is_told():
    """It is looked for before anything starts."""
    assert refused("x=/no/such/file.py") == "x: there is no file /no/such/file.py"
    assert refused("x=/no/such/file.py@3.12") == "x: there is no file /no/such/file.py"


def test_a_missing_interpreter_is_told(tmp_path: Path):
    """The line is the same for a server of ours and a file."""
    path = tmp_path / "mine.py"
    path.write_text("")
    for text in ("tornado@3.99", f"{path}@3.99"):
        assert "3.99" in refused(text)


@pytest.mark.parametrize(("text", "loop"), [("stdlib@rloop", "rloop"), ("{file}@rloop", "rloop")])
def test_a_missing_loop_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, loop: str):
    """An event loop is a distribution, too; nothing is installed for it unless uv can make an environment."""
    path = tmp_path / "mine.py"
    path.write_text("")
    monkeypatch.setattr("wsbench.environments.availability.version_of", lambda _: "")
    monkeypatch.setattr(provision, "needed", lambda _: False)
    assert refused(text.format(file=path)) == f"{loop} is not installed: pip install {loop}"


def test_a_missing_library_is_told_with_all_that_lacks(monkeypatch: pytest.MonkeyPatch):
    """A server that is made of several distributions names those that are not here."""
    made_of_two = Contestant("two", "no.module", "no-such-one", "two", needs=("no-such-two", "tornado"))
    monkeypatch.setitem(SERVERS, "two", made_of_two)
    monkeypatch.setattr(provision, "needed", lambda _: False)
    assert refused("two") == (
        "no-such-one, no-such-two are not installed: pip install no-such-one no-such-two"
    )


@pytest.mark.parametrize(
    ("texts", "line"),
    [
        (("websockets==9.1",), "websockets 9.1 is too old: this server needs 10.4 or newer"),
        (
            ("tornado", "w=websockets-sync==10.4"),
            "websockets 10.4 is too old: this server needs 11.0 or newer",
        ),
        (("tornado==0.1", "granian==2.0rc1"), "tornado 0.1 is too old: this server needs 6.2 or newer"),
    ],
)
def test_what_is_too_old_is_told_before_anything_is_built(
    built: list[str], texts: tuple[str, ...], line: str
):
    """Not even what could be built is, however the versions are written."""
    assert refused("picows==99", *texts) == line
    assert built == []


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have environments made by nobody; return the labels of the servers they were wanted for."""
    labels: list[str] = []

    def provide(spec: ServerSpec, say: Callable[[str], None]) -> str:
        labels.append(spec.label)
        say(f"building for {spec.label}")
        return f"/made/for/{spec.label}"

    monkeypatch.setattr(provision, "provide", provide)
    return labels


def test_what_needs_an_environment_gets_one(built: list[str]):
    """Whoever asks for another version; it runs there, and nothing else about it changes."""
    said: list[str] = []
    specs = specs_of("tornado==6.3", "tornado", "aiohttp==3.9")
    found = provide_all(specs, said.append)
    assert [spec.executable for spec in found] == ["/made/for/tornado==6.3", "", "/made/for/aiohttp==3.9"]
    assert built == ["tornado==6.3", "aiohttp==3.9"]
    assert said == ["building for tornado==6.3", "building for aiohttp==3.9"]
    assert tuple(msgspec.structs.replace(spec, executable="") for spec in found) == specs


def test_a_checkout_and_an_earlier_runs_versions_get_one_too(built: list[str]):
    """Whatever is installed here, it is not that."""
    (checkout,) = specs_of("x=tornado@path:.")
    pinned = msgspec.structs.replace(specs_of("y=tornado")[0], pins=(f"tornado=={TORNADO}",))
    provide_all((checkout, pinned), lambda _: None)
    assert built == ["x", "y"]
