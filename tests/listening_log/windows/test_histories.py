import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from listening_log.windows import histories
from listening_log.windows.histories import Windows


def _ints(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def _as_tuples(windows: Windows) -> list[tuple[int, int, int, int]]:
    columns = (windows.listener, windows.start, windows.stop, windows.first_target)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _targets(windows: Windows) -> list[tuple[int, int]]:
    """Every (listener, place) that is a target, as often as it is one."""
    return [(u, place) for u, _, stop, first in _as_tuples(windows) for place in range(first, stop)]


lengths_of = st.lists(st.integers(0, 40), min_size=1, max_size=6).map(lambda x: np.array(x, np.int64))
max_lengths = st.integers(1, 12)


def test_a_short_history_is_one_window_with_a_cold_start():
    assert _as_tuples(histories.cover(_ints(3), 4)) == [(0, 0, 3, 0)]


def test_windows_share_one_event_and_the_oldest_is_the_short_one():
    # Seven events, windows of at most four: 3..6 (targets 4, 5, 6), 0..3 (targets 0..3).
    assert _as_tuples(histories.cover(_ints(7), 3)) == [(0, 0, 4, 0), (0, 3, 7, 4)]
    assert _as_tuples(histories.cover(_ints(8), 3)) == [(0, 0, 2, 0), (0, 1, 5, 2), (0, 4, 8, 5)]


def test_a_listener_without_events_has_no_window():
    assert _as_tuples(histories.cover(_ints(0, 1), 3)) == [(1, 0, 1, 0)]


@given(lengths_of, max_lengths)
def test_each_event_is_a_target_of_cover_exactly_once(lengths, max_length):
    windows = histories.cover(lengths, max_length)
    assert _targets(windows) == [(u, p) for u, n in enumerate(lengths.tolist()) for p in range(n)]
    assert windows.targets == lengths.sum()
    assert ((windows.stop - windows.start) <= max_length + 1).all()
    later = windows.start > 0
    assert (windows.first_target[later] == windows.start[later] + 1).all()
    assert (windows.first_target[~later] == 0).all()


def test_the_last_event_is_asked_with_all_the_history_that_fits():
    assert _as_tuples(histories.ask(_ints(9), _ints(10), 4)) == [(0, 5, 10, 9)]
    assert _as_tuples(histories.ask(_ints(2), _ints(3), 4)) == [(0, 0, 3, 2)]


def test_windows_that_ask_overlap_so_that_each_target_has_half_a_window_of_history():
    # Ten events, the last six are asked; L = 4, so windows of five events and two before each target.
    assert _as_tuples(histories.ask(_ints(4), _ints(10), 4)) == [(0, 2, 7, 4), (0, 5, 10, 7)]


@given(st.data(), lengths_of, max_lengths)
def test_each_asked_event_is_a_target_once_and_sees_enough_history(data, end, max_length):
    begin = np.array([data.draw(st.integers(0, int(n))) for n in end], np.int64)
    windows = histories.ask(begin, end, max_length)
    expected = [(u, p) for u in range(len(end)) for p in range(begin[u], end[u])]
    assert _targets(windows) == expected
    assert ((windows.stop - windows.start) <= max_length + 1).all()
    history = windows.first_target - windows.start
    assert (history >= np.minimum(windows.first_target, max_length // 2)).all()


def test_events_are_ordered_by_listener_then_time_then_row():
    user, time, row = _ints(1, 0, 0, 0), _ints(5, 9, 3, 3), _ints(0, 1, 3, 2)
    assert histories.sort_order(user, time, row).tolist() == [3, 2, 1, 0]


def test_offsets_tell_where_listeners_begin():
    assert histories.offsets_of(_ints(4, 4, 7, 9, 9)).tolist() == [0, 2, 3, 5]
    assert histories.offsets_of(_ints()).tolist() == [0]


def test_an_event_at_the_cut_is_not_before_it():
    times, offsets = _ints(10, 20, 30, 20, 21), _ints(0, 3, 5)
    assert histories.count_before(times, offsets, 20).tolist() == [1, 0]


def test_leave_last_out_needs_three_events():
    eval_begin, test_begin = histories.leave_last_out(_ints(5, 3, 2, 0))
    assert eval_begin.tolist() == [3, 1, 2, 0]
    assert test_begin.tolist() == [4, 2, 2, 0]
