"""How the user's words for servers are read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ..errors import UsageError
from .addresses import FORMS as TARGETS
from .addresses import address_of
from .catalogue import FLOOR, SERVERS, YARDSTICK, choose
from .command_words import command_words, why_not
from .named import Named
from .secret_words import of_text
from .spec import Axes, ServerSpec
from .spec_parts import labelled, normalised, said, short, split
from .told_command import told_word

FORMS = (
    "name[==version][@loop[==version]][@with:NAME==VERSION][@tls][@deflate][@python3.13]"
    "[@path:DIR|@git:REF], FILE.py, ws://… or cmd:… {port}"
)
_PLAIN = re.compile(r"(?P<file>.*[^/\\]\.py)|(?P<name>[\w-]+)(?:==(?P<version>[\w.!+-]+))?")
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_TARGET = re.compile(r"[^@]*://")


def read_spec(text: str, axes: Axes = Axes()) -> list[ServerSpec]:  # noqa: B008  # it is frozen
    """Read one server of a command; there are as many specs as the axes have combinations.

    What the spec says itself wins over the axes. Raises `UsageError`.
    """
    for one in axes.targets:
        if one.name == text:
            found = read_spec(one.word, msgspec.structs.replace(axes, targets=()))
            return [_with_extras(spec, one) for spec in found]
    label, rest = labelled(text)
    if rest.startswith("cmd:"):
        return [_command(text, label, rest[len("cmd:") :], axes)]
    if _TARGET.match(rest):
        return [_url(text, label, rest, axes)]
    head, parts = split(rest)
    plain = _PLAIN.fullmatch(head)
    if not plain or not all(parts):
        raise UsageError(f"{text!r} is no server spec: write {FORMS}")
    if plain["file"]:
        fixed: dict[str, Any] = {"name": "", "file": head}
        word = head.replace("\\", "/").rpartition("/")[2][: -len(".py")]
    else:
        fixed = {"name": choose("server", plain["name"], SERVERS), "version": plain["version"] or ""}
        word = head
    fixed |= said(text, parts)
    shown = label or word + "".join(f"@{short(part)}" for part in parts)
    return [
        _able(text, ServerSpec(label=shown + suffix, **(fixed | values)))
        for suffix, values in _axes(fixed, axes)
    ]


def _axes(fixed: dict[str, Any], axes: Axes) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every combination of the axes that the spec leaves open, and what it adds to the label."""
    known = SERVERS.get(fixed["name"])
    free = "loop" not in fixed and (known is None or "loop" in known.can)
    loops = axes.loops if free and axes.loops else (fixed.get("loop", "asyncio"),)
    pythons = (fixed["python"],) if "python" in fixed else axes.pythons or ("",)
    switches = {"tls": fixed.get("tls") or axes.tls, "deflate": fixed.get("deflate") or axes.deflate}
    if fixed["name"] in {YARDSTICK, FLOOR}:
        switches = {"tls": "tls" in fixed, "deflate": "deflate" in fixed}
    for loop, python in itertools.product(loops, pythons):
        suffix = (f"@{loop}" if len(loops) > 1 else "") + (f"@{_python(python)}" if len(pythons) > 1 else "")
        yield suffix, {"loop": loop, "python": python, **switches}


def _python(word: str) -> str:
    return word.rpartition("/")[2] if "/" in word else f"python{word}"


def _able(text: str, spec: ServerSpec) -> ServerSpec:
    """Return a spec whose contestant can do what it asks for.

    Raises `UsageError` where it can't; a file of the user's is only known to its own process.
    """
    known = SERVERS.get(spec.name)
    if spec.version and spec.source:
        raise UsageError(f"{text!r}: a version and a checkout exclude each other")
    if known is None:
        if spec.source:
            raise UsageError(f"{text!r}: a checkout is of a library of ours: write name@{spec.source}")
        if spec.companions or spec.loop_version:
            raise UsageError(f"{text!r}: a file runs with what is installed: give it a @python of its own")
        return spec
    if known.obstacle:
        raise UsageError(f"{spec.name} can't be run: {known.obstacle}")
    if (spec.version or spec.source) and not known.library:
        raise UsageError(f"{text!r}: {spec.name} is part of wsbench and has no versions")
    if any(normalised(one.partition("==")[0]) == normalised(known.library) for one in spec.companions):
        raise UsageError(f"{text!r}: {known.library} is what is measured: write {spec.name}==VERSION")
    for ability, asked, what in (
        ("loop", spec.loop != "asyncio", "runs on no event loop of asyncio"),
        ("tls", spec.tls, "can't serve over TLS"),
        ("deflate", spec.deflate, "has no permessage-deflate"),
    ):
        if asked and ability not in known.can:
            able = ", ".join(word for word, one in SERVERS.items() if ability in one.can)
            raise UsageError(f"{text!r}: {spec.name} {what}; these can: {able}")
    return spec


def _url(text: str, label: str, url: str, axes: Axes) -> ServerSpec:
    try:
        address = address_of(url)
    except ValueError:
        raise UsageError(f"{of_text(text).text!r}: a target is {TARGETS}") from None
    if address.user:
        raise UsageError("a target holds no user or password: send --header 'Authorization: Basic …'")
    return ServerSpec(
        label=label or address.shown,
        name="",
        loop="",
        url=url,
        tls=address.tls,
        deflate=axes.deflate,
        access=axes.access,
    )


def _command(text: str, label: str, command: str, axes: Axes) -> ServerSpec:
    """Return the spec of a command. Raises `UsageError`."""
    if why := why_not(command):
        raise UsageError(f"{told_word(text).text!r}: {why}")
    if axes.tls:
        raise UsageError(
            f"{told_word(text).text!r}: a command gets no certificate; serve it yourself and write"
            " label=wss://…"
        )
    program = command_words(command)[1][0]
    word = label or program.rpartition("/")[2] or program
    return ServerSpec(label=word, name="", loop="", command=command, deflate=axes.deflate, access=axes.access)


def _with_extras(spec: ServerSpec, one: Named) -> ServerSpec:
    """Return a spec with what no option can say of it."""
    access = msgspec.structs.replace(
        spec.access,
        headers=spec.access.headers + one.headers,
        typed=spec.access.typed + one.typed,
        certificate=one.certificate,
        key=one.key,
        password=one.password,
        redirects=one.redirects,
    )
    return msgspec.structs.replace(spec, access=access, cores=one.cores)


def read_header(text: str) -> tuple[str, str]:
    """Read `Name: value` (RFC 9110 section 5). Raises `UsageError`."""
    name, colon, value = text.partition(":")
    if not colon or not _TOKEN.fullmatch(name) or "\n" in value or "\r" in value:
        which = f"{name!r}" if colon else "without a colon"
        raise UsageError(f"--header {which}: write it as 'Name: value', in one line")
    return name, value.strip()


def read_specs(texts: Iterable[str], axes: Axes = Axes()) -> tuple[ServerSpec, ...]:  # noqa: B008  # it is frozen
    """Read all server specs of a command.

    Raises `UsageError`, also where two share a label.
    """
    specs = [spec for text in texts for spec in read_spec(text, axes)]
    seen: set[str] = set()
    for spec in specs:
        if spec.label in seen:
            raise UsageError(f"{spec.label} is named twice; give labels: a={spec.label} b={spec.label}")
        seen.add(spec.label)
    return tuple(specs)
