"""What programs have written: result files, profiles, what child processes, uv and git say."""

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
from wsbench.environments.messages import explain, sources_only
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


def tools(data: bytes) -> None:
    """Say in one line what uv and git have said, and find what has no wheel."""
    said = data.decode(errors="replace")
    line = explain(said, "tornado==6.4", "3.11", lambda name: f"that of {name}")
    assert line.strip()
    assert len(line.splitlines()) == 1
    sources_only(said)


def _line(record: object, **more: object) -> bytes:
    fields = msgspec.to_builtins(record, enc_hook=packed)
    return json.dumps({**fields, **more}).encode()


RUN = run_of({"tornado": 60.0}, rounds=1, comparison=Comparison((("tornado", "tornado"),), looks=(1,)))
LOAD = load_run(plan_of(rates=(2_000.0,), slo=("p99=5ms",)), 1)
TEXTS = tuple(map(_written, (RUN, LOAD)))
SAID = (
    b"  x No solution found:\n  `-> Because there is no version of tornado==9 and you require it, we can"
    b" conclude that your requirements are unsatisfiable.",
    b"error: Request failed after 3 retries\n  Caused by: dns error",
    b"Because pandas==1.0 has no usable wheels and building from source is disabled",
)
JSON_WORDS = words_of('{ } [ ] " : , null true -1 1e9 1e999 \\u0041 \\ud800 "a" {"a":')

PARSERS = {
    "result": Parser(
        result, (StoreError,), (*TEXTS, gzip.compress(TEXTS[0]), zstandard.compress(TEXTS[1])), JSON_WORDS
    ),
    "profile": Parser(profile, (), (msgspec.json.encode(PROFILE),), JSON_WORDS),
    "histogram": Parser(
        histogram, (), tuple(zlib.decompress(one[OUTER_BYTES:]) for one in ENCODED), (b"\x00", b"\xff\x01")
    ),
    "tools": Parser(
        tools, (), SAID, words_of("Because error: Caused by: has no wheels usable == requires Python >=3 `a`")
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
