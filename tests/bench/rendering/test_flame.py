"""A flame graph is XML that any reader of SVG can read, whatever functions are called."""

import re
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st
from wsbench.facts.call_tree import Drawing, Frame
from wsbench.rendering.flame import extent, svg, words

SVG = "{http://www.w3.org/2000/svg}"


def drawing(*children: Frame, before: str = "old", title: str = "new against old") -> Drawing:
    """Return a drawing of some frames on one, which has 10 of its own on either side."""
    value = tuple(10.0 + sum(one.value[side] for one in children) for side in (0, 1))
    return Drawing(title, Frame("all", (value[0], value[1]), (10.0, 10.0), children), before, "new")


def frame(name: str, before: float, after: float) -> Frame:
    """Return a frame on which nothing stands."""
    return Frame(name, (before, after), (before, after))


def frames_in(text: str) -> dict[str, ET.Element]:
    """Return the frame of each function of a document, with its box."""
    found = {}
    for one in ET.fromstring(text).iter(f"{SVG}g"):  # noqa: S314  # our own
        title, box = one.find(f"{SVG}title"), one.find(f"{SVG}rect")
        if title is not None and title.text and box is not None:
            found[title.text.partition(": ")[0]] = box
    return found


def test_red_is_more_blue_is_less_and_grey_is_the_same():
    """As wide as the side that has more; beside each other, within what they stand on."""
    text = svg([drawing(frame("more", 100.0, 300.0), frame("less", 200.0, 0.0), frame("same", 90.0, 90.0))])
    boxes = frames_in(text)
    assert boxes["more"].get("fill") == "#ff5050"
    assert boxes["less"].get("fill") == "#5050ff"
    assert boxes["same"].get("fill") == "#dddddd"
    left, width = ({name: float(one.get(key, "")) for name, one in boxes.items()} for key in ("x", "width"))
    assert width["more"] > width["less"] > width["same"]
    assert left["all"] == left["more"]
    assert left["more"] + width["more"] < left["less"]
    assert left["same"] + width["same"] < left["all"] + width["all"]
    assert "Red: new takes more than old" in text
    assert "in proportion" in " ".join(text.split())


def test_a_frame_says_what_it_takes():
    """With all that it calls, and by itself."""
    one = Frame("echo", (100.0, 300.0), (50.0, 60.0), (frame("send", 50.0, 240.0),), (0.0, 10.0))
    assert words(drawing(one), one) == (
        "echo: 100 → 300 instructions a message (+200, +64.52 % of all), itself 50.0"
    )
    assert words(drawing(one, before=""), one) == "echo: 300 instructions a message (96.8 %), itself 50.0"
    assert "Frames under 0.1 % of all are left out, 3.2 % together." in svg([drawing(one)])


def test_one_server_alone_has_no_colours_of_a_change():
    """There is nothing it could be more than."""
    text = svg([drawing(frame("echo", 5.0, 5.0), before="")])
    assert {box.get("fill") for box in frames_in(text).values()} == {"#f2c879"}
    assert "Red" not in text


def test_graphs_stand_above_one_another():
    """Each has its title and its words; the document is as high as all of them."""
    text = svg([drawing(title="first"), drawing(frame("a", 1.0, 2.0), title="second")])
    root = ET.fromstring(text)  # noqa: S314  # our own
    heights = [float(one.get("y", "")) for one in root.iter(f"{SVG}text")]
    assert max(heights) < float(root.get("height", ""))
    assert heights == sorted(heights) or text.index("first") < text.index("second")


@settings(max_examples=40)
@given(st.text(), st.floats(0, 1e9), st.floats(0, 1e9))
def test_whatever_a_function_is_called(name: str, before: float, after: float):
    """It is text, and nothing in it asks for anything from anywhere."""
    one = frame(f"<script>{name}", before, after)
    text = svg([drawing(one, title=f"</svg>{name}")])
    root = ET.fromstring(text)  # noqa: S314  # our own
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "g", "rect", "text", "title"}
    assert not re.search(r"(href|src|on\w+|url)\s*=", re.sub(r">[^<]*<", "><", text))
    assert extent(one) == max(before, after)
