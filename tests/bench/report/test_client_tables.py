"""The tables of clients: their columns, the lines below them, and the same for scripts."""

import json

import pytest
from client_runs import run_of_clients
from runs import run_of
from wsbench.analysis.run import Analysis, analyse
from wsbench.demand.workload import Workload
from wsbench.report.client_tables import OWN_COST, client_table
from wsbench.report.formats import on_terminal
from wsbench.report.run import FORMATS, details
from wsbench.report.tables import tables

CLIENTS = {"wire": 30.0, "websockets==15.0.1": 50.0, "picows": 40.0}


def analysed(**changes: object) -> Analysis:
    """Return the analysis of a run of three clients."""
    return analyse(run_of_clients(CLIENTS, **changes))  # type: ignore[arg-type]


def test_the_table_of_round_trips():
    """Client, version, p50, ratio to wire and the client's CPU time; the line below says what they are."""
    (group,) = analysed().clients
    table = client_table(group, wide=False)
    assert table.title == "Clients of tornado 1.0: round trip, 64 B text, 1 connection, depth 1"
    assert [name for name, _ in table.columns] == ["client", "version", "p50 µs", "×wire", "client CPU µs"]
    assert [row[:2] for row in table.rows] == [
        ("wire", "–"),
        ("picows", "2.3.1"),
        ("websockets==15.0.1", "15.0.1"),
    ]
    assert [row[3] for row in table.rows] == ["1", "1.333 ±0.000", "1.667 ±0.000"]
    assert table.below == (
        f"tornado is driven by each client: {OWN_COST}",
        "compiled parts in: picows, websockets==15.0.1.",
        "made of: picows with aiofastnet 1.2.0.",
    )


@pytest.mark.parametrize(("shares", "limit"), [((0.5, 0.99), "server"), ((0.99, 0.4), "client")])
def test_the_table_of_throughput_says_who_was_the_limit(shares: tuple[float, float], limit: str):
    """Where it was the server, the client could do more."""
    (group,) = analysed(workload=Workload(connections=16), shares=shares).clients
    table = client_table(group, wide=True)
    assert [name for name, _ in table.columns][2:] == ["msg/s", "×wire", "client CPU µs", "limit"]
    assert {row[-1] for row in table.rows} == {limit}
    line = "limit server: the server could do no more, so the client may."
    assert (line in table.below) == (limit == "server")


def test_where_wire_is_not_there_the_line_names_the_reference():
    """The head has no room for any label."""
    (group,) = analyse(run_of_clients({"websockets==15.0.1": 50.0, "websockets": 40.0})).clients
    table = client_table(group, wide=False)
    assert "ratio" in [name for name, _ in table.columns]
    assert "ratio: to websockets==15.0.1." in table.below


def test_long_labels_take_the_room_of_the_version():
    """It stands below then, and who is meant is always there."""
    label = "picows@with:aiofastnet==1.2.0@with:msgspec==0.20.0"
    (group,) = analyse(run_of_clients({"wire": 30.0, label: 40.0}, workload=Workload(connections=16))).clients
    table = client_table(group, wide=False)
    names = [name for name, _ in table.columns]
    assert names[0] == "client"
    assert "version" not in names
    assert f"versions: {label} 2.3.1." in table.below


def test_a_client_that_broke_has_its_reason_below():
    """And no number."""
    (group,) = analysed(failed="picows").clients
    table = client_table(group, wide=False)
    assert table.rows[-1] == ("picows", "–", "–", "–", "–")
    assert table.below[-1] == "picows: it broke"


def test_every_format_has_them_behind_the_servers():
    """The terminal, Markdown and JSON; a run of one client has none."""
    found = analysed()
    text = on_terminal(details, found, width=80)
    assert (
        text.index("driven by picows 2.3.1") < text.index("Clients of tornado 1.0") < text.index("8 rounds")
    )
    assert "### Clients of tornado 1.0: round trip" in FORMATS["markdown"](found)
    clients = json.loads(FORMATS["json"](found))["clients"]
    assert [(one["client"], one["version"], one["reference"]) for one in clients] == [
        ("wire", "", "wire"),
        ("picows", "2.3.1", "wire"),
        ("websockets==15.0.1", "15.0.1", "wire"),
    ]
    assert clients[1]["made_of"] == ["compiled parts", "aiofastnet 1.2.0"]
    assert clients[1]["metrics"]["rtt_p50"]["value"] == pytest.approx(40_000, rel=0.05)
    alone = analyse(run_of({"tornado": 60.0, "stdlib": 50.0}))
    assert json.loads(FORMATS["json"](alone))["clients"] == []
    assert "Clients of" not in FORMATS["markdown"](alone)


def test_a_table_of_servers_says_what_drove_it():
    """Title and a line below: version, and what else decides what the client does."""
    found = {
        table.title.rpartition(" driven by ")[2]: table.below for table in tables(analysed(), wide=False)
    }
    assert found.keys() == {"wire", "websockets 15.0.1", "picows 2.3.1"}
    assert "picows drives with compiled parts, aiofastnet 1.2.0." in found["picows 2.3.1"]
    assert "websockets==15.0.1 drives with compiled parts." in found["websockets 15.0.1"]
    assert not [line for line in found["wire"] if "drives with" in line]
