"""Each kind of run adds its values, or says why it adds none."""

from __future__ import annotations

import msgspec
from count_runs import count_run_of
from histories import run_on
from load_runs import load_run
from wsbench.analysis.history.record import Unusable, Value, known_metrics
from wsbench.analysis.history.values import AnyRun, values_of
from wsbench.records.common import Closing


def added(run: AnyRun, *metrics: str) -> list[Value]:
    """Return the values of a run."""
    found = list(values_of(run, "file", against="stdlib", metrics=metrics))
    assert not any(isinstance(one, Unusable) for one in found)
    return [one for one in found if isinstance(one, Value)]


def refused(run: AnyRun) -> list[tuple[str, str]]:
    """Return what a run lacks, and why."""
    found = values_of(run, "file", against="stdlib")
    return [(one.what, one.why) for one in found if isinstance(one, Unusable)]


def test_what_is_gated_by_default_is_what_is_wanted():
    """Other metrics are asked for by name."""
    assert {one.key.metric for one in added(run_on(1))} == {"rtt_p50", "server_cpu"}
    assert {one.key.metric for one in added(run_on(1), "rtt_p90")} == {"rtt_p90"}
    assert {one.key.metric for one in added(count_run_of({"tornado": 1e5}, more={"syscalls": 3.0}))} == {
        "instructions"
    }
    assert {"rtt_p99", "capacity", "instructions"} <= set(known_metrics())


def test_times_are_ratios_to_the_reference_in_the_same_rounds():
    """As `check` has them: what slowed the machine slowed both."""
    value = next(one for one in added(run_on(1, 1.5)) if one.key.metric == "rtt_p50")
    assert round(value.estimate.value, 3) == 1.5
    assert (value.key.server, value.key.client, value.key.against) == ("tornado", "wire", "stdlib")
    assert value.key.settings == ("equal settings", "cores kept awake", "wire sleeps between replies")


def test_load_runs_add_each_rate():
    """Absolute, in the words of the rate."""
    found = added(load_run(), "response_p99", "achieved")
    assert {one.key.workload.rpartition("at ")[2] for one in found} == {"2,000 msg/s", "4,000 msg/s"}
    assert {one.key.metric for one in found} == {"response_p99", "achieved"}
    assert all(one.key.machine and not one.key.against for one in found)


def test_runs_without_a_round_or_with_a_failure_say_so():
    """Of the whole run, or of a cell."""
    empty = msgspec.structs.replace(run_on(1), rounds=())
    assert refused(empty) == [("", "it holds no finished round")]
    failed = run_on(1, failures={"tornado": "it died"})
    assert refused(failed) == [("tornado by wire, 64 B text, 1 connection, depth 1", "it died")]
    counts = count_run_of({"tornado": 1e5}, failures={0: "it hung"})
    assert refused(counts) == [("tornado, 64 B text, 1 connection, depth 1", "it hung")]


def test_unfinished_runs_are_weaker():
    """Interrupted, or cut off."""
    run = run_on(1)
    cut = msgspec.structs.replace(run, closing=None)
    stopped = msgspec.structs.replace(run, closing=Closing("2026-01-02T03:05:00+00:00", "interrupted"))
    assert added(cut)[0].weaker == ("cut off after 4 of 4 rounds",)
    assert added(stopped)[0].weaker == ("interrupted after 4 of 4 rounds",)
    assert added(run)[0].weaker == ()


def test_counts_go_by_the_processors_features():
    """Two kinds of them are two series; another libc is an instrument that changed."""
    one, other = (
        added(count_run_of({"tornado": 1e5}, build={"cpu": cpu, "libc": "2.36"}))[0] for cpu in ("a", "b")
    )
    assert one.key != other.key
    assert one.instruments["libc"] == "2.36"
    assert "cpu" not in one.instruments
