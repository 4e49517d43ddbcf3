"""What users write: on the command line, in scenario files, and in a project's settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import msgspec
from parser import Parser, text_of, words_of
from wsbench.commands.history import since_when
from wsbench.demand.durations import LONGEST_NS, UNITS, read_duration, read_micros, read_timeout
from wsbench.errors import UsageError
from wsbench.plan.margins import NAMES, Gates, read_margins
from wsbench.plan.network import LEAST_RATE, MOST_LOSS, read_network
from wsbench.plan.network import LONGEST_NS as FARTHEST_NS
from wsbench.plan.patterns import require_spelt
from wsbench.plan.scenario import scenario_of
from wsbench.plan.thresholds import Threshold, limits_of, read_thresholds
from wsbench.storage.settings import gates_of
from wsbench.storage.toml import parsed
from wsbench.targets.addresses import address_of, read_place
from wsbench.targets.client_spec import read_client
from wsbench.targets.command_words import command_words, why_not
from wsbench.targets.reply import MATCHED, MISSING, read_reply, value_at
from wsbench.targets.secrets import without_secrets
from wsbench.targets.spec_parser import read_header, read_spec
from wsbench.websocket.handshake import Asked
from wsbench.websocket.http_messages import is_unix

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CELL = "tornado by wire, 64 B text, 1 connection, depth 1"


def spec(data: bytes) -> None:
    """Read a server; it can be stored, and its handshake can be written."""
    (found,) = read_spec(text_of(data))
    assert found.label
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found
    msgspec.json.encode(without_secrets(found))
    if found.kind == "url":
        address = address_of(found.url)
        Asked.of(address.path, "h")
        assert is_unix(address.host) or address.host.encode("idna")
    if found.kind == "command":
        assert command_words(found.command)[1]


def client(data: bytes) -> None:
    """Read a client; written out and read again it is the same."""
    found = read_client(text_of(data))
    assert read_client(found.typed) == found
    msgspec.json.encode(found)


def header(data: bytes) -> None:
    """Read a header; it makes one line of a request."""
    asked = Asked.of("/", "h", headers=[read_header(text_of(data))])
    assert asked.data.count(b"\n") in {7, 8}  # ours, or one of ours replaced


def place(data: bytes) -> None:
    """Read a host and a port."""
    host, port = read_place(text_of(data))
    host.encode("idna")
    assert 0 < port < 65_536


def command(data: bytes) -> None:
    """Say why a command can't be started, or find its words."""
    text = text_of(data)
    if why := why_not(text):
        raise UsageError(why)
    assert command_words(text)[1]


def rule(data: bytes) -> None:
    """Read a reply rule, which reads as it was written, and hold a message against another."""
    word, message, came = (*data.split(b"\n", 2), b"", b"")[:3]
    found = read_reply(text_of(word))
    assert read_reply(str(found)) == found
    assert found.expected(b"x") in {None, found.text.encode() + b"x"}
    if found.rule in MATCHED:
        assert found.fits(found.said(came), found.asked(message)) in {True, False}
    if found.rule == "json":
        path = found.text.partition("=")[2]
        value = value_at(path, message)
        assert value is MISSING or value == _by_json(path, message)


def _by_json(path: str, document: bytes) -> Any:
    found = json.loads(document)
    for word in path.split("."):
        found = found[int(word)] if isinstance(found, list) else found[word]
    return found


def duration(data: bytes) -> None:
    """Read a duration as the fraction that it is, and as a number of microseconds where it is one."""
    text = text_of(data)
    ns = read_duration(text, "--duration", "s")
    assert 0 <= ns <= LONGEST_NS
    words = text.strip()
    number = words.rstrip("".join(UNITS) + " \t\n\r\f\v")
    unit = words[len(number) :].strip() or "s"
    if "e" not in number.lower():  # as a fraction a large exponent takes all memory
        assert abs(ns - Fraction(number.replace("_", "")) * UNITS[unit]) <= 1
    read_micros(text, "--think")


def wait(data: bytes) -> None:
    """Read how long something is waited for."""
    assert 0 < read_timeout(text_of(data), "--timeout") <= LONGEST_NS / 1e9


def network(data: bytes) -> None:
    """Read what is said of a network: numbers in their bounds, and the same again when typed."""
    found = read_network(text_of(data))
    assert 0 <= found.jitter_ns <= found.delay_ns <= FARTHEST_NS
    assert 0 <= found.loss <= MOST_LOSS
    assert found.rate == 0 or found.rate >= LEAST_RATE
    assert str(found)


def since(data: bytes) -> None:
    """Read since when a history is wanted: a time that can be compared with others."""
    found = since_when(text_of(data), NOW)
    assert found is None or isinstance(found < NOW, bool)


def thresholds(data: bytes) -> None:
    """Read thresholds, which are shown, stored, and limit what they say."""
    found = read_thresholds(text_of(data).split("\n"))
    assert all(map(str, found))
    assert msgspec.json.decode(msgspec.json.encode(found), type=tuple[Threshold, ...]) == found
    assert all(one.ns > 0 for one in limits_of(found))


def margins(data: bytes) -> None:
    """Read margins, all of them shares."""
    found = read_margins(text_of(data).split("\n"), Gates())
    assert all(0 <= one <= 10 for one in (found.margin, *found.metrics.values()))


def settings(data: bytes) -> None:
    """Read a project's table, and ask it for a margin."""
    found = gates_of(_document(data))
    require_spelt(found, [CELL], [CELL])
    assert all(0 <= found.margin_of(CELL, name) <= 10 for name in NAMES)


def scenario(data: bytes) -> None:
    """Read a scenario file, and the targets that it names."""
    for one in scenario_of(_document(data), "s.toml").targets:
        read_spec(one.word)


def _document(data: bytes) -> dict[str, Any]:
    try:
        return parsed(data)
    except ValueError as problem:
        raise UsageError(str(problem)) from None


def _parser(parse: Callable[[bytes], None], words: str, *seeds: str) -> Parser:
    pieces = (*words_of(words), b" ", b"\n")
    return Parser(parse, (UsageError,), tuple(one.encode() for one in seeds), pieces)


SPEC_WORDS = (
    "tornado websockets tcp stdlib ws:// wss:// ws+unix:// cmd: {port} git: path: with: == = @ # : / ? ' \""
    " \\ % & | * [ ] .py tls deflate uvloop asyncio 3.12 python3.13 a 1 ä"
)
TOML_WORDS = '[ ] [[ ]] { } = . , " \' """ true 1 0.5 -1 nan 1979-05-27'

PARSERS = {
    "spec": _parser(
        spec,
        SPEC_WORDS,
        "x=tornado==6.4@uvloop==0.22@with:a.b==1@tls@deflate@python3.13",
        "tornado@git:git@github.com:x/y#main@tls",
        "/home/me@work/echo.py@./venv/bin/python",
        "wss://host:81/p?a=b#c",
        "ws+unix:///run/e.sock:/p",
        "mine=cmd:A=b 'my server' --at \"{host}:{port}\" x=y",
    ),
    "client": _parser(
        client, SPEC_WORDS, "websockets==15.0.1", "x=picows==1.8@with:aiofastnet==0.0.2", "wire"
    ),
    "header": _parser(header, ": \r Host: Sec-WebSocket-Key: A- é", "Authorization: Bearer t", "Host: h"),
    "place": _parser(place, "h . : [ ] ::1 @ / 80 ä", "127.0.0.1:8443", "[::1]:80", "h.org:1"),
    "command": _parser(
        command,
        SPEC_WORDS + " $( ` < > >> && || ; cd",
        "A=b C='d e' node s.js --x=* {port}",
        "cd x && y {port}",
    ),
    "rule": _parser(
        rule,
        'echo any none same-bytes prefix: contains: json: . = { } [ ] " : , id 0 -1 1 null 1e9 \\u0041',
        "prefix:Msg is ",
        "contains:ok\n\nok",
        'json:re.0.id=id\n{"id": 7}\n{"re": [{"id": 7}]}',
    ),
    "duration": _parser(
        duration, "us µs μs ms s m e - + . _ 0 1 9 nan inf ٣", "5ms", "1.5 s", "2m", "1e-3", "7"
    ),
    "wait": _parser(wait, "us µs μs ms s m e . 0 1 9", "10s", "0.5s", "2 m"),
    "network": _parser(
        network,
        "lan wan mobile satellite delay= jitter= loss= rate= congestion= us ms s % bit mbit gbit . , 0 1 9",
        "wan",
        "satellite loss=1%",
        "delay=20ms jitter=2ms,loss=0.1% rate=100mbit congestion=cubic",
    ),
    "since": _parser(since, "d - : T Z + 0 1 2 9", "30d", "2026-01-31", "2026-01-31T10:00:00+02:00"),
    "thresholds": _parser(
        thresholds,
        "p50= p99= p99.9= max= mean= errors= achieved= capacity= % msg/s us ms s . 0 1 9",
        "p99=5ms\nerrors=0.1%",
        "achieved=99%",
        "capacity=2000 msg/s\nmax = 1.5 s",
    ),
    "margins": _parser(
        margins,
        "rtt_p50= rtt_p99.9= server_cpu= = % . - e 0 1 9 nan",
        "5",
        "7.5%\nrtt_p99 = 10 %",
        "server_cpu=0",
    ),
    "settings": _parser(
        settings,
        TOML_WORDS + " margin gate cells server_cpu rtt_p50 false * ? connections",
        'margin = 4\nserver_cpu = 10.5\n"rtt_p99.9" = 20\n[cells."*16 conn*"]\nmargin = 8\ngate = true',
    ),
    "scenario": _parser(
        scenario,
        TOML_WORDS
        + " targets messages text weight url server command headers certificate key redirects cores"
        " 'ws://h/' 'tornado' 'x {port}'",
        "slow-readers = 1\nreply = 'any'\n[[messages]]\ntext = 'x'\nweight = 2\n[[messages]]\ntext = '@f'",
        "[targets.b]\nurl = 'wss://b/'\nheaders = {A = '${B}'}\nredirects = 1\ncertificate = 'c'\nkey = 'k'",
        "[targets.a]\ncommand = 'x {port}'\ncores = [0, 2]\n[targets.c]\nserver = 'tornado@tls'\ncores = 2",
    ),
}
