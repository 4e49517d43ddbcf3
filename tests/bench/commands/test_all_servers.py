"""Which servers a command takes where it was told to take all, and what it says about the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from wsbench.commands import listing, verify
from wsbench.errors import UsageError
from wsbench.planning.workloads import Words
from wsbench.targets.catalogue import FLOOR, SERVERS, YARDSTICK, Contestant
from wsbench.targets.spec import Axes, ServerSpec
from wsbench.workflow import everybody

TABLE = {
    "able": Contestant("able", "m.able", "able-dist", "does all", can=("loop", "tls", "deflate")),
    "plain": Contestant("plain", "m.plain", "plain-dist", "echoes"),
    "lacking": Contestant("lacking", "m.lacking", "lacking-dist", "is nowhere", can=("tls",)),
    "gone": Contestant("gone", "", "gone-dist", "", obstacle="its last release needs Python 3.9"),
    YARDSTICK: SERVERS[YARDSTICK],
    FLOOR: SERVERS[FLOOR],
}


def have(specs: Iterable[ServerSpec], say: Callable[[str], None]) -> tuple[ServerSpec, ...]:
    """Have everything but one library."""
    found = tuple(specs)
    if any(spec.name == "lacking" for spec in found):
        raise UsageError("lacking-dist is not installed: pip install lacking-dist")
    return found


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have a small catalogue, of which one library is not installed; then the real one, in its order."""
    before = dict(SERVERS)
    SERVERS.clear()
    SERVERS.update(TABLE)
    monkeypatch.setattr(everybody, "provide_all", have)
    for module in (verify, listing):
        monkeypatch.setattr(
            module, "missing", lambda names: "no lacking-dist" if "lacking-dist" in {*names} else ""
        )
    yield
    SERVERS.clear()
    SERVERS.update(before)


@pytest.mark.parametrize(
    ("words", "found", "said"),
    [
        (Words(), ("able", "plain"), ("lacking-dist is not installed", "gone can't be run: its last")),
        (Words(servers=("plain",)), ("able",), ("lacking-dist is not installed", "gone can't be run")),
        (
            Words(axes=Axes(tls=True)),
            ("able",),
            ("'plain': plain can't serve over TLS", "lacking-dist is not installed", "gone can't be run"),
        ),
        (
            Words(axes=Axes(deflate=True)),
            ("able",),
            (
                "'plain': plain has no permessage-deflate",
                "'lacking': lacking has no permessage",
                "gone can't",
            ),
        ),
    ],
)
def test_all_are_those_that_can_be_run_as_asked(
    capsys: pytest.CaptureFixture[str], words: Words, found: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """Who is left out is told with the reason; who was named is there once."""
    asked = words.servers
    all_of_them = everybody.with_all_servers(words, without=(YARDSTICK,), quiet=True).servers
    assert all_of_them[: len(asked)] == asked
    assert {*all_of_them[len(asked) :]} == {*found}
    printed, heard = capsys.readouterr()
    lines = heard.splitlines()
    assert (printed, len(lines)) == ("", len(said))
    assert all(any(line.startswith(f"left out: {text}") for line in lines) for text in said)


@pytest.mark.parametrize(
    ("axes", "found"),
    [
        (Axes(), {"able", "plain", YARDSTICK, FLOOR}),
        (Axes(loops=("uvloop",)), {"able", "plain", YARDSTICK, FLOOR}),
        (Axes(tls=True), {"able"}),
        (Axes(deflate=True), {"able"}),
        (Axes(tls=True, deflate=True), {"able"}),
    ],
)
def test_verify_takes_those_that_are_here_and_can_do_it(axes: Axes, found: set[str]) -> None:
    """Without names nobody is refused: who can't do what is asked of all is not asked."""
    assert set(verify._installed(axes)) == found


def test_the_list_says_of_each_how_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """A version and what it is, what to install, or why it can't be run; each word once."""
    listing.list_contestants()
    shown = capsys.readouterr().out.partition("clients")[0].splitlines()[1:]
    lines = {line.split()[0]: line.split(maxsplit=1)[1] for line in shown}
    assert set(lines) == set(TABLE)
    assert lines["plain"].endswith("echoes")
    assert lines["lacking"] == "no lacking-dist"
    assert lines["gone"] == "can't be run: its last release needs Python 3.9"
