import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from listening_log.check.charts import WIDTH, bars, listeners_chart, time_chart
from listening_log.check.report import Bucket, Day, Histograms


def histograms(days: list[Day] | None = None, listeners: list[Bucket] | None = None) -> Histograms:
    return Histograms(listeners or [], days or [], [0] * 24)


def test_bars_are_as_long_as_counts_are_large() -> None:
    # 72 columns less the label, the number and four blanks leave 64 for the longest bar
    lines = bars(["a", "b", "c"], [160, 80, 0])
    assert lines == [f"  a {'█' * 64} 160", f"  b {'█' * 32} 80", "  c 0"]


def test_a_part_of_a_block_is_an_eighth_of_it_and_anything_has_a_mark() -> None:
    assert bars(["a", "b"], [100, 1])[1] == "  b ▊ 1"  # 64 / 100 of a block, 5.1 eighths, is rounded up
    assert bars(["a", "b"], [100_000, 1])[1] == "  b ▏ 1"


def test_hashes_take_the_place_of_blocks() -> None:
    assert bars(["a", "b"], [160, 1], ascii_only=True) == [f"  a {'#' * 64} 160", "  b # 1"]


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=9).filter(any), st.booleans())
def test_no_line_is_wider_than_the_page(counts: list[int], ascii_only: bool) -> None:
    labels = [f"label {place}" for place in range(len(counts))]
    lines = bars(labels, counts, ascii_only=ascii_only)
    assert max(map(len, lines)) <= WIDTH
    assert all(line.isascii() for line in lines) or not ascii_only


def test_listeners_are_shown_in_their_buckets() -> None:
    chart = listeners_chart(histograms(listeners=[Bucket(1, 1, 2), Bucket(2, 4, 0), Bucket(1000, 1999, 4)]))
    assert [line.split()[0] for line in chart[1:]] == ["1", "2-4", "1,000-1,999"]


def test_one_bucket_alone_is_no_chart() -> None:
    assert listeners_chart(histograms(listeners=[Bucket(1, 1, 2)])) == []


def days(count: int, first: str = "2024-12-30") -> list[Day]:
    dates = np.datetime64(first, "D") + np.arange(count)
    return [Day(str(date), 1) for date in dates]


def test_a_short_log_has_a_bar_a_day_a_long_one_a_week_a_month_a_year() -> None:
    charts = {
        count: time_chart(histograms(days(count)), ascii_only=True) for count in (2, 21, 22, 182, 183, 1200)
    }
    assert charts[2] == []
    assert (charts[21][0], len(charts[21])) == ("Events a day (UTC)", 22)
    assert (charts[22][0], charts[22][1].split()[0]) == ("Events a week from (UTC)", "2024-12-30")
    assert len(charts[182]) == 27
    assert (charts[183][0], charts[183][1].split()) == ("Events a month (UTC)", ["2024-12", "####", "2"])
    assert (charts[1200][0], [line.split()[0] for line in charts[1200][1:]]) == (
        "Events a year (UTC)",
        ["2024", "2025", "2026", "2027", "2028"],
    )
