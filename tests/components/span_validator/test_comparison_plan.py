from collections.abc import Sequence
from pathlib import Path

import pytest

from components.span_validator.comparison_plan import BEFORE, EARLIER, FIRST, NEWEST, plan_validation
from listening_log.tables.spans import NO_SPANS, Spans


def make(folder: Path, spans: Sequence[int], catalogs: Sequence[int], rows: int = 10) -> str:
    for span in spans:
        (folder / f"span-{span}").mkdir()
        # 30 bytes a row, as sizes of CSV files are counted
        (folder / f"span-{span}" / "events.csv").write_text("x" * 30 * rows)
    for span in catalogs:
        (folder / f"span-{span}" / "catalog.csv").write_text("item_id\na\n")
    return str(folder)


@pytest.mark.parametrize("spans", ["1", "2-2", "1-1"])
def test_one_span_has_nothing_to_be_compared_with(tmp_path: Path, spans: str) -> None:
    assert plan_validation(make(tmp_path, [1, 2], [1]), Spans.parse(spans), 100) is None


def test_a_log_without_spans_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("x")
    assert plan_validation(str(tmp_path), NO_SPANS, 100) is None


def test_with_one_earlier_span_it_is_the_first_and_the_one_before(tmp_path: Path) -> None:
    plan = plan_validation(make(tmp_path, [1, 2], [1]), Spans(last=2), 100)
    assert plan is not None
    assert plan.sets == {NEWEST: (2,), EARLIER: (1,)}
    assert plan.set_of(BEFORE) == plan.set_of(FIRST) == EARLIER


def test_the_span_before_is_the_last_there_is(tmp_path: Path) -> None:
    plan = plan_validation(make(tmp_path, [1, 2, 5, 9], [1]), Spans(last=9), 100)
    assert plan is not None
    assert plan.sets == {NEWEST: (9,), EARLIER: (1, 2, 5), BEFORE: (5,), FIRST: (1,)}
    assert [(file.span, sorted(file.thinning)) for file in plan.files] == [
        (1, [EARLIER, FIRST]),
        (2, [EARLIER]),
        (5, [BEFORE, EARLIER]),
        (9, [NEWEST]),
    ]


def test_many_events_are_thinned_and_few_are_not(tmp_path: Path) -> None:
    plan = plan_validation(make(tmp_path, [1, 2, 3], [1], rows=100), Spans(last=3), 100)
    assert plan is not None
    assert plan.files[0].thinning == {EARLIER: 2, FIRST: 1}


def test_earlier_spans_are_read_with_the_catalogue_they_had(tmp_path: Path) -> None:
    plan = plan_validation(make(tmp_path, [1, 2, 3], [1, 3]), Spans(last=3), 100)
    assert plan is not None
    assert (plan.spans, plan.spans_before) == (Spans(last=3), Spans(1, 2))


def test_earlier_spans_without_a_catalogue_are_read_with_the_newest(tmp_path: Path) -> None:
    plan = plan_validation(make(tmp_path, [1, 2], [2]), Spans(1, 2), 100)
    assert plan is not None
    assert (plan.spans, plan.spans_before) == (Spans(1, 2), Spans(1, 2))
