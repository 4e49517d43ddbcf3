"""How charts look besides their data: light as paper, and dark."""

from __future__ import annotations

from typing import Any, NamedTuple

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif"


class Theme(NamedTuple):
    """Colours of text, of lines that guide the eye, and of what is behind, as CSS has them."""

    ink: str
    faint: str
    paper: str


LIGHT = Theme("#1f2328", "#e4e8ec", "#ffffff")
DARK = Theme("#e6edf3", "#2d333b", "#161b22")

WIDTH = 660
"""How wide a picture is, in pixels."""


def config(theme: Theme, *, font: str = FONT) -> dict[str, Any]:
    """Return the configuration of Vega-Lite for a theme."""
    return {
        "background": theme.paper,
        "font": font,
        "view": {"stroke": None},
        "axis": {
            "labelColor": theme.ink,
            "titleColor": theme.ink,
            "titleFontWeight": "normal",
            "gridColor": theme.faint,
            "domainColor": theme.faint,
            "tickColor": theme.faint,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "labelLimit": 260,
        },
        "legend": {
            "labelColor": theme.ink,
            "titleColor": theme.ink,
            "orient": "bottom",
            "columns": 6,
            "symbolLimit": 60,
            "labelFontSize": 12,
        },
        "title": {"color": theme.ink, "anchor": "start", "fontSize": 14},
        "text": {"color": theme.ink, "fontSize": 12},
    }
