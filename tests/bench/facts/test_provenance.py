"""Recipes: what makes two results comparable, field by field."""

from __future__ import annotations

import msgspec
import pytest
from runs import run_of
from wsbench.facts.provenance import differences, made_of, proof_of
from wsbench.records.common import Proof
from wsbench.targets.spec_parser import read_spec

PROOF = Proof("15.0", "CPython 3.11.7", "asyncio.Loop", ("wsaccel",), code="ab12")


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (PROOF, ""),
        (msgspec.structs.replace(PROOF, version="16.1"), "version 15.0, now 16.1"),
        (
            msgspec.structs.replace(PROOF, python="CPython 3.13.1"),
            "python CPython 3.11.7, now CPython 3.13.1",
        ),
        (msgspec.structs.replace(PROOF, loop="uvloop.Loop"), "loop asyncio.Loop, now uvloop.Loop"),
        (msgspec.structs.replace(PROOF, speedups=()), "speedups wsaccel, now none"),
        (msgspec.structs.replace(PROOF, speedups=("a", "b")), "speedups wsaccel, now a, b"),
        (msgspec.structs.replace(PROOF, code="cd34"), "other code under the same version"),
        (msgspec.structs.replace(PROOF, version="16.1", code="cd34"), "version 15.0, now 16.1"),
        (msgspec.structs.replace(PROOF, deviations={"ping": "none"}), ""),  # follows from the code
    ],
)
def test_every_field_of_a_recipe_counts(now: Proof, text: str) -> None:
    """The first difference is named, with the stored value before today's."""
    assert differences(PROOF, now) == text


def test_unknown_code_is_never_the_same() -> None:
    """A server without an identity differs from one that has it, and from itself."""
    unknown = msgspec.structs.replace(PROOF, code="")
    for stored, now in ((unknown, unknown), (unknown, PROOF), (PROOF, unknown)):
        assert differences(stored, now) == "no identity of the code"


def test_a_proof_is_of_the_label() -> None:
    """It is what the process behind the label reported in any round; without a round there is none."""
    run = run_of({"tornado": 60.0, "new=tornado": 60.0}, codes={"new": "cd34"}, rounds=2)
    first = msgspec.structs.replace(run.rounds[0], servers={})
    late = msgspec.structs.replace(run, rounds=(first, *run.rounds[1:]))
    for one in (run, late):
        proof = proof_of(one, "new")
        assert proof is not None
        assert proof.code == "cd34"
    assert proof_of(run, "aiohttp") is None
    assert proof_of(msgspec.structs.replace(run, rounds=()), "new") is None


@pytest.mark.parametrize(
    ("word", "libraries", "made"),
    [
        ("tornado", {"tornado": "6.6"}, ""),
        ("aiohttp@uvloop==0.22.1", {"aiohttp": "3.14", "uvloop": "0.22.1", "yarl": "1"}, "uvloop 0.22.1"),
        (
            "fastapi@with:starlette==0.37.2",
            {"Uvicorn": "0.54", "websockets": "17.4", "starlette": "0.37.2"},
            "Uvicorn 0.54, websockets 17.4, starlette 0.37.2",
        ),
        ("mine=./mine.py", {"picows": "2.3"}, ""),
    ],
)
def test_what_else_decides_the_result_is_named(word: str, libraries: dict[str, str], made: str) -> None:
    """The loop, what a framework stands on, and what was pinned."""
    (spec,) = read_spec(word)
    assert made_of(spec, Proof("1", "3.11", "asyncio", libraries=libraries)) == made
