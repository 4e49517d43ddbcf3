"""What `--help` looks like: options in sections, examples of each verb, and the way in."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand

SECTIONS: dict[str, tuple[str, ...]] = {
    "What decides": ("margin", "strict", "by", "null", "baseline", "save", "baseline_python"),
    "Which runs": ("since", "only", "metric", "against"),
    "Load": (
        *("rate", "stage", "sweep", "slo", "duration", "ramp", "poisson", "burst"),
        *("agents", "scheduler", "server_on"),
    ),
    "Who is measured": ("everybody", "client", "loop", "python", "tls", "deflate", "as_shipped", "scenario"),
    "What is sent": (
        *("size", "text", "binary", "message", "weight", "fragments", "payload"),
        *("connections", "depth", "idle", "slow_readers", "think"),
    ),
    "Servers of your own": (
        *("reply", "first", "skip", "header", "subprotocol"),
        *("connect_to", "ca", "insecure"),
    ),
    "How it is measured": (
        *("dry_run", "profile", "rounds", "instrument", "explain", "inject", "seed"),
        *("network", "keep_awake", "client_wait", "timeout", "start_timeout"),
    ),
    "Results": (
        *("details", "format", "write", "in_browser", "out", "label"),
        *("junit", "comment", "flame", "badge", "resume", "quiet"),
    ),
}
"""The options of all verbs, by the names of their parameters; others stand last."""

OTHERS = "Other options"

WORDS = {
    **dict.fromkeys(("connections", "depth", "idle", "slow_readers", "fragments", "weight"), "N"),
    **dict.fromkeys(("rounds", "seed", "agents", "burst", "skip"), "N"),
    **dict.fromkeys(("think", "timeout", "start_timeout", "duration", "ramp"), "TIME"),
    **dict.fromkeys(("message", "first"), "TEXT|@FILE"),
    **dict.fromkeys(("ca", "resume", "junit", "comment", "flame", "badge"), "FILE"),
    **dict.fromkeys(("client", "loop", "instrument", "subprotocol", "profile", "payload"), "NAME"),
    **dict.fromkeys(("metric", "against"), "NAME"),
    "since": "DATE|DAYS",
    "network": "NAME|WORDS",
    "size": "BYTES",
    "rate": "MSG/S",
    "inject": "PERCENT",
    "margin": "[METRIC=]PERCENT",
    "python": "VERSION|PATH",
    "baseline_python": "PATH",
    "baseline": "PATH",
    "out": "FOLDER",
    "reply": "RULE",
    "header": "'NAME: VALUE'",
    "connect_to": "HOST:PORT",
    "client_wait": "poll|sleep",
    "format": "FORMAT",
    "write": "FORMAT=FILE",
    "label": "WORD",
    "scheduler": "ADDRESS",
    "server_on": "ADDRESS",
    "host": "ADDRESS",
    "port": "PORT",
}
"""What stands for the value of an option."""

EXAMPLES = {
    "run": ("wsbench run", "wsbench run fastapi picows --size 64 --size 16384"),
    "compare": ("wsbench compare websockets==13.1 websockets==17.4", "wsbench compare old.jsonl new.jsonl"),
    "check": ("wsbench check --save", "wsbench check --margin 10 --by time,count"),
    "load": (
        "wsbench load tornado --rate 2000 --duration 10s",
        "wsbench load ws://HOST/chat --message @say.json --reply any --slo p99=50ms",
    ),
    "count": (
        "wsbench count tornado aiohttp",
        "wsbench count picows --instrument instructions",
    ),
    "bisect": (
        "wsbench bisect tornado==6.1 tornado==6.6.1",
        "wsbench bisect tornado@git:.#good tornado@git:.#bad",
    ),
    "report": ("wsbench report --open", "wsbench report old.jsonl new.jsonl --format markdown"),
    "history": ("wsbench history --since 30d", "wsbench history artefacts --server tornado --metric rtt_p50"),
    "verify": ("wsbench verify tornado", "wsbench verify mine=./server.py --tls"),
    "calibrate": ("wsbench calibrate", "wsbench calibrate aiohttp --rounds 12"),
    "selftest": ("wsbench selftest", "wsbench selftest --inject 10"),
    "list": ("wsbench list", "wsbench list --versions tornado"),
    "env": ("wsbench env", "wsbench env --clear"),
    "serve": ("wsbench serve tornado", "wsbench serve aiohttp --loop uvloop --port 9000"),
    "hello": ("wsbench hello", "wsbench hello aiohttp --client websockets"),
}
"""Two calls of each verb."""

WAY_IN = """\
wsbench measures WebSocket servers side by side, and says how sure it is.

  wsbench run                              tornado, websockets and aiohttp
  wsbench run fastapi picows               any others; wsbench list names all
  wsbench compare tornado==6.1 tornado     has it become slower? a verdict
  wsbench check --save                     keep today's speed as a baseline ...
  wsbench check                            ... and later see if it got worse
  wsbench load ws://HOST/PATH --rate 1000  response times of your service
  wsbench count tornado                    instructions and system calls

wsbench --help lists all verbs; wsbench VERB --help tells all of one.
"""
"""What stands on the screen of somebody who types `wsbench` alone."""


def write_options(command: TyperCommand, ctx: Any, formatter: Any) -> None:
    """Write the arguments and options of a command, in their sections."""
    by_name = {one.name: one for one in command.get_params(ctx)}
    for name, param in by_name.items():
        if name in WORDS and not getattr(param, "is_flag", False):
            param.metavar = WORDS[name]
    arguments = [name for name, one in by_name.items() if one.param_type_name == "argument"]
    told = {name for names in SECTIONS.values() for name in names}
    others = tuple(name for name in by_name if name not in {*told, *arguments})
    for title, names in {"Arguments": tuple(arguments), **SECTIONS, OTHERS: others}.items():
        records = [by_name[name].get_help_record(ctx) for name in names if name in by_name]
        if shown := [one for one in records if one]:
            with formatter.section(title):
                formatter.write_dl(shown)


def write_examples(name: str, formatter: Any) -> None:
    """Write two calls of a command."""
    if name in EXAMPLES:
        with formatter.section("Examples"):
            for line in EXAMPLES[name]:
                formatter.write(f"{' ' * formatter.current_indent}{line}\n")
