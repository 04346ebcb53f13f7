"""Statistics of hand-made columns; the distances are worked out by hand."""

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest
import tensorflow_data_validation as tfdv

from components.span_validator.comparison_plan import EARLIER, NEWEST, ComparisonPlan
from components.span_validator.config import SpansConfig
from components.span_validator.distributions import Findings, compare
from components.span_validator.statistics import (
    MOST_VALUES,
    features,
    statistics_options,
    without_rare_names,
)

PLAN = ComparisonPlan("log", 2, (1,), (), "2", "1-1", 1)
Columns = Mapping[str, Sequence[object]]


def statistics(columns: Columns) -> object:
    return tfdv.generate_statistics_from_dataframe(pd.DataFrame(columns), statistics_options(), n_jobs=1)


def findings_of(earlier: Columns, newest: Columns, **config: object) -> Findings:
    both = {EARLIER: statistics(earlier), NEWEST: statistics(newest)}
    return compare(PLAN, both, frozenset({"unsure"}), SpansConfig(**{"min_events": 10, **config}))


def surfaces(home: int, search: int, *further: str) -> Columns:
    return {"surface": ["home"] * home + ["search"] * search + list(further)}


def test_the_share_that_has_moved_most_is_told() -> None:
    findings = findings_of(surfaces(40, 60), surfaces(90, 10))
    assert findings.lines == [
        "span 2: surface has moved from span 1: 'home' from 40% to 90%, a distance of 0.50 "
        "(at most 0.3: spans.max_drift)"
    ]
    assert findings.distances == {"surface": {"drift": 0.5, "skew": 0.5}}


def test_a_share_may_move_as_far_as_the_setting_says() -> None:
    assert findings_of(surfaces(40, 60), surfaces(69, 31)).lines == []
    assert findings_of(surfaces(40, 60), surfaces(90, 10), max_drift=0.6, max_skew=0.6).lines == []


def test_skew_alone_is_told_against_all_the_spans_before() -> None:
    (line,) = findings_of(surfaces(40, 60), surfaces(90, 10), max_drift=0.6).lines
    assert "surface has moved from the spans before" in line
    assert "spans.max_skew" in line


def test_new_values_are_allowed_up_to_a_share() -> None:
    assert findings_of(surfaces(50, 50), surfaces(45, 40, *["car"] * 15)).lines == []
    assert findings_of(surfaces(50, 50), surfaces(40, 35, *["car"] * 15, *["tv"] * 10)).lines == [
        "span 2: surface has values that no earlier span has, as 'car', in 25% "
        "(at most 20%: spans.max_new_values)"
    ]


def test_a_column_must_be_filled_half_as_often_as_at_first() -> None:
    first = {"surface": ["home"] * 80 + [None] * 20}
    assert findings_of(first, {"surface": ["home"] * 41 + [None] * 59}).lines == []
    assert findings_of(first, {"surface": ["home"] * 39 + [None] * 61}).lines == [
        "span 2: surface is filled in 39% of the events, in span 1 in 80% "
        "(at least 50% of that: spans.min_filled)"
    ]


def test_numbers_are_told_by_their_medians_as_the_log_has_them() -> None:
    earlier = {"ms_played": [5.0, 5.2, 5.4] * 10}  # log10: the median is 10^5.2 - 1
    (line,) = findings_of(earlier, {"ms_played": [2.0, 2.2, 2.4] * 10}).lines
    assert line.startswith("span 2: ms_played has moved from span 1: its median from 1.585e+05 to 157.5,")
    assert "spans.max_divergence" in line


def test_evenings_that_become_nights_are_seen() -> None:
    evenings, nights = [17, 18, 18, 19, 19, 19, 20, 20, 21, 9, 12], [1, 2, 2, 3, 3, 3, 4, 4, 5, 17, 20]
    (line,) = findings_of({"hour (UTC)": evenings * 10}, {"hour (UTC)": nights * 10}).lines
    assert "hour (UTC) has moved from span 1: its median from 19 to 3" in line


@pytest.mark.parametrize("column", ["unsure", "few"])
def test_nothing_is_said_of_what_a_span_is_too_short_for(column: str) -> None:
    size = 100 if column == "unsure" else 9
    assert findings_of({column: ["a"] * size}, {column: ["b"] * size}, max_new_values=1.0).lines == []


def test_a_feature_that_is_not_compared_may_have_new_values() -> None:
    assert findings_of({"unsure": ["a"] * 20}, {"unsure": ["b"] * 20}).lines == []


def test_a_new_column_is_no_fault_and_a_gone_one_is_told_elsewhere() -> None:
    assert findings_of(surfaces(10, 10), surfaces(10, 10) | {"device": ["tv"] * 20}).lines == []
    assert findings_of(surfaces(10, 10) | {"device": ["tv"] * 20}, surfaces(10, 10)).lines == []


def test_values_of_a_column_with_too_many_are_neither_compared_nor_kept() -> None:
    earlier = {"playlist": [f"mine {number}" for number in range(MOST_VALUES + 500)]}
    newest = {"playlist": [f"yours {number}" for number in range(MOST_VALUES + 500)]}
    assert findings_of(earlier, newest).lines == []
    kept = without_rare_names(statistics(earlier))
    assert b"mine" not in kept.SerializeToString()
    assert features(kept)["playlist"].string_stats.common_stats.num_non_missing == MOST_VALUES + 500
