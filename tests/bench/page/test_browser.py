"""The page in a browser: it draws, sorts, filters, highlights, fetches nothing, and can be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drawn import compared
from runs import run_of
from wsbench.page.frame import html
from wsbench.workflow.shown import shown_of

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here: apt install chromium")

DIMMED = '#chart-1 .mark-symbol.role-mark path[opacity="0.12"]'
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a comparison with many rows."""
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(html(shown_of(compared())))
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start one browser for all."""
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


class Seen:
    """A page that is open, all that it asked for elsewhere, and all that went wrong on it."""

    def __init__(self, browser: Any, file: Path, width: int = 1280, scheme: str = "light") -> None:
        self.asked: list[str] = []
        self.wrong: list[str] = []
        context = browser.new_context(viewport={"width": width, "height": 2_000}, color_scheme=scheme)
        self.page = context.new_page()
        self.page.on("request", lambda one: self.asked.append(one.url))
        self.page.on("console", lambda one: self.wrong.append(one.text))
        self.page.on("pageerror", lambda one: self.wrong.append(str(one)))
        self.page.goto(file.as_uri())
        for place in self.page.locator(".live").all():
            place.scroll_into_view_if_needed()
            place.locator("svg").first.wait_for()

    def opacities(self, chart: int) -> set[str]:
        """Return how much is left of each point of a chart."""
        points = self.page.locator(f"#chart-{chart} .mark-symbol.role-mark path").all()
        return {one.get_attribute("opacity") or "1" for one in points}


@pytest.fixture(scope="module")
def seen(browser: Any, file: Path) -> Seen:
    """Open the page."""
    return Seen(browser, file)


def test_every_chart_is_drawn_and_nothing_is_asked_for(seen: Seen, file: Path) -> None:
    """Without a word in the console; the pictures for print are hidden."""
    assert seen.wrong == []
    assert {one for one in seen.asked if not one.startswith("data:")} == {file.as_uri()}
    assert seen.page.locator(".live svg").count() == seen.page.locator("figure").count() == 6
    assert seen.page.locator(".still").first.is_hidden()


def test_a_server_that_is_chosen_is_highlighted_everywhere(seen: Seen) -> None:
    """By its button, from the keyboard too; Escape ends it."""
    button = seen.page.get_by_role("button", name="tornado", exact=True)
    button.focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(DIMMED, state="attached")
    assert button.get_attribute("aria-pressed") == "true"
    assert (
        seen.page.locator("tr.chosen").count() == seen.page.locator('tr[data-server="tornado"]').count() > 1
    )
    assert seen.opacities(1) == {"1", "0.12"}
    seen.page.keyboard.press("Escape")
    seen.page.wait_for_selector(DIMMED, state="detached")
    assert seen.page.locator("tr.chosen").count() == 0


def test_a_table_is_sorted_by_its_heads(seen: Seen) -> None:
    """Up, down, and as it was; by numbers, with what is missing last."""
    table = seen.page.locator("table").filter(has_text="driven by wire").first

    def servers() -> list[str]:
        return [str(one) for one in table.locator("tbody th").all_inner_texts()]

    before, head = servers(), table.locator("thead th").filter(has_text="p50")
    told = []
    for _ in range(3):
        head.get_by_role("button").click()
        told.append((head.get_attribute("aria-sort"), servers()))
    assert told == [
        ("ascending", ["tcp", "stdlib", "tornado", "new"]),
        ("descending", ["new", "tornado", "stdlib", "tcp"]),
        ("none", before),
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_keeps_anybody_from_reading_it(browser: Any, file: Path, width: int, scheme: str) -> None:
    """No finding of axe is serious; nothing is wider than the screen of a telephone."""
    seen = Seen(browser, file, width, scheme)
    found = axe.Axe().run(seen.page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in GRAVE] == []
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert seen.wrong == []


def test_it_is_printed_light_with_pictures(browser: Any, file: Path) -> None:
    """Whatever the screen is."""
    seen = Seen(browser, file, scheme="dark")
    seen.page.emulate_media(media="print")
    assert seen.page.locator(".still img").first.is_visible()
    assert seen.page.locator(".live").first.is_hidden()
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_many_rows_are_filtered(browser: Any, tmp_path: Path) -> None:
    """By words that a row must have; how many are left is said."""
    path = tmp_path / "page.html"
    path.write_text(html(shown_of(run_of({f"server-{n}=tornado": 60.0 for n in range(9)}, rounds=1))))
    seen = Seen(browser, path)
    seen.page.get_by_label("Show rows with").first.fill("server-3")
    assert seen.page.get_by_role("status").first.inner_text() == "1 of 9 rows"
