"""The lines below the tables: what held for all, and what servers are made of."""

from __future__ import annotations

import msgspec
import pytest
from runs import run_of
from wsbench.analysis.run import analyse
from wsbench.facts.provenance import link_of, uncommon
from wsbench.records.common import Handshake, Proof
from wsbench.records.run import Run
from wsbench.targets.reply import Reply
from wsbench.targets.spec import Access
from wsbench.targets.spec_parser import read_specs


def with_proofs(run: Run, **proofs: Proof) -> Run:
    """Return a run whose servers have these proofs."""
    return msgspec.structs.replace(
        run,
        rounds=tuple(
            msgspec.structs.replace(
                one, servers=one.servers | {k.replace("_", "-"): v for k, v in proofs.items()}
            )
            for one in run.rounds
        ),
    )


def with_handshake(run: Run, handshake: Handshake) -> Run:
    """Return a run all of whose cells agreed on the same."""
    return msgspec.structs.replace(
        run,
        rounds=tuple(
            msgspec.structs.replace(
                one, cells=tuple(msgspec.structs.replace(cell, handshake=handshake) for cell in one.cells)
            )
            for one in run.rounds
        ),
    )


@pytest.mark.parametrize(
    ("texts", "link"),
    [
        (["tornado", "stdlib", "tcp"], ""),
        (["tornado@tls", "stdlib", "tcp"], "over TLS"),
        (["tornado@tls", "aiohttp@tls@deflate", "tcp"], "over TLS"),
        (["tornado@tls@deflate", "stdlib"], "over TLS with deflate"),
        (["tornado@deflate", "mine=wss://h/"], ""),
        (["tornado@tls", "aiohttp"], ""),
        (["stdlib", "tcp"], ""),
    ],
)
def test_a_link_is_what_all_contestants_share(texts: list[str], link: str) -> None:
    """Yardstick and floor are never over TLS and do not count; where contestants differ, labels tell."""
    assert link_of(read_specs(texts)) == link


@pytest.mark.parametrize(
    ("agreed", "odd"),
    [
        ("permessage-deflate", ""),
        ("permessage-deflate; server_max_window_bits=15; client_max_window_bits=15", ""),
        ('permessage-deflate; server_max_window_bits="15"', ""),
        ("permessage-deflate; server_max_window_bits=12", "server_max_window_bits=12"),
        (
            "permessage-deflate;server_no_context_takeover; client_no_context_takeover",
            "server_no_context_takeover, client_no_context_takeover",
        ),
    ],
)
def test_other_settings_than_the_equal_ones_are_named(agreed: str, odd: str) -> None:
    """15 window bits and context takeover are the equal class; what differs is told."""
    assert uncommon(agreed) == odd


def test_the_title_says_how_all_are_spoken_to() -> None:
    """A table of servers over TLS says so, with the cipher below."""
    from wsbench.report.tables import closing_lines, tables

    run = with_handshake(
        run_of({"tornado@tls": 60.0, "aiohttp@tls": 50.0}), Handshake(tls="TLSv1.3 TLS_AES_256_GCM_SHA384")
    )
    analysis = analyse(run)
    assert tables(analysis, wide=False)[0].title.endswith("depth 1, over TLS, driven by wire")
    assert "TLSv1.3 TLS_AES_256_GCM_SHA384" in closing_lines(analysis)[1]


def test_deflate_that_was_asked_for_is_no_notice() -> None:
    """Only settings unlike the others' are; without having asked, any extension is."""
    agreed = Handshake(extensions="permessage-deflate; server_max_window_bits=12")
    asked = analyse(with_handshake(run_of({"tornado@deflate": 60.0}), agreed)).notices
    unasked = analyse(with_handshake(run_of({"tornado": 60.0}), agreed)).notices
    assert [notice.text for notice in asked] == [
        "tornado@deflate by wire: agreed on server_max_window_bits=12"
    ]
    assert [notice.text for notice in unasked] == [f"tornado by wire: agreed on {agreed.extensions}"]


def test_pythons_are_told_where_there_are_several() -> None:
    """One interpreter is in the environment's line already."""
    run = run_of({"a=tornado": 60.0, "b=tornado": 61.0})
    old = Proof("6.6.1", "CPython 3.11.7", "asyncio.X")
    new = msgspec.structs.replace(old, python="CPython 3.13.0")
    assert "CPython 3.13.0: b" in analyse(with_proofs(run, a=old, b=new)).conditions
    assert not any("CPython" in text for text in analyse(with_proofs(run, a=old, b=old)).conditions)


def test_uncompared_replies_are_a_footnote() -> None:
    """A number whose replies nobody looked at says so."""
    run = run_of({"mine=ws://h/": 60.0})
    (spec, *others) = run.header.plan.servers
    spec = msgspec.structs.replace(spec, access=Access(reply=Reply("any")))
    plan = msgspec.structs.replace(run.header.plan, servers=(spec, *others))
    run = msgspec.structs.replace(run, header=msgspec.structs.replace(run.header, plan=plan))
    assert [notice.text for notice in analyse(run).notices] == [
        "mine: replies were counted, not compared (--reply any)"
    ]


def test_a_servers_deviations_are_one_footnote() -> None:
    """However many rounds and lines there are, a server is named once."""
    proof = Proof(
        "6", "CPython 3.11.7", "asyncio.X", deviations={"ping": "answers none", "close": "says 1000"}
    )
    run = with_proofs(run_of({"tornado": 60.0}), tornado=proof)
    assert [notice.text for notice in analyse(run).notices] == ["tornado: answers none; says 1000"]
