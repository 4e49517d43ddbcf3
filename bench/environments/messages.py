"""Turns error messages of uv and git into one line of ours; a message that is not known is quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

WIDTH = 200
"""How many characters of a message are quoted at most."""

_DRAWN = r"[×╰─▶│├┬·]"
_OFFLINE = re.compile(r"network was disabled|onnectivity is disabled")
_NO_NETWORK = re.compile(
    r"error sending request|Request failed after|Failed to fetch|dns error|timed out|Could not connect|"
    r"Could not resolve host|unable to access|Connection refused"
)
_SOURCE_ONLY = re.compile(r"(?<!\S)([\w.-]*\w)([=<>~!]\S+)? has no usable wheels")
_KNOWN = (
    (r"no version of (?P<name>[\w.-]+)==(?P<number>\S+)", "there is no {name} {number}{newest}"),
    (r"(?P<name>[\w.-]*\w) was not found in the p", "the package index has no {name}"),
    (
        r"(?P<name>[\w.-]*\w)(?:==(?P<number>\S+))? has no (?:usable )?wheels",
        "{name} {number} has no wheel for Python {python} on this machine",
    ),
    (
        r"(?P<name>[\w.-]*\w)==(?P<number>\S+) (?:requires|depends on) Python ?(?P<wanted>[<>=!~]\S+)",
        "{name} {number} needs Python {wanted}, not {python}",
    ),
    (r"metadata name `(?P<name>[^`]+)` does not match", "{what} is a checkout of {name}"),
)


def flat(said: str) -> str:
    """Return a message as one line, without the lines and boxes drawn around it."""
    return " ".join(re.sub(_DRAWN, " ", said).split())


def sources_only(said: str) -> list[tuple[str, str]]:
    """Return names and versions (`>=1.0`, "" for any) of what has no wheel that fits, but a source."""
    return [(match[1], match[2] or "") for match in _SOURCE_ONLY.finditer(flat(said))]


def _causes(said: str) -> Iterator[str]:
    """Yield the lines that say what went wrong, the outermost first."""
    for line in said.splitlines():
        words = re.sub(_DRAWN, " ", line).strip()
        match = re.match(r"(?:(?:error|cause|fatal|Caused by): *)+(.*)|(\w*(?:Error|Exception)\b.*)", words)
        if match:
            yield match[1] or match[2] or ""


def short(said: str) -> str:
    """Return what went wrong in few words: uv's reason where it argues, else the innermost of the causes."""
    argued = re.search(r"Because (.+?)(?:, we can conclude|$)", flat(said))
    causes = [cause for cause in _causes(said) if cause]
    words = argued[1] if argued else causes[-1] if causes else flat(said) or "it says nothing"
    return words if len(words) <= WIDTH else words[: WIDTH - 1] + "…"


def explain(said: str, what: str, python: str, newest: Callable[[str], str]) -> str:
    """Return why `what` could not be installed for a version of Python.

    `newest` is asked for the newest version of a distribution where the one that was wanted is not there,
    and returns "" where it does not know.
    """
    words = flat(said)
    if _OFFLINE.search(words):
        return f"{what} could not be fetched: the network is switched off (UV_OFFLINE)"
    if _NO_NETWORK.search(words):
        return f"{what} could not be fetched: the network says {short(said)!r}"
    for pattern, line in _KNOWN:
        if match := re.search(pattern, words):
            found = {name: (part or "").rstrip(",.") for name, part in match.groupdict("").items()}
            number = newest(found["name"]) if "{newest}" in line else ""
            more = f"; the newest for Python {python} is {number}" if number else ""
            told = {"number": "", **found, "what": what, "python": python, "newest": more}
            return " ".join(line.format_map(told).split())
    verb = "could not be built" if re.search(r"ailed to build|build backend", words) else "can't be installed"
    return f"{what} {verb} for Python {python}: {short(said)}"
