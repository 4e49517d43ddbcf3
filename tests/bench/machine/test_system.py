"""What the machine says about itself."""

import os

import pytest
from wsbench.machine import system
from wsbench.machine.cpus import Cores


def test_libraries_are_the_installed_ones():
    """Versions of ours and of every contestant are told; what is missing is left out."""
    found = system.libraries()
    assert {"wsbench", "tornado", "websockets", "numpy"} <= set(found)
    assert all(found.values())
    assert system.version_of("no-such-distribution") == ""


def test_describe_names_machine_and_cores():
    """The description holds what a reader needs to compare two machines."""
    found = system.describe(Cores(1, 0))
    assert (found.server_core, found.client_core, found.cores) == (1, 0, os.cpu_count())
    assert found.python.startswith("CPython 3.")
    assert found.cpu


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        ("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 9 9", (8, 36)),
        ("cpu  1 2 3 4", (0, 0)),
        ("", (0, 0)),
    ],
)
def test_steal_is_the_eighth_number(monkeypatch: pytest.MonkeyPatch, text: str, ticks: tuple[int, int]):
    """Stolen and all ticks come from the first line; a kernel that does not count has none."""
    monkeypatch.setattr(system, "read_text", lambda _: text)
    assert system.steal_ticks() == ticks


@pytest.mark.parametrize(
    ("text", "pages"),
    [("nr_free_pages 9\npswpin 3\npswpout 40\npswpin_x 500", 43), ("nr_free_pages 9", 0), ("", 0)],
)
def test_swapped_is_in_and_out(monkeypatch: pytest.MonkeyPatch, text: str, pages: int):
    """Pages that came and pages that went; a kernel that does not count has none."""
    monkeypatch.setattr(system, "read_text", {"/proc/vmstat": text}.get)
    assert system.swapped_pages() == pages


def test_a_missing_file_is_empty():
    """What the system does not say is the empty text."""
    assert system.read_text("/no/such/file") == ""


def test_a_watch_says_what_has_passed_since_it_was_made(monkeypatch: pytest.MonkeyPatch):
    """Stolen time is a share of all ticks since then; pages are those since then."""
    ticks, pages = iter([(10, 100), (15, 200)]), iter([7, 9])
    monkeypatch.setattr(system, "steal_ticks", lambda: next(ticks))
    monkeypatch.setattr(system, "swapped_pages", lambda: next(pages))
    watch = system.Watch()
    assert (watch.steal, watch.swapped) == (0.05, 2)
    assert watch.seconds >= 0
