"""Reads what callgrind dumps: instructions by function ("Callgrind Format Specification" of its manual)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

UNKNOWN = "???"
_RECURSION = re.compile(r"'\d+$")
_NAME = re.compile(r"(c?)(ob|fl|fn|fi|fe)=(?:\((\d+)\))? ?(.*)")
_PACKAGES = re.compile(r".*/(?:site|dist)-packages/")
_STANDARD = re.compile(r".*/lib/python\d[\d.]*t?/")
_TAG = re.compile(r"\.(cpython|pypy|abi3)[^/]*\.so$|\.so[.\d]*$")


def short(path: str) -> str:
    """Return a path from its package on: nothing of it says whose machine this is.

    `…/site-packages/websockets/speedups.cpython-311-x86_64-linux-gnu.so` is `websockets/speedups`,
    `./nptl/../Python/ceval.c` is `Python/ceval.c`, `/usr/lib/libc.so.6` is `libc`.
    """
    for whole in (_PACKAGES, _STANDARD):
        if whole.match(path):
            return _TAG.sub("", whole.sub("", path))
    words = [word for word in path.split("/") if word not in {"", ".", ".."}]
    return _TAG.sub("", "/".join(words[-1:] if path.startswith("/") else words[-2:]))


def instructions(lines: Iterable[str]) -> dict[str, float]:
    """Return the instructions of each function, as `function (file)`; `function (object)` without symbols.

    What a function calls is not its own. Functions without a name, of which only the address is known, are
    one for each object.
    """
    found: dict[str, float] = defaultdict(int)
    names: dict[str, dict[str, str]] = {"ob": {}, "fl": {}, "fn": {}}
    now = {"ob": UNKNOWN, "fl": UNKNOWN, "fn": UNKNOWN}
    part, callee = UNKNOWN, False
    for line in lines:
        first = line[:1]
        if first.isdigit() or first in {"+", "-", "*"}:
            if not callee:
                found[part] += int(line.split()[1])
            callee = False
        elif line.startswith("calls="):
            callee = True
        elif found_name := _NAME.match(line):
            called, kind, number, name = found_name.groups()
            table = names["fl" if kind in {"fi", "fe"} else kind]
            name = table.setdefault(number, name.strip()) if number else name.strip()
            if not called and kind in now:
                now[kind] = name
                part = part_of(now["fn"], now["fl"], now["ob"])
    return dict(found)


def part_of(function: str, file: str, whole: str) -> str:
    """Return the name of a function with its file, or with its object where the file is unknown."""
    function = UNKNOWN if function.startswith("0x") else _RECURSION.sub("", function)
    where = short(whole if file in {UNKNOWN, ""} else file)
    return f"{function} ({where})"
