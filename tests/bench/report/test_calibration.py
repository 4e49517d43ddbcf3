"""The machine's profile: what is saved is loaded, what is broken is not, and its lines fit a terminal."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiles import LINE, NOTICE, PROFILE, RATE
from wsbench.report import calibration
from wsbench.report.calibration import profile_lines
from wsbench.stats.estimate import Estimate
from wsbench.verdicts.calibration import Calibration, Reach


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
    text = calibration._effect(Estimate(effect, effect, effect, 22))
    assert float(text.partition(" ±")[0]) == pytest.approx(100 * math.expm1(effect), rel=0.05, abs=0.006)
