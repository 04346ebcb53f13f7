"""A drawing of curves is SVG that any browser reads."""

from xml.etree import ElementTree

from benchmarks.curves import draw


def test_a_curve_rises_to_the_right_and_leaves_out_what_lies_below():
    drawn = ElementTree.fromstring(draw({"a & b": [(0.95, 100.0), (0.9, 10.0), (0.5, 1.0)]}, "", "", ""))

    (line,) = [part for part in drawn if part.tag.endswith("polyline")]
    (x1, y1), (x2, y2) = [map(float, point.split(",")) for point in line.attrib["points"].split()]

    assert x1 < x2
    assert y1 > y2  # y counts downwards
    assert "a & b" in [part.text for part in drawn]


def test_curves_without_points_are_an_empty_drawing():
    assert ElementTree.fromstring(draw({"none": []}, "", "", ""))
