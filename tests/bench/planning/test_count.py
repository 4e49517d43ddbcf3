"""From words to a plan of counts."""

import pytest
from wsbench.errors import UsageError
from wsbench.plan.count import INSTRUMENTS, USUAL
from wsbench.plan.margins import Gates
from wsbench.planning.count import SEED, make_count_comparison, make_count_of_one, make_count_plan
from wsbench.planning.workloads import Words
from wsbench.targets.reply import read_reply
from wsbench.targets.spec import Access, Axes
from wsbench.targets.spec_parser import read_spec

SHOP = "shop=cmd:./shop {port}"


def _answering(rule: str) -> Axes:
    return Axes(access=Access(reply=read_reply(rule)))


def test_without_words_three_are_counted_alone_and_in_batches():
    """By every instrument, with the seed that everybody has."""
    plan = make_count_plan(Words(), (), None)
    assert [str(cell) for cell in plan.cells][:2] == [
        "tornado, 64 B text, 1 connection, depth 1",
        "tornado, 64 B text, 1 connection, depth 32",
    ]
    assert (len(plan.cells), plan.instruments, plan.seed, plan.rounds) == (6, USUAL, SEED, 4)


def test_words_say_what_is_counted():
    """Sizes, kinds, depths, instruments, rounds."""
    words = Words(
        ("tornado",), sizes=(0, 9), kinds=("text", "binary"), depths=(2,), rounds=7, as_shipped=True
    )
    plan = make_count_plan(words, ("calls", "bare", "calls"), 5)
    assert len(plan.cells) == 4
    assert (plan.instruments, plan.rounds, plan.seed, plan.equal) == (("calls", "bare"), 7, 5, False)


def test_a_comparison_counts_instructions_of_pairs():
    """Of the first server with each other one, one message at a time."""
    plan = make_count_comparison(Words(("tornado", "tornado", "aiohttp")), Gates(), None)
    assert plan.comparison
    assert plan.comparison.pairs == (("tornado", "tornado-2"), ("tornado", "aiohttp"))
    assert plan.instruments == ("instructions",)
    assert {cell.workload.depth for cell in plan.cells} == {1}


def test_what_is_drawn_is_counted_and_kept():
    """By all instruments with `--explain`; nothing is kept that nobody asked for."""
    drawn, explained = Words(("tornado", "aiohttp"), flame=True), Words(("tornado", "aiohttp"), explain=True)
    plan = make_count_comparison(drawn, Gates(), None)
    assert (plan.instruments, plan.graph) == (("instructions", "python"), True)
    plan = make_count_comparison(explained, Gates(), None)
    assert (plan.instruments, plan.graph) == (INSTRUMENTS, True)
    assert make_count_plan(drawn, (), None).instruments == INSTRUMENTS
    assert make_count_plan(drawn, ("python",), None).graph
    assert not make_count_plan(Words(), (), None).graph
    with pytest.raises(UsageError, match="--flame draws what these count: --instrument instructions or"):
        make_count_plan(drawn, ("calls",), None)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (Words(connections=(2,)), "--connections: counts are of one connection"),
        (Words(clients=("wire",)), "--client"),
        (Words(messages=("hello",), sizes=(64,)), "--message says what is sent: leave out --size"),
        (
            Words(servers=("a=ws://localhost:1",)),
            "a: nobody can count .* give the command .* a='cmd:… {port}'",
        ),
        (Words(servers=(SHOP,), axes=_answering("none")), "--reply none: messages to which nothing comes"),
        (Words(servers=(SHOP,), axes=_answering("json:to=id")), "needs a --message"),
        (Words(servers=("tcp",)), "speaks no WebSocket"),
        (Words(depths=(0,)), "--depth 0: at least 1"),
        (Words(sizes=(-1,)), "--size: from 0"),
        (Words(rounds=0), "--rounds 0"),
        (Words(axes=Axes(access=Access(first="login"))), "are for a server of yours"),
    ],
)
def test_what_can_not_be_counted_is_refused(words: Words, says: str):
    """In one line that names it."""
    with pytest.raises(UsageError, match=says):
        make_count_plan(words, (), None)


def test_a_command_is_counted_with_its_own_messages():
    """Which say how large they are; it is spoken to as in a run of times."""
    access = Access(reply=read_reply("json:to=id"), first="login", skip=1)
    words = Words((SHOP,), messages=('{"id": {n}}',), typed=("",), axes=Axes(access=access))
    plan = make_count_plan(words, (), None)
    assert plan.servers[0].access == access
    assert [(one.workload.size, one.workload.depth) for one in plan.cells] == [(11, 1), (11, 32)]
    assert plan.cells[0].workload.messages == ('{"id": {n}}',)


def test_calls_of_a_command_are_refused_where_nothing_else_is_asked_for():
    """Beside other instruments, or other servers, they are left out."""
    with pytest.raises(UsageError, match="calls: counted only for servers of files, and shop is a command"):
        make_count_plan(Words((SHOP,)), ("calls",), None)
    assert [*make_count_plan(Words((SHOP, "tornado"), depths=(1,)), ("calls",), None).jobs()] == [
        (1, "calls")
    ]


def test_what_has_no_releases_is_not_searched():
    """`bisect` is of libraries."""
    with pytest.raises(UsageError, match="shop is a command, of which there are no releases or commits"):
        make_count_of_one(Words(), read_spec(SHOP)[0], None)


def test_an_unknown_instrument_gets_the_nearest_name():
    """As everywhere."""
    with pytest.raises(UsageError, match="instrument 'instruction'"):
        make_count_plan(Words(), ("instruction",), None)


@pytest.mark.parametrize(
    ("servers", "gates", "says"),
    [
        (("tornado",), Gates(), "needs a base and a candidate"),
        (("tornado", "aiohttp"), Gates(metrics={"instructions": 0.0}), "nothing would be gated"),
    ],
)
def test_a_comparison_that_decides_nothing_is_refused(servers: tuple[str, ...], gates: Gates, says: str):
    """Before anything is counted."""
    with pytest.raises(UsageError, match=says):
        make_count_comparison(Words(servers), gates, None)
