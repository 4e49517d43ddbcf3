"""What wsbench itself has written, where somebody else may have: result files, profiles, child processes."""

from __future__ import annotations

import base64
import contextlib
import functools
import gzip
import json
import tempfile
import zlib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import zstandard
from load_runs import load_run, plan_of
from parser import Parser, words_of
from profiles import PROFILE
from runs import run_of
from wsbench.driver.messages import CellClosed, Done, Opened, Problem
from wsbench.machine.answers import answer_of
from wsbench.machine.launcher import Code, Connections, Ready, Workers
from wsbench.machine.process import Child, ChildError
from wsbench.plan.margins import Comparison
from wsbench.records.common import Handshake, Proof
from wsbench.records.load import LoadRun
from wsbench.records.run import Run
from wsbench.records.slices import Slice, numbers, packed, unpacked
from wsbench.records.slowest import Pauses
from wsbench.stats.histogram import OUTER_BYTES, decode, encode, is_encoded, merge
from wsbench.storage.errors import StoreError
from wsbench.storage.machine_profile import load_profile
from wsbench.storage.results import read_any


@functools.cache
def folder() -> Path:
    """Return a folder that lives as long as the process."""
    kept.append(tempfile.TemporaryDirectory(prefix="wsbench-fuzz-"))
    return Path(kept[0].name)


kept: list[tempfile.TemporaryDirectory[str]] = []


def result(data: bytes) -> None:
    """Read a result file; what was read can be written, and is read as the same."""
    path = folder() / "x.jsonl"
    path.write_bytes(data)
    found = read_any(path)
    path.write_bytes(_written(found))
    assert read_any(path) == found


def _written(run: Run | LoadRun) -> bytes:
    closing = [run.closing] if run.closing else []
    return b"".join(msgspec.json.encode(one) + b"\n" for one in (run.header, *run.rounds, *closing))


def profile(data: bytes) -> None:
    """Read a machine's profile, or none."""
    (folder() / f"{PROFILE.fingerprint}.json").write_bytes(data)
    found = load_profile(PROFILE.fingerprint, folder())
    assert found is None or found.fingerprint == PROFILE.fingerprint


def histogram(data: bytes) -> None:
    """Tell whether a text is a histogram, as it stands or around some content; one that is can be read."""
    around = base64.b64encode(HDR_HEAD + zlib.compress(data, 1)).decode()
    for text in (data.decode("latin-1"), around):
        if is_encoded(text):
            assert merge([text, text]).get_total_count() == 2 * decode(text).get_total_count()


ENCODED = tuple(base64.b64decode(encode(times)) for times in ([60_000, 70_000], []))
HDR_HEAD = ENCODED[0][:OUTER_BYTES]
"""Cookie and length; nobody looks at the length."""


class Said(Child):
    """A child that has said something and ended."""

    def __init__(self, said: bytes) -> None:
        self.name, self._heard = "it", bytearray(said)
        self.process: Any = SimpleNamespace(stdout=SimpleNamespace(fileno=lambda: -1))

    def fate(self) -> str:
        """Say that it ended well."""
        return "exited with code 0"


KINDS = (Ready, Proof, Workers, Connections, Code, Pauses, Opened, Slice, CellClosed, Done, Problem)


def answer(data: bytes) -> None:
    """Hear a child, and read what it said as each record that it may be; all of it can be stored."""
    found = Said(data + b"\n").hear(0.0)
    for kind in KINDS:
        with contextlib.suppress(ChildError):
            msgspec.json.encode(answer_of("it", found, kind, unpacked), enc_hook=packed)


def _line(record: object, **more: object) -> bytes:
    fields = msgspec.to_builtins(record, enc_hook=packed)
    return json.dumps({**fields, **more}).encode()


RUN = run_of({"tornado": 60.0}, rounds=1, comparison=Comparison((("tornado", "tornado"),), looks=(1,)))
LOAD = load_run(plan_of(rates=(2_000.0,), slo=("p99=5ms",)), 1)
TEXTS = tuple(map(_written, (RUN, LOAD)))
JSON_WORDS = words_of('{ } [ ] " : , null true -1 1e9 1e999 \\u0041 \\ud800 "a" {"a":')

PARSERS = {
    "result": Parser(
        result, (StoreError,), (*TEXTS, gzip.compress(TEXTS[0]), zstandard.compress(TEXTS[1])), JSON_WORDS
    ),
    "profile": Parser(profile, (), (msgspec.json.encode(PROFILE),), JSON_WORDS),
    "histogram": Parser(
        histogram, (), tuple(zlib.decompress(one[OUTER_BYTES:]) for one in ENCODED), (b"\x00", b"\xff\x01")
    ),
    "answer": Parser(
        answer,
        (ChildError,),
        (
            _line(Ready(81, 2), event="ready", **msgspec.to_builtins(Proof("1", "3.11", "asyncio.Loop"))),
            _line(Problem("why", silent=True), answers=1),
            _line(Opened(Handshake()), answers=1),
            _line(Slice(numbers([60_000]), 70_000, 1), answers=2),
            _line(Connections({"81": True}), event="nodelay"),
            b'{"event": "failed", "reason": "it has no port"}',
        ),
        (*JSON_WORDS, *words_of('"event" "failed" "reason" "port" "pid" "latencies" "handshake"')),
    ),
}
