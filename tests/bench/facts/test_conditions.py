"""Machines and conditions of two runs: what counts, and that a difference is told in words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from runs import environment, run_of
from wsbench.analysis.run import analyse
from wsbench.facts.conditions import (
    condition_differences,
    fingerprint,
    lapse_doubt,
    limit_doubt,
    machine_differences,
)
from wsbench.records.run import Run

HERE: dict[str, Any] = {
    "system": "Linux 6.18.5-2-cloud x86_64",
    "virtualisation": "KVM",
    "governor": "performance",
    "quota": 0.0,
    "allowed": 2,
    "variables": {},
}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"cpu": "Other CPU"}, "processor Some CPU, now Other CPU"),
        ({"cores": 4}, "cores 2, now 4"),
        ({"system": "Linux 6.19.0 x86_64"}, "kernel Linux 6.18, now Linux 6.19"),
        ({"system": "Linux 6.18.5-2-cloud aarch64"}, "architecture x86_64, now aarch64"),
        ({"virtualisation": "none"}, "virtualisation KVM, now none"),
        ({"governor": "powersave"}, "governor performance, now powersave"),
        ({"quota": 0.5}, "CPU limit none, now 0.5 cores"),
        ({"server_core": None}, "server and client on a core each, now on one core"),
        ({"cpu": "X", "cores": 4}, "processor Some CPU, now X; cores 2, now 4"),
    ],
)
def test_another_machine_is_told_in_words(change: dict[str, Any], text: str) -> None:
    """Each field alone makes another kind of machine, with another fingerprint; the stored value is first."""
    now = environment(**{**HERE, **change})
    assert machine_differences(environment(**HERE), now) == text
    assert fingerprint(now) != fingerprint(environment(**HERE))
    assert len(fingerprint(now)) == 12


@pytest.mark.parametrize(
    "change",
    [
        {"system": "Linux 6.18.9-3-cloud x86_64"},
        {"server_core": 0},
        {"client_core": 1},
        {"load_average": 3.0},
        {"busy": 0.9},
        {"python": "3.13"},
        {"libraries": {}},
        {"allowed": 8},
    ],
)
def test_what_a_machine_does_today_is_not_in_its_fingerprint(change: dict[str, Any]) -> None:
    """Load, which of its cores, a kernel's patch, and what is installed leave it the same machine."""
    now = environment(**{**HERE, **change})
    assert machine_differences(environment(**HERE), now) == ""
    assert fingerprint(now) == fingerprint(environment(**HERE))


def test_what_an_older_file_does_not_say_differs_from_nothing() -> None:
    """Its machine may be the same; a variable that is set now may have been set then, and that is told."""
    older = environment(system="Linux", governor="")
    now = environment(**{**HERE, "quota": 0.5})
    assert machine_differences(older, now) == machine_differences(now, older) == ""
    then = run_of({"tornado": 60.0}, rounds=1)
    assert condition_differences(then, run_of({"tornado": 60.0}, rounds=1, variables={})) == ""
    optimised = run_of({"tornado": 60.0}, rounds=1, variables={"PYTHONOPTIMIZE": "1"})
    assert condition_differences(then, optimised) == "other settings: PYTHONOPTIMIZE unknown, now 1"


def changed(run: Run, awake: tuple[bool, bool] = (True, True), **plan: Any) -> Run:
    """Return a run of two rounds with another plan, awake where that is said."""
    rounds = [msgspec.structs.replace(one, awake=kept) for one, kept in zip(run.rounds, awake, strict=True)]
    header = msgspec.structs.replace(run.header, plan=msgspec.structs.replace(run.header.plan, **plan))
    return msgspec.structs.replace(run, rounds=tuple(rounds), header=header)


def test_conditions_are_machine_settings_awake_cores_and_variables() -> None:
    """Each alone parts two runs; other servers, numbers and load do not."""
    run = run_of({"tornado": 60.0}, rounds=2, variables={"PYTHONOPTIMIZE": "1"})
    same = {"rounds": 2, "variables": {"PYTHONOPTIMIZE": "1"}}
    assert condition_differences(run, run_of({"aiohttp": 90.0}, load_average=2.0, **same)) == ""
    for now, text in (
        (run_of({"tornado": 60.0}, cpu="X", **same), "another machine: processor Some CPU, now X"),
        (changed(run, equal=False), "other settings: equal settings, now settings as shipped"),
        (changed(run, (True, False)), "other settings: cores kept awake, now cores left to sleep"),
        (changed(run, explain=True), "other settings: servers not watched, now servers watched (--explain)"),
        (run_of({"tornado": 60.0}, rounds=2, variables={}), "other settings: PYTHONOPTIMIZE 1, now not set"),
    ):
        assert condition_differences(run, now) == text
    assert condition_differences(changed(run, (False, False)), changed(run, (True, False))) == ""


def test_variables_stand_among_the_conditions() -> None:
    """Whoever reads the table sees what its numbers depend on."""
    found = analyse(run_of({"tornado": 60.0}, variables={"LD_PRELOAD": "libjemalloc.so.2"})).conditions
    assert "LD_PRELOAD=libjemalloc.so.2" in found


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"quota": 0.5}, True),
        ({"quota": 1.9, "cores": 8, "allowed": 2}, True),
        ({"quota": 2.0, "cores": 8, "allowed": 8}, True),
        ({"quota": 2.0, "cores": 8, "allowed": 2}, False),  # they can't use more
        ({"quota": 3.0, "cores": 8, "allowed": 8}, False),
        ({"quota": 0.0}, False),
        ({"quota": None}, False),
    ],
)
def test_a_limit_that_server_and_client_reach_is_told(fields: dict[str, Any], told: bool) -> None:
    """They keep a core each busy, and wsbench a little more."""
    assert bool(limit_doubt(environment(**fields))) is told
    notices = [notice.text for notice in analyse(run_of({"tornado": 60.0}, rounds=1, **fields)).notices]
    assert any(text.startswith("this process may use ") for text in notices) is told
    if told:
        assert f"may use {fields['quota']:g} cores (CPU limit of its cgroup)" in " ".join(notices)


def test_one_core_of_several_is_told() -> None:
    """A cpuset or an affinity of one core is no machine of one core."""
    fields = {"server_core": None, "client_core": None, "cores": 8, "allowed": 1}
    (notice,) = analyse(run_of({"tornado": 60.0}, **fields)).notices
    assert notice.text == (
        "servers and clients share a core here: this process may use 1 of 8: use a machine with two or more"
    )


def test_a_core_that_was_not_kept_awake_to_the_end_is_told_with_its_reason() -> None:
    """In how many rounds, and why in the first of them."""
    run = run_of({"tornado": 60.0}, rounds=3)
    why = "core 1: what keeps it awake was killed by SIGKILL"
    late = [msgspec.structs.replace(one, awake=False, lapses=(why,)) for one in run.rounds[1:]]
    run = msgspec.structs.replace(run, rounds=(run.rounds[0], *late))
    assert lapse_doubt(run.rounds) == f" in 2 of 3 rounds ({why})"
    assert (
        f"the cores were not kept awake in 2 of 3 rounds ({why}): latencies hold what waking them costs"
        in {notice.text for notice in analyse(run).notices}
    )
    assert "cores left to sleep" in analyse(run).conditions
