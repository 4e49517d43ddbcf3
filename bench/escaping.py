"""How text of others is shown: server files, servers, labels and plugins may say anything.

One function for each place where it is shown. Whatever a reader would take for an instruction (control bytes
of a terminal, Markdown, XML, workflow commands) is shown as text.
"""

from __future__ import annotations

import re
from json import dumps

_STRUCTURE = re.compile(r"[&<>|`*~$\\]|\[(?![+-]?[\d∞])|\](?=[(\[:])|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown or HTML takes for its own; an underscore inside a word, and an interval, are none of it."""

_BEYOND_ASCII = re.compile(r"[^\n -~]")

_COMMAND = re.compile(r":(?=:[A-Za-z][\w-]*(?:\s[^:\n]*)?::)|#(?=#\[[A-Za-z])")
"""What begins a workflow command of GitHub: `::name …::`, `##[name …]`."""


def visible(text: str, but: str = "") -> str:
    r"""Return a text in which everything that shows nothing is shown as its escape, like `\x1b`."""
    return "".join(
        one if one.isprintable() or one in but else one.encode("unicode_escape").decode() for one in text
    )


def terminal(text: str) -> str:
    r"""Return a text for a terminal or a log; line ends stay.

    A log of GitHub's is read for commands, and where it is wrapped any word may begin a line: `\x3a:error::`
    is none.
    """
    return _COMMAND.sub(lambda found: rf"\x{ord(found[0]):x}", visible(text, but="\n"))


def markdown(text: str) -> str:
    """Return a text on one line that Markdown and HTML show as it is."""
    return _STRUCTURE.sub(lambda found: f"&#{ord(found[0])};", visible(" ".join(text.splitlines())))


def code(text: str) -> str:
    """Return a text for a fenced block, in which nothing but the fence means anything; line ends stay."""
    return visible(text, but="\n")


def json(document: str) -> str:
    r"""Return a JSON document in which what shows nothing is written as JSON's own escape, like `\u009b`."""
    return _BEYOND_ASCII.sub(
        lambda found: found[0] if found[0].isprintable() else dumps(found[0])[1:-1], document
    )


def xml(text: str) -> str:
    """Return a text that XML can hold; its own characters are escaped by whoever writes the document.

    What can be printed XML 1.0 (section 2.2) allows, and line ends and tabs.
    """
    return visible(text, but="\n\t")


def workflow_message(text: str) -> str:
    """Return the message of a workflow command of GitHub; line ends stay as such."""
    return visible(text, but="\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """Return a property of a workflow command of GitHub."""
    return workflow_message(text).replace(":", "%3A").replace(",", "%2C")
