"""Cells that are shown and not gated, and where the margins of a judgement come from."""

from __future__ import annotations

import msgspec
from runs import run_of
from stored_sessions import judged, session
from wsbench.plan.margins import Comparison, Gates
from wsbench.verdicts.judgement import judge

SHOWN = Gates(cells={"aiohttp by *": {"gate": 0.0}, "*32 connections*": {"rtt_p50": 0.1}}, source="../p.toml")
PAIRS = (("tornado", "aiohttp"), ("tornado", "websockets"))


def test_a_server_is_shown_without_a_verdict() -> None:
    """Its change is there, three times slower as it is, and neither its line nor the run is REGRESSED."""
    servers = {"tornado": 60.0, "aiohttp": 180.0, "websockets": 60.0}
    judgement = judge(run_of(servers, comparison=Comparison(PAIRS, SHOWN, looks=(8,))))
    assert judgement
    found = {(one.candidate, one.metric): (one.verdict, one.change) for one in judgement.verdicts}
    word, change = found["aiohttp", "rtt_p50"]
    assert (word, round(change or 0, 2)) == (None, 2.0)
    assert judgement.word != "REGRESSED"
    assert {one.candidate for one in judgement.gated} == {"websockets"}


def test_the_rule_names_the_file_and_a_notice_the_pattern() -> None:
    """Side by side and against stored numbers."""
    servers = {"tornado": 60.0, "aiohttp": 180.0, "websockets": 60.0}
    beside = judge(run_of(servers, comparison=Comparison(PAIRS, SHOWN, looks=(8,))))
    stored = judged([session()], session(), msgspec.structs.replace(SHOWN, margin=0.02))
    for judgement in (beside, stored):
        assert judgement
        assert judgement.rule.endswith(" Margins are from ../p.toml.")
        texts = [notice.text for notice in judgement.notices]
        assert '../p.toml: "*32 connections*" matches no cell that is judged here' in texts
    assert beside
    assert not any('"aiohttp by *"' in notice.text for notice in beside.notices)
