import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.errors import UsageError, UserError
from listening_log.windows import histories
from listening_log.windows.splits import LEAVE_LAST_OUT, TIME, SplitPlan, make_plan, minutes_of
from listening_log.windows.value_counts import Tally
from models import names

MINUTES = Tally(np.arange(100, 110), np.full(10, 7))  # seven events in each of ten minutes


def _plan(minutes=MINUTES, split="auto", order_only=False, eval_share=0.1, test_share=0.1) -> SplitPlan:
    return make_plan(
        minutes, split=split, order_only=order_only, eval_share=eval_share, test_share=test_share
    )


def test_times_that_are_real_are_cut_at_whole_minutes():
    plan = _plan()
    assert (plan.kind, plan.first_cut, plan.second_cut) == (TIME, 108 * 60, 109 * 60)
    assert plan.time_features
    assert "1970-01-01 01:48 UTC" in plan.reason


def test_times_that_are_order_only_leave_the_last_out_without_time_features():
    plan = _plan(order_only=True)
    assert (plan.kind, plan.first_cut, plan.time_features) == (LEAVE_LAST_OUT, None, False)
    assert "order only" in plan.reason


def test_a_forced_split_is_obeyed_and_told():
    assert _plan(split=LEAVE_LAST_OUT).reason.startswith("asked for")
    assert _plan(split=LEAVE_LAST_OUT).time_features
    forced = _plan(split=TIME, order_only=True)
    assert (forced.kind, forced.time_features) == (TIME, False)


def test_too_few_minutes_leave_the_last_out_unless_time_is_forced():
    two = Tally(np.array([5, 6]), np.array([50, 50]))
    assert _plan(two).kind == LEAVE_LAST_OUT
    with pytest.raises(UserError, match="too few for two cuts"):
        _plan(two, split=TIME)


@pytest.mark.parametrize("shares", [(0.0, 0.1), (0.5, 0.5), (0.1, -0.1)])
def test_shares_must_leave_something_for_each_split(shares):
    with pytest.raises(UsageError, match="eval_share and test_share"):
        _plan(eval_share=shares[0], test_share=shares[1])


def test_an_unknown_split_is_wrong_usage():
    with pytest.raises(UsageError, match="'random'"):
        _plan(split="random")


@given(st.lists(st.lists(st.integers(0, 5000), max_size=20), max_size=4))
def test_minute_counts_of_parts_merge_to_those_of_the_whole(parts):
    merged = Tally.merge_all(minutes_of(np.array(part, np.int64)) for part in parts)
    whole = minutes_of(np.array([time for part in parts for time in part], np.int64))
    assert merged.value.tolist() == whole.value.tolist()
    assert merged.count.tolist() == whole.count.tolist()


histories_of_times = st.lists(
    st.lists(st.integers(0, 2000), min_size=1, max_size=25).map(sorted), min_size=1, max_size=5
)


@given(histories_of_times, st.integers(1, 6), st.integers(0, 2000), st.integers(0, 2000))
def test_events_after_a_cut_never_reach_training(times, max_length, one, other):
    plan = SplitPlan(TIME, "", min(one, other), max(one, other), time_features=True)
    timestamp = np.array([t for listener in times for t in listener], np.int64)
    offsets = np.cumsum([0, *(len(listener) for listener in times)])
    windows = plan.windows(timestamp, offsets, max_length, final_fit=True)

    def events(split: str, first: np.ndarray) -> list[int]:
        chosen = windows[split]
        begins = offsets[chosen.listener]
        return [e for b, f, s in zip(begins, first, chosen.stop, strict=True) for e in range(b + f, b + s)]

    train = events(names.TRAIN, windows[names.TRAIN].start)
    assert all(timestamp[e] < plan.first_cut for e in train)
    eval_seen = events(names.EVAL, windows[names.EVAL].start)
    assert all(timestamp[e] < plan.second_cut for e in eval_seen)
    split_events = [
        events(split, windows[split].first_target) for split in (names.TRAIN, names.EVAL, names.TEST)
    ]
    assert sorted(e for part in split_events for e in part) == list(range(len(timestamp)))
    assert events(names.ALL, windows[names.ALL].first_target) == list(range(len(timestamp)))


def test_leave_last_out_asks_the_last_event_and_the_one_before():
    plan = _plan(order_only=True)
    offsets = np.array([0, 4, 6])
    windows = plan.windows(np.zeros(6, np.int64), offsets, 10, final_fit=False)
    assert set(windows) == {names.TRAIN, names.EVAL, names.TEST}
    assert (windows[names.EVAL].first_target.tolist(), windows[names.EVAL].stop.tolist()) == ([2], [3])
    assert (windows[names.TEST].first_target.tolist(), windows[names.TEST].stop.tolist()) == ([3], [4])
    assert windows[names.TRAIN].targets == 2 + 2
    assert isinstance(windows[names.TRAIN], histories.Windows)
