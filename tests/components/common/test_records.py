import math

import pytest

from components.common.records import Gate, Gates, ModelSpans, SearchPoint, SpanEvents


@pytest.mark.parametrize(
    ("figure", "strict", "passed"),
    [
        (0.5, False, True),
        (0.5, True, False),
        (0.6, True, True),
        (0.4, False, False),
        (math.nan, False, False),
    ],
)
def test_a_gate_passes_a_figure_that_clears_its_floor(figure, strict, passed):
    assert Gate.judge("recall", figure, 0.5, strict=strict).passed == passed


def test_a_refusal_says_the_figure_and_the_floor():
    gates = Gates(
        blessed=False,
        gates=[
            Gate.judge("recall", 0.9, 0.95),
            Gate.judge("agreement", 1.0, 1.0),
            Gate.judge("ndcg", math.nan, 0.0, strict=True),
        ],
    )
    assert gates.refusals == [
        "gate 'recall' said no: 0.9000, must be at least 0.9500",
        "gate 'ndcg' said no: no figure, must be above 0.0000",
    ]


def test_recall_is_written_with_its_place():
    point = SearchPoint(leaves_searched=7, reorder=300, recall_at_200=0.97)
    assert point.as_json() == {
        "leaves_searched": 7, "reorder": 300, "recall@200": 0.97, "milliseconds": None
    }  # fmt: skip


def test_the_spans_of_a_model_are_read_whatever_else_is_known_of_it(tmp_path):
    (tmp_path / "upnext.json").write_text('{"model": "upnext", "spans": {"first": 1, "last": 3, "begin": 9}}')
    assert ModelSpans.read(tmp_path).spans.last == 3


def test_spans_are_numbers_here_and_strings_in_the_file():
    spans = SpanEvents(first=2, last=10, begin=5, events={"2": 5, "10": 2})
    assert spans.events == {2: 5, 10: 2}
    assert spans.as_json()["events"] == {"2": 5, "10": 2}
