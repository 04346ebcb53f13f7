from xml.etree import ElementTree

from tfx_pipeline.simulation.outcome import Outcome, Starts
from tfx_pipeline.simulation.picture import PANELS, picture

FEW = Outcome(4, {"home": Starts(4, 4, 1)}, 2, 1, frozenset({"Ada"}), 4)
MANY = Outcome(4, {"home": Starts(4, 16, 1)}, 0, 0, frozenset({"Ada"}), 4)


def test_a_line_rises_with_what_it_shows_in_each_panel() -> None:
    drawn = ElementTree.fromstring(picture({"one & all": [FEW, MANY], "other": [MANY, MANY]}))
    lines = [
        [[float(number) for number in point.split(",")] for point in part.attrib["points"].split()]
        for part in drawn.iter()
        if part.tag.endswith("polyline")
    ]
    assert len(lines) == 2 * len(PANELS)
    (x1, y1), (x2, y2) = lines[0]
    assert x1 < x2
    assert y1 > y2  # y counts downwards
    assert lines[1][0][1] == lines[1][1][1]
    assert "one & all" in [part.text for part in drawn.iter()]


def test_lives_of_which_nothing_came_are_a_picture_too() -> None:
    assert ElementTree.fromstring(picture({"one": [Outcome()]})) is not None
