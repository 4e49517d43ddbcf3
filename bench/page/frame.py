"""The page: one file of HTML with style, scripts, charts and their pictures, which fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote

import msgspec
import vl_convert

from .. import __version__
from ..exporters.shown import Shown
from ..rendering.columns import lines_of_notices
from . import words
from .charts.drawing import SHAPES, Cast, Drawing
from .gallery import cast_of, drawings
from .still import still
from .tables import bullets, definitions, paragraphs, table, text
from .theme import DARK, LIGHT, WIDTH, config

GOOD = {"IMPROVED", "NO REGRESSION", "MET"}
GLYPHS = dict(
    zip(
        SHAPES,
        (
            "M6 1a5 5 0 1 1 0 10a5 5 0 0 1 0-10z",
            "M1.5 1.5h9v9h-9z",
            "M6 1l5.2 9.5H.8z",
            "M6 0l5 6l-5 6l-5-6z",
            "M4 1h4v3h3v4h-3v3h-4v-3h-3v-4h3z",
            "M6 11L.8 1.5h10.4z",
            "M11 6L1.5 .8v10.4z",
        ),
        strict=True,
    )
)
"""The shapes as paths in a square of 12."""

SNIPPET = "window.vegaEmbed = vegaEmbed;"
"""What of the library the page's own script finds."""

UNQUOTED = " =:/;,()!*'@+-._~?&"
"""What may stand in a URL of data as it is; every character more would make the page longer."""

ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What must not stand in a script as it is: it might end it."""


def html(shown: Shown) -> str:
    """Return the page of a result."""
    drawn, cast, said = drawings(shown), cast_of(shown), words.found(shown)
    return Template(_resource("page.html")).substitute(
        title=text(f"{said.headline} – wsbench"),
        generator=text(f"wsbench {__version__}"),
        what=text(words.what(shown)),
        headline=_headline(said.headline, words.verdict(shown)),
        found=paragraphs(said.more),
        style=_resource("page.css"),
        servers=_chips(cast) if drawn else "",
        sections="\n".join(_sections(shown, drawn)),
        charts=_json(drawn),
        library=_library() if drawn else "",
        script=_resource("page.js"),
    )


def _headline(sentence: str, word: str) -> str:
    """Return the first sentence; its verdict, if it begins with one, is coloured as well."""
    if not word or not sentence.startswith(word):
        return text(sentence)
    return (
        f'<span class="{"good" if word in GOOD else "bad"}">{text(word)}</span>{text(sentence[len(word) :])}'
    )


def _sections(shown: Shown, drawn: list[Drawing]) -> Iterator[str]:
    """Yield what stands between the top and the foot of the page."""
    notices = words.notices(shown)
    every = lines_of_notices(notices)
    if warnings := lines_of_notices(one for one in notices if not one.minor):
        yield _section("warnings", "Warnings", bullets(warnings))
    if drawn:
        figures = "\n".join(_figure(one, number) for number, one in enumerate(drawn))
        yield _section("charts-title", "Charts", f'<div class="charts">\n{figures}\n</div>')
    pages = shown.pages
    tables = [one for page in pages for one in page.tables]
    yield _section("tables", "Tables", "\n".join(table(one, number) for number, one in enumerate(tables)))
    closing = dict.fromkeys(line for page in pages for line in page.closing if line not in every)
    minor = lines_of_notices(one for one in notices if one.minor)
    yield _section("reading", "How to read it, and how it was decided", paragraphs([*closing, *minor]))
    for one in shown.sources:
        title = "Where it was measured" + (f": {one.name}" if len(shown.sources) > 1 else "")
        yield _section("", title, definitions(words.provenance(one)))
    if shown.command:
        again = f"<pre><code>{text(shown.command)}</code></pre>"
        yield _section("again", "Measure it again", again + paragraphs(filter(None, [shown.to_fill_in])))


def _section(name: str, title: str, content: str) -> str:
    named = f' id="{name}"' if name else ""
    return f"<section><h2{named}>{text(title)}</h2>\n{content}\n</section>"


def _figure(one: Drawing, number: int) -> str:
    """Return a chart: its heading, where it is drawn, its picture for print, and what it says in words."""
    return Template(_resource("figure.html")).substitute(
        number=number,
        title=text(one.title),
        words=text(one.words),
        width=WIDTH,
        picture=text(quote(still(one), safe=UNQUOTED)),
    )


def _chips(cast: Cast) -> str:
    """Return a button for each server, which highlights it; its colour and shape are those in the charts."""
    buttons = "".join(
        f'<button type="button" aria-pressed="false" data-server="{text(name)}">'
        f'<svg viewBox="0 0 12 12" aria-hidden="true"><path d="{GLYPHS[shape]}" fill="{colour}"/></svg>'
        f"{text(name)}</button>"
        for name, colour, shape in zip(cast.names, cast.colours, cast.shapes, strict=True)
    )
    return f'<nav class="servers" aria-label="Highlight a server">{buttons}</nav>'


def _json(drawn: list[Drawing]) -> str:
    """Return what the script reads, as JSON that can't end the element it stands in."""
    themes = {name: _live(config(theme)) for name, theme in (("light", LIGHT), ("dark", DARK))}
    content = {"specs": [one.spec("container") for one in drawn], "themes": themes}
    found = msgspec.json.encode(content).decode()
    return "".join(ESCAPES.get(one, one) for one in found)


def _live(found: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration for charts on the page: the buttons above them are the legend of servers."""
    return found | {
        "legend": found["legend"] | {"disable": True},
    }


@cache
def _library() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script."""
    return str(vl_convert.javascript_bundle(SNIPPET)).replace("</script", "<\\/script")


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
