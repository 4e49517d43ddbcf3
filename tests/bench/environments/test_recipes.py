"""What a server wants installed, whether it is, and what its own environment is made of."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
import tiny
from wsbench.environments import interpreters
from wsbench.environments.interpreters import version_of
from wsbench.environments.recipes import DAYS, holds, published, recipe_for
from wsbench.errors import UsageError
from wsbench.targets.catalogue import SERVERS, Contestant

BASE = interpreters.ours()
TORNADO = version_of("tornado")
AIOHTTP = version_of("aiohttp")
LOOP = version_of("uvloop")


@pytest.fixture(autouse=True)
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a server in the catalogue that needs next to nothing."""
    monkeypatch.setitem(SERVERS, "tiny", tiny.CONTESTANT)


@pytest.mark.parametrize(
    ("versions", "changes", "fine"),
    [
        ({"tiny": "1.0"}, {}, True),
        ({"tiny": "1.0"}, {"version": "1.0"}, True),
        ({"tiny": "1.0"}, {"version": "1"}, True),
        ({"tiny": "1.0"}, {"version": "1.0.1"}, False),
        ({"tiny": "10"}, {"version": "1"}, False),
        ({"tiny": "1.0rc1"}, {"version": "1.0.0-rc.1"}, True),
        ({"tiny": "1.0"}, {"version": "newest"}, False),
        ({}, {}, False),
        ({"tiny": "1.0"}, {"loop": "uvloop"}, False),
        ({"tiny": "1.0", "uvloop": "1"}, {"loop": "uvloop"}, True),
        ({"tiny": "1.0", "uvloop": "1"}, {"loop": "uvloop", "loop_version": "1.0"}, True),
        ({"tiny": "1.0", "uvloop": "1"}, {"loop": "uvloop", "loop_version": "2"}, False),
        ({"tiny": "1.0", "a-b": "1"}, {"companions": ("A_b==1.0",)}, True),
        ({"tiny": "1.0", "a-b": "1"}, {"companions": ("A_b==2",)}, False),
        ({"tiny": "1.0"}, {"companions": ("A_b==1.0",)}, False),
    ],
)
def test_what_a_server_wants(versions: dict[str, str], changes: dict[str, str], fine: bool):
    """Library, companions and loop must be there, the library in the version that was asked for."""
    assert holds(versions, tiny.spec(**changes)) is fine


def test_companions_are_wanted(monkeypatch: pytest.MonkeyPatch):
    """Without its companions a server does not run, whatever they are called."""
    monkeypatch.setitem(SERVERS, "tiny", msgspec.structs.replace(tiny.CONTESTANT, needs=("A_b",)))
    assert not holds({"tiny": "1"}, tiny.spec())
    assert holds({"tiny": "1", "a-b": "1"}, tiny.spec())


@pytest.mark.parametrize(
    ("library", "needs", "changes", "requirements"),
    [
        ("tornado", (), {}, (f"tornado=={TORNADO}",)),
        ("tornado", (), {"version": "6.4"}, ("tornado==6.4",)),
        ("tornado", (), {"loop": "uvloop"}, (f"tornado=={TORNADO}", f"uvloop=={LOOP}")),
        ("tornado", (), {"loop": "uvloop", "source": "path:1"}, (f"uvloop=={LOOP}",)),
        ("tornado", ("aiohttp", "tiny"), {"version": "6.4"}, ("aiohttp", "tiny", "tornado==6.4")),
        ("tornado", ("aiohttp",), {}, (f"aiohttp=={AIOHTTP}", f"tornado=={TORNADO}")),
        ("tiny", ("aiohttp",), {}, ("aiohttp", "tiny")),
        ("", (), {"loop": "uvloop"}, (f"uvloop=={LOOP}",)),
        ("tornado", ("aiohttp",), {"version": "1", "pins": ("b==2", "tornado==1")}, ("b==2", "tornado==1")),
        ("tornado", ("aiohttp",), {"companions": ("AioHttp==3",)}, ("AioHttp==3", f"tornado=={TORNADO}")),
        (
            "tornado",
            ("aiohttp",),
            {"version": "6.4", "companions": ("a==3",)},
            ("a==3", "aiohttp", "tornado==6.4"),
        ),
        ("", (), {"loop": "uvloop", "loop_version": "0.1"}, ("uvloop==0.1",)),
        ("tornado", (), {"source": "path:1", "companions": ("a==3",)}, ("a==3",)),
    ],
)
def test_the_recipe(
    monkeypatch: pytest.MonkeyPatch,
    library: str,
    needs: tuple[str, ...],
    changes: dict[str, Any],
    requirements: tuple[str, ...],
):
    """What a spec leaves open is as it is here; companions are free where the library is another."""
    monkeypatch.setitem(SERVERS, "tiny", Contestant("tiny", "nowhere", library, "", needs))
    spec = tiny.spec(**changes)
    recipe = recipe_for(spec, BASE, spec.source, published(spec))
    assert recipe.requirements == requirements
    assert (recipe.library, recipe.python, recipe.version) == (library, BASE.base, BASE.version)
    assert recipe.source == spec.source


def test_a_checkout_that_is_installed_is_no_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """What is installed here from a folder or an address can't be had by its version."""
    found = tmp_path / "from_a_folder-1.0.dist-info"
    found.mkdir()
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: from-a-folder\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    contestant = msgspec.structs.replace(tiny.CONTESTANT, library="from-a-folder", needs=())
    monkeypatch.setitem(SERVERS, "tiny", contestant)
    assert published(tiny.spec()) == {"from-a-folder": "1.0"}
    (found / "direct_url.json").write_text("{}")
    assert published(tiny.spec()) == {}
    assert recipe_for(tiny.spec(), BASE, "", {}).requirements == ("from-a-folder",)


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        ({}, 0),
        ({"version": TORNADO}, 0),
        ({"version": "6.4"}, DAYS),
        ({"version": "6.4", "companions": ("a==1",)}, DAYS),
        ({"version": "6.4", "pins": ("tornado==6.4",)}, 0),
        ({"source": "path:1"}, 0),
    ],
)
def test_companions_of_another_version_are_of_its_day(changes: dict[str, Any], days: int):
    """That belongs to the recipe, as they are others without it; what is here, or pinned, is as it is."""
    spec = tiny.spec(name="tornado", **changes)
    recipe = recipe_for(spec, BASE, spec.source, published(spec))
    assert recipe.days == days
    assert (recipe.key == msgspec.structs.replace(recipe, days=0).key) == (not days)


@pytest.mark.parametrize(
    "pin", ["--index-url=http://x", "x @ http://h/x==1", "x", "x==1 y==2", "x==1.*", "-r==1"]
)
def test_pins_are_versions_and_nothing_else(pin: str):
    """A stored run can't smuggle in anything that is no version of a distribution."""
    for changes in ({"pins": (pin,)}, {"companions": (pin,)}):
        with pytest.raises(UsageError, match=r"^tiny: .* is no version of a distribution$"):
            recipe_for(tiny.spec(**changes), BASE, "", {})
