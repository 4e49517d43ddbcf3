"""The machine's profile: what is saved is loaded, what is broken is not, and its lines fit a terminal."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from runs import environment, run_of
from wsbench.analysis.calibration import Calibration, Noise, Profile, Reach, profile_of
from wsbench.analysis.notices import Notice
from wsbench.analysis.provenance import fingerprint
from wsbench.faces import profile as profiles
from wsbench.faces.profile import load_profile, profile_lines, save_profile
from wsbench.faces.store import StoreError
from wsbench.plan.margins import Comparison
from wsbench.plan.run import Pace
from wsbench.plan.workload import Workload
from wsbench.stats.estimate import Estimate

LATENCY, WIDE = Workload(), Workload(connections=16)
REACHES = (Reach(30, 3, None), Reach(60, 22, 0.0104), Reach(120, 45, 0.0071))
LINE = Noise(
    client="wire",
    workload=LATENCY,
    metric="rtt_p50",
    rounds=22,
    sd=0.009,
    spread=0.0072,
    bias=Estimate(0.001, -0.003, 0.005, 22),
    position=Estimate(0.0012, -0.0018, 0.0042, 22),
    autocorrelation=-0.121,
    bound=0.43,
    reaches=REACHES,
    margin=0.015,
)
RATE = msgspec.structs.replace(
    LINE, workload=WIDE, metric="throughput", spread=0.123, position=None, margin=0.25
)
NOTICE = Notice(
    "rtt_p50 by wire, 64 B text, 1 connection, depth 1: rounds depend on those before them; rerun"
)
PROFILE = Profile(
    schema=1,
    fingerprint="0123456789ab",
    made="2026-01-02T03:04:05+00:00",
    wsbench="0.1.0",
    server="tornado",
    calibration=Calibration(2.6, 2.0, (LINE, RATE), (NOTICE,)),
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    """Every field survives, in a file named by the machine, in a folder that need not be there."""
    path = save_profile(PROFILE, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / "0123456789ab.json"
    assert load_profile("0123456789ab", path.parent) == PROFILE


def test_the_newest_calibration_stays(tmp_path: Path) -> None:
    """Saving replaces what was there, and leaves nothing else behind."""
    later = msgspec.structs.replace(PROFILE, made="2026-02-02T03:04:05+00:00")
    for one in (PROFILE, later):
        save_profile(one, tmp_path)
    assert load_profile("0123456789ab", tmp_path) == later
    assert len(list(tmp_path.iterdir())) == 1


def test_a_write_that_fails_leaves_the_old_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk gets one line; the older file stays whole and no temporary one is left."""
    save_profile(PROFILE, tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(profiles.os, "fsync", full)
    with pytest.raises(StoreError, match=r"can't write .*0123456789ab.json: No space left on device"):
        save_profile(msgspec.structs.replace(PROFILE, server="aiohttp"), tmp_path)
    assert load_profile("0123456789ab", tmp_path) == PROFILE
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_can_not_be_made_gets_one_line(tmp_path: Path) -> None:
    """Where a file stands in the way nothing is saved, and nothing is loaded."""
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't write"):
        save_profile(PROFILE, tmp_path / "file")
    assert load_profile("0123456789ab", tmp_path / "file") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b'{"schema": "\xff"}',
        b"[" * 100_000,
        msgspec.json.encode(PROFILE)[:-20],
        msgspec.json.encode(PROFILE).replace(b'"low":-0.003', b'"low":9'),  # a value outside its interval
        msgspec.json.encode(msgspec.structs.replace(PROFILE, schema=0)),
        msgspec.json.encode(msgspec.structs.replace(PROFILE, schema=2)),
        msgspec.json.encode(msgspec.structs.replace(PROFILE, fingerprint="another")),
    ],
)
def test_what_can_not_be_read_is_no_profile(tmp_path: Path, content: bytes) -> None:
    """Broken files, other schemas and another machine's profile are as good as none."""
    (tmp_path / "0123456789ab.json").write_bytes(content)
    assert load_profile("0123456789ab", tmp_path) is None


def test_no_file_is_no_profile(tmp_path: Path) -> None:
    """A machine that was never calibrated has none."""
    assert load_profile("0123456789ab", tmp_path) is None


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """WSBENCH_STATE is the folder itself; without it, or empty, the platform's folder ends in our name."""
    monkeypatch.setenv("WSBENCH_STATE", str(tmp_path))
    assert save_profile(PROFILE).parent == tmp_path
    assert load_profile("0123456789ab") == PROFILE
    monkeypatch.setenv("WSBENCH_STATE", "")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert "wsbench" in profiles.state_folder().parts


@pytest.mark.parametrize("server", ["tornado", "tornado@uvloop", "ws://127.0.0.1:9/echo", "some/server.py"])
def test_a_profile_is_made_of_a_run(server: str) -> None:
    """Date and version are the run's, the machine its fingerprint, and the server reads as it is typed."""
    servers = {f"a={server}": 60.0, f"b={server}": 60.0}
    run = run_of(servers, rounds=6, comparison=Comparison((("a", "b"),)))
    plan = msgspec.structs.replace(run.header.plan, pace=Pace(latency_turns=4))
    run = msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, plan=plan))
    found = profile_of(run, overhead_s=10)
    assert (found.made, found.wsbench) == (run.header.started, run.header.wsbench)
    assert found.fingerprint == fingerprint(environment())
    assert found.server == server
    assert [line.reaches[0].rounds for line in found.calibration.lines] == [20, 20]


def test_the_lines_of_a_profile() -> None:
    """Rows stand under one head by cell; what is unknown is a dash, and every notice is below."""
    lines = profile_lines(PROFILE)
    assert lines[:8] == [
        "calibrated 2026-01-02 with tornado: 22 rounds of 2.6 s (machine 0123456789ab,",
        "wsbench 0.1.0)",
        "              spread       position  autocorr.  30 s   60 s   120 s  margin",
        "wire, 64 B text, 1 connection, depth 1",
        "  rtt_p50     0.72 %  +0.12 ±0.30 %      -0.12     –  1.0 %  0.71 %   1.5 %",
        "wire, 64 B text, 16 connections, depth 1",
        "  throughput    12 %              –      -0.12     –  1.0 %  0.71 %    25 %",
        "spread: standard deviation of ln(copy / base) between rounds, the outer fifths",
    ]
    assert " ".join(lines).endswith(f"note: {NOTICE.text}")


def test_a_profile_without_lines_says_why() -> None:
    """Where nothing could be said there is no table and nothing to explain."""
    empty = msgspec.structs.replace(PROFILE, calibration=Calibration(0.0, 2.0, (), (NOTICE,)))
    text = " ".join(profile_lines(empty))
    assert "0 rounds" in text
    assert "spread" not in text
    assert NOTICE.text in text


SHARES = st.floats(0, 1e6)


@given(SHARES, SHARES, st.floats(-20, 20), st.floats(0, 20), st.floats(-1, 1), st.none() | SHARES)
def test_the_lines_fit_78_columns(
    spread: float, margin: float, effect: float, half: float, memory: float, change: float | None
) -> None:
    """However noisy the machine, and however long a server's name."""
    noisy = msgspec.structs.replace(
        RATE,
        spread=spread,
        margin=margin,
        position=Estimate(effect, effect - half, effect + half, 22),
        autocorrelation=memory,
        reaches=tuple(Reach(time, 22, change) for time in (30, 60, 120)),
    )
    made = msgspec.structs.replace(PROFILE.calibration, lines=(LINE, noisy))
    lines = profile_lines(msgspec.structs.replace(PROFILE, server="x" * 200, calibration=made))
    assert max(map(len, lines)) <= 78


@given(st.floats(-0.5, 0.5))
def test_an_effect_reads_as_a_percentage_of_the_value(effect: float) -> None:
    """The sign is that of the logarithm, the size that of the ratio less 1."""
    text = profiles._effect(Estimate(effect, effect, effect, 22))
    assert float(text.partition(" ±")[0]) == pytest.approx(100 * math.expm1(effect), rel=0.05, abs=0.006)
