"""Plans: cells, and the order of turns as a pure function of the seed."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsbench.demand.workload import Workload
from wsbench.plan.run import Plan, cannot_drive, cells_of, looks_of
from wsbench.targets.catalogue import CLIENTS, INSTRUMENT, SERVERS
from wsbench.targets.reply import Reply
from wsbench.targets.spec import Access, Axes, ServerSpec
from wsbench.targets.spec_parser import read_spec, read_specs

LATENCY, WIDE = Workload(), Workload(connections=16)
SERVERS_USED = read_specs(["tornado", "stdlib", "tcp"])
CELLS = cells_of(SERVERS_USED, ["wire", "ws4py"], [LATENCY, WIDE])


def test_only_wire_drives_the_floor():
    """Every other pair of server and client is a cell, once for each workload."""
    assert len(CELLS) == len(set(CELLS)) == 2 * (3 + 2)
    assert {cell.client for cell in CELLS if cell.server == "tcp"} == {"wire"}


def test_floor_is_told_by_name_not_by_label():
    """The floor under another label is still driven by wire only; a labelled server is a full one."""
    servers = read_specs(["ground=tcp", "tcp=tornado"])
    found = {(cell.server, cell.client) for cell in cells_of(servers, ["wire", "aiohttp"], [LATENCY])}
    assert found == {("ground", "wire"), ("tcp", "wire"), ("tcp", "aiohttp")}


FLOOR_LINE = "tcp speaks plain TCP, so only wire can drive it: add --client wire"
FRAGMENTS = Workload(fragments=2)


@pytest.mark.parametrize(
    ("client", "server", "workload", "line"),
    [
        *((client, "tornado", LATENCY, "") for client in CLIENTS),
        *((client, "tornado@tls", LATENCY, "") for client in CLIENTS),
        *((client, "tcp", LATENCY, FLOOR_LINE) for client in CLIENTS if client != "wire"),
        *((client, "tcp", FRAGMENTS, FLOOR_LINE) for client in CLIENTS if client != "wire"),
        *(
            (client, "tornado", FRAGMENTS, f"{client} can't send fragments: add --client wire")
            for client in CLIENTS
            if client != "wire"
        ),
        ("wire", "tcp", LATENCY, ""),
        ("wire", "tcp", FRAGMENTS, ""),
        ("wire", "tornado@tls@deflate", FRAGMENTS, ""),
        ("wire", "tornado", Workload(words=True), ""),
        ("websockets", "aiohttp@deflate@tls", LATENCY, ""),
        ("ws4py", "tornado@deflate", LATENCY, "ws4py has no permessage-deflate"),
        ("picows", "tornado@deflate", WIDE, "picows has no permessage-deflate"),
        ("picows", "wss://host/", WIDE, ""),
    ],
)
def test_who_can_drive_whom(client: str, server: str, workload: Workload, line: str):
    """The floor and fragments are wire's alone; deflate is for those that have it; everybody has TLS."""
    (spec,) = read_spec(server)
    assert cannot_drive(client, spec, workload) == line
    assert bool(cells_of([spec], [client], [workload])) == (not line)


OWN, FILLED = Workload(messages=("hello",)), Workload(messages=("{n}",))


@pytest.mark.parametrize(
    ("client", "workload", "access", "line"),
    [
        ("wire", OWN, Access(first="me", skip=1, connect_to=("h", 1)), ""),
        ("ws4py", OWN, Access(), ""),
        ("ws4py", FILLED, Access(), "ws4py fills nothing in, such as {n}: add --client wire"),
        ("ws4py", LATENCY, Access(first="me"), "ws4py has no --first: add --client wire"),
        ("ws4py", LATENCY, Access(skip=2), "ws4py has no --skip 2: add --client wire"),
        ("ws4py", LATENCY, Access(connect_to=("h", 1)), "ws4py has no --connect-to: add --client wire"),
        ("ws4py", LATENCY, Access(reply=Reply("json", "a=a")), "ws4py has no --reply json:a=a: add --client"),
        ("ws4py", LATENCY, Access(reply=Reply("none")), "ws4py has no --reply none: add --client wire"),
        ("ws4py", LATENCY, Access(reply=Reply("prefix", "a")), ""),
        ("ws4py", LATENCY, Access(reply=Reply("same-bytes")), ""),
        ("wire", Workload(idle=1), Access(skip=1), ""),
        ("wire", Workload(one_way=True), Access(reply=Reply("none")), ""),
    ],
)
def test_who_can_drive_a_service(client: str, workload: Workload, access: Access, line: str):
    """Messages of the user's, logins and rules that tell replies from news are wire's."""
    (spec,) = read_spec("x=ws://h/", Axes(access=access))
    found = cannot_drive(client, spec, workload)
    assert found[: len(line)] == line
    assert bool(found) == bool(line)


@pytest.mark.parametrize("server", ["tornado", "stdlib", "tcp"])
def test_servers_of_ours_are_not_one_way(server: str):
    """They would answer, and be at other work."""
    (spec,) = read_spec(server)
    why = f"{server} answers every message: --reply none is for a server of yours that does not"
    assert cannot_drive("wire", spec, Workload(one_way=True)) == why


def test_the_floor_gets_no_messages_of_the_users():
    """It would give them back whatever the rule is."""
    (spec,) = read_spec("tcp")
    assert cannot_drive("wire", spec, OWN) == "tcp gives back bytes, not messages of yours"


@pytest.mark.parametrize(
    ("ability", "changes", "line"),
    [
        ("tls", {"tls": True}, "poor can't connect over TLS"),
        ("deflate", {"deflate": True}, "poor has no permessage-deflate"),
    ],
)
def test_an_ability_is_asked_for_only_where_it_is_needed(
    monkeypatch: pytest.MonkeyPatch, ability: str, changes: dict[str, bool], line: str
):
    """A client that can do all but one thing drives whoever does not ask for that."""
    able = tuple(one for one in ("tls", "deflate") if one != ability)
    poor = msgspec.structs.replace(CLIENTS["ws4py"], word="poor", can=able)
    monkeypatch.setitem(CLIENTS, "poor", poor)
    plain = ServerSpec("tornado", "tornado")
    assert cannot_drive("poor", plain, LATENCY) == ""
    assert cannot_drive("poor", msgspec.structs.replace(plain, **changes), LATENCY) == line
    others = {one: True for one in ("tls", "deflate") if one != ability}
    assert cannot_drive("poor", msgspec.structs.replace(plain, **others), LATENCY) == ""


@given(
    st.sampled_from([*CLIENTS]),
    st.builds(
        ServerSpec, st.just("x"), st.sampled_from(["", *SERVERS]), tls=st.booleans(), deflate=st.booleans()
    ),
    st.builds(Workload, fragments=st.integers(1, 3), depth=st.integers(1, 3)),
)
def test_the_instrument_drives_whatever_anybody_drives(client: str, server: ServerSpec, workload: Workload):
    """So `add --client wire` is always good advice; and what it can't drive, nobody can."""
    if not cannot_drive(client, server, workload):
        assert not cannot_drive(INSTRUMENT, server, workload)


@pytest.mark.parametrize(
    ("rounds", "looks"), [(1, (1,)), (11, (11,)), (12, (6, 12)), (13, (6, 13)), (16, (8, 16))]
)
def test_a_comparison_is_looked_at_twice_where_half_is_enough(rounds: int, looks: tuple[int, ...]):
    """From 12 rounds on there is a look half-way; the last one is always at the end."""
    assert looks_of(rounds) == looks


def test_a_cell_reads_like_a_sentence():
    """It is what patterns of margins are matched with."""
    assert str(CELLS[0]) == "tornado by wire, 64 B text, 1 connection, depth 1"


def test_a_label_leads_to_its_server():
    """A table has labels alone; the plan knows who runs under each."""
    plan = Plan(read_specs(["x=tornado@uvloop", "y=ws://h/"]), (), rounds=1, seed=1)
    assert plan.spec_of("x").loop == "uvloop"
    assert plan.spec_of("y").url == "ws://h/"
