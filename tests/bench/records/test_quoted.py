"""Records without what they quote of others."""

from __future__ import annotations

from msgspec.structs import replace
from wsbench.records.common import Closing, Failure, Handshake, Proof
from wsbench.records.count import CountRound
from wsbench.records.events import Failed, Refused, Stage
from wsbench.records.load import LoadRound, LoadStep, Step
from wsbench.records.quoted import retold
from wsbench.records.run import CellRecord, Round

SAID = "said: sesame"
FAILURE = Failure(3, SAID, (SAID, "fine"), "wire")
PROOF = Proof("1", "3", "asyncio", deviations={"order": SAID}, code="sesame")
AGREED = Handshake("permessage-deflate", "sesame", tls="TLSv1.3")
HISTOGRAM = "sesame+base64"


def hidden(text: str) -> str:
    """Hide one word."""
    return text.replace("sesame", "…")


def cell_record() -> CellRecord:
    """Return a record of a cell."""
    return CellRecord(0, 1, 1, 1, 1, 1.0, 1, {}, (), (), (), None, 1, 1, AGREED, HISTOGRAM)


def step(fault: str, missed: str) -> Step:
    """Return a step."""
    return Step(0, 1.0, 1.0, 1, 0, {}, {}, {}, 1.0, HISTOGRAM, HISTOGRAM, fault=fault, missed=missed)


def test_a_round_of_servers_side_by_side():
    """Reasons, last lines, deviations and the subprotocol are theirs; numbers and digests are not."""
    one = Round(0, 1.0, (cell_record(),), (FAILURE,), {"sesame": PROOF}, {"wire": PROOF})
    told = retold(one, hidden)
    shown = replace(FAILURE, reason="said: …", stderr=("said: …", "fine"))
    assert told == Round(
        0,
        1.0,
        (replace(cell_record(), handshake=replace(AGREED, subprotocol="…")),),
        (shown,),
        {"sesame": replace(PROOF, deviations={"order": "said: …"})},
        {"wire": PROOF},
    )


def test_a_round_of_a_load_run():
    """Its steps say why they can't be believed."""
    one = LoadRound(0, 1.0, (step(SAID, ""), step("", SAID), step("", "")), PROOF, AGREED)
    told = retold(one, hidden)
    assert told.steps == (step("said: …", ""), step("", "said: …"), step("", ""))
    assert (told.server.deviations, told.handshake.subprotocol) == ({"order": "said: …"}, "…")


def test_a_step_that_is_kept_before_its_round():
    """It says the same as in the round."""
    assert retold(LoadStep(2, step(SAID, "")), hidden) == LoadStep(2, step("said: …", ""))


def test_a_round_of_counts():
    """Servers say in it what they do otherwise, and why they failed."""
    told = retold(CountRound(0, 1.0, (), {"it": PROOF}, 1, 2, (FAILURE,)), hidden)
    assert told.servers["it"].deviations == {"order": "said: …"}
    assert told.failures[0].stderr == ("said: …", "fine")


def test_the_end_and_what_happens():
    """A failure is told by the closing line, and at once."""
    told = retold(Closing("now", "failed", (FAILURE,)), hidden)
    assert told.failures[0].reason == "said: …"
    assert retold(Failed(FAILURE), hidden).failure.stderr == ("said: …", "fine")
    assert retold(Refused("sesame", SAID), hidden) == Refused("sesame", "said: …")
    assert retold(Stage("verifying sesame"), hidden) == Stage("verifying sesame")
