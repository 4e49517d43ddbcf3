"""The search over a real repository, with environments that are built and removed, and a counter of ours."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
import tiny
from wsbench.commands.bisect import UncountableError, search
from wsbench.environments import kept
from wsbench.environments.history import Candidate, candidates_between
from wsbench.environments.provision import provide
from wsbench.report.bisect import rows_of
from wsbench.targets.catalogue import SERVERS
from wsbench.targets.spec import ServerSpec
from wsbench.targets.spec_parser import read_spec

SIZES = (100, 110, 110, 0, 130, 130)
"""Of what tiny says in each commit, which is what is counted here; 0: it can't be built."""

WHAT = ("tiny", "commit", "nothing")


@pytest.fixture(autouse=True, scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have a cache of our own, and a server that needs what is in the repository."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WSBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("uv")))
        patch.setenv("UV_DEFAULT_INDEX", tiny.index(tmp_path_factory.mktemp("index")))
        patch.setitem(SERVERS, "tiny", tiny.CONTESTANT)
        yield


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Candidate, ...]:
    """Return the commits of a repository: one for each of `SIZES`."""
    folder = tiny.repository(tmp_path_factory.mktemp("repository") / "tiny")
    backend = (folder / "backend.py").read_text()
    for number, size in enumerate(SIZES):
        (folder / "tiny" / "__init__.py").write_text(f"WORDS = {'x' * size!r}\n")
        (folder / "backend.py").write_text(backend if size else "broken")
        tiny.git(folder, "commit", "--quiet", "--all", "--allow-empty", f"--message=commit {number}")
    ends = (f"tiny@git:{folder}#HEAD~{len(SIZES) - 1}", f"tiny@git:{folder}#main")
    (first,), (last,) = map(read_spec, ends)
    found = candidates_between(first, last)
    assert len(found) == len(SIZES)
    return found


def count(spec: ServerSpec) -> float:
    """Return how much tiny says in the environment of a server."""
    code = "import tiny; print(len(tiny.WORDS))"
    return float(subprocess.check_output([spec.executable, "-I", "-c", code]))


def test_each_change_is_named_and_what_was_built_for_that_is_removed(candidates: tuple[Candidate, ...]):
    """What can't be built is skipped and told; an environment that was there before stays."""
    said: list[str] = []
    provide(candidates[-1].spec, said.append)
    before = kept.kept()
    assert len(before) == 1
    found = search(WHAT, candidates, 0.005, count, said.append)
    first, second = rows_of(found)
    assert (first.at, first.subjects) == ((candidates[1].name,), ("commit 1",))
    assert (second.at, second.subjects) == (
        *((candidates[3].name, candidates[4].name), ("commit 3", "commit 4")),
    )
    assert (first.change, second.change) == pytest.approx((0.1, 130 / 110 - 1))
    assert found.finished
    assert list(found.skipped) == [3]
    assert any(line.startswith(f"{candidates[3].name} is skipped: ") for line in said)
    assert any(line == f"{candidates[0].name}: 100 instructions" for line in said)
    assert kept.kept() == before


def test_ctrl_c_keeps_what_was_found_and_removes_what_was_built(candidates: tuple[Candidate, ...]):
    """Here that is one end, so no change is known yet."""
    before, seen = kept.kept(), list[int]()

    def interrupted(spec: ServerSpec) -> float:
        seen.append(len(kept.kept()))
        if len(seen) == 2:
            raise KeyboardInterrupt
        return count(spec)

    found = search(WHAT, candidates, 0.005, interrupted, lambda _: None)
    assert not found.finished
    assert found.counts == {0: 100.0}
    assert rows_of(found) == ()
    assert max(seen) > len(before)
    assert kept.kept() == before


def test_what_can_not_be_counted_is_skipped_too():
    """Such as what fails its contract; once nothing is left the search is over."""

    def refuse(spec: ServerSpec) -> float:
        raise UncountableError(f"{spec.label}: it is broken")

    (spec,) = read_spec("stdlib")
    found = search(WHAT, [Candidate(name, "", spec) for name in "ab"], 0.005, refuse, lambda _: None)
    assert found.counts == {}
    assert found.skipped == dict.fromkeys(range(2), "stdlib: it is broken")
    assert found.finished
