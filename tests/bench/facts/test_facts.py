"""The facts of a run: worked out once, whoever asks and however often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.demand.workload import Workload
from wsbench.facts import cell_values, facts
from wsbench.facts.facts import Facts
from wsbench.plan.margins import Comparison
from wsbench.records.common import Closing, Failure

BOTH = (Workload(), Workload(connections=16))
COMPARED = run_of(
    {"tornado": 50, "aiohttp": 40, "websockets": 45},
    workloads=BOTH,
    comparison=Comparison((("tornado", "aiohttp"), ("tornado", "websockets")), looks=(8,)),
)


def test_everything_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole analysis with its judgement asks once for the notices, and once for each cell's estimates."""
    asked: Counter[str] = Counter()

    def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def count(*args: object, **options: object) -> object:
            asked[name] += 1
            return function(*args, **options)

        return count

    monkeypatch.setattr(facts, "notices_of", counted("notices", facts.notices_of))
    monkeypatch.setattr(cell_values, "estimates", counted("estimates", cell_values.estimates))
    assert analyse(COMPARED).judgement
    assert asked == {"notices": 1, "estimates": len(COMPARED.header.plan.cells)}


def test_records_are_by_cell_and_round() -> None:
    """Each cell has one record of each round it was measured in."""
    found = Facts(run_of({"tornado": 50, "aiohttp": 40}, failures={"aiohttp": "it died"}, rounds=3))
    assert [sorted(records) for records in found.records.values()] == [[0, 1, 2], []]
    assert found.records is found.records


def test_the_latest_word_on_a_failure_counts() -> None:
    """What the closing line says of a cell stands in the place of what a round said."""
    run = run_of({"tornado": 50, "aiohttp": 40}, failures={"aiohttp": "it died"})
    closing = Closing("now", "interrupted", (Failure(1, "it died again"),))
    assert Facts(run).void(1) == "it died"
    assert Facts(replace(run, closing=closing)).void(1) == "it died again"


def test_no_ratio_is_made_of_a_cell_limited_by_its_client() -> None:
    """No ratio can be made of it, though it is a lower bound; the others are whole numbers."""
    run = run_of({"tornado": 50, "aiohttp": 40}, workloads=(BOTH[1],), shares={"aiohttp": (0.99, 0.3)})
    found = Facts(run)
    assert (found.limit(1), found.void(1)) == ("client", "")
    assert found.unfit(1) == "the client was the limit with aiohttp"
    assert (found.limit(0), found.void(0), found.unfit(0)) == ("", "", "")


def test_the_same_cell_of_another_server_is_found() -> None:
    """It has the same client and workload; where there is none that is an error."""
    found = Facts(COMPARED)
    for index, cell in enumerate(found.cells):
        other = found.cells[found.cell_of(index, "aiohttp")]
        assert (other.server, other.client, other.workload) == ("aiohttp", cell.client, cell.workload)
    with pytest.raises(ValueError, match="not in tuple"):
        found.cell_of(0, "sanic")
