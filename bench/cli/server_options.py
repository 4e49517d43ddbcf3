"""The options that say of all servers of a command what they are and how they are spoken to."""

from __future__ import annotations

from typing import Annotated

import typer

from ..targets.addresses import read_place
from ..targets.catalogue import LOOPS, choose
from ..targets.reply import read_reply
from ..targets.spec import Access, Axes
from ..targets.spec_parser import read_header
from ..targets.spec_parts import read_python
from ..targets.templates import refers
from ..workflow.values import read_value
from . import completion


def axes_from_options(  # noqa: PLR0917  # typer makes options of them
    loop: Annotated[
        list[str] | None,
        typer.Option(
            "--loop", help="Event loops of the servers: asyncio, uvloop.", autocompletion=completion.loops
        ),
    ] = None,
    python: Annotated[
        list[str] | None, typer.Option("--python", help="Interpreters of the servers: 3.12,3.13 or paths.")
    ] = None,
    tls: Annotated[bool, typer.Option("--tls", help="Serve over TLS, with certificates made here.")] = False,
    deflate: Annotated[bool, typer.Option("--deflate", help="Agree on permessage-deflate.")] = False,
    reply: Annotated[
        str,
        typer.Option(
            help="How replies are known: echo, same-bytes, prefix:TEXT, contains:TEXT, any,"
            " none, json:IN_REPLY=IN_MESSAGE."
        ),
    ] = "echo",
    first: Annotated[
        str, typer.Option("--first", help="Message to send once after connecting, as a login.")
    ] = "",
    connect_to: Annotated[
        str, typer.Option("--connect-to", help="Connect there; the URL's name stays in Host and TLS.")
    ] = "",
    skip: Annotated[
        int, typer.Option("--skip", help="Messages to pass over after connecting, as greetings.", min=0)
    ] = 0,
    header: Annotated[
        list[str] | None, typer.Option("--header", help="Header to send in the opening handshake.")
    ] = None,
    subprotocol: Annotated[
        list[str] | None, typer.Option("--subprotocol", help="Subprotocol to offer in the opening handshake.")
    ] = None,
    ca: Annotated[str, typer.Option(help="File of the certificate authority to trust.")] = "",
    insecure: Annotated[bool, typer.Option("--insecure", help="Trust any certificate.")] = False,
) -> Axes:
    """Return what is asked of every server. Raises `UsageError`."""
    return Axes(
        loops=tuple(choose("loop", one, LOOPS) for one in split_at_commas(loop)),
        pythons=tuple(map(read_python, split_at_commas(python))),
        tls=tls,
        deflate=deflate,
        access=Access(
            reply=read_reply(reply),
            headers=tuple(
                (name, read_value(value, "--header")) for name, value in map(read_header, header or ())
            ),
            subprotocols=split_at_commas(subprotocol),
            ca=ca,
            insecure=insecure,
            first=read_value(first, "--first"),
            skip=skip,
            connect_to=read_place(connect_to) if connect_to else None,
            typed=tuple(one for one in (*map(read_header, header or ()), ("", first)) if refers(one[1])),
        ),
    )


def split_at_commas(words: list[str] | None) -> tuple[str, ...]:
    """Take `--client wire,ws4py` like `--client wire --client ws4py`."""
    return tuple(part for word in words or [] for part in word.split(",") if part)
