"""The split plan: which events are `train`, `eval` and `test`, and why. Pure numpy."""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Final

import numpy as np

from listening_log.errors import UsageError, UserError
from listening_log.windows import histories
from listening_log.windows.histories import Ints, Windows
from listening_log.windows.value_counts import Tally
from models import names

AUTO: Final = "auto"
TIME: Final = "time"
LEAVE_LAST_OUT: Final = "leave-last-out"
KINDS: Final = (AUTO, TIME, LEAVE_LAST_OUT)
MINUTE: Final = 60


@dataclass(frozen=True)
class SplitPlan:
    """How the log is cut. Cuts are unix seconds (None for leave-last-out): an event at a cut is after it."""

    kind: str
    reason: str
    first_cut: int | None
    second_cut: int | None
    time_features: bool
    """Whether times mean anything; if not, windows carry no times."""

    def begins(self, timestamp: Ints, offsets: Ints) -> tuple[Ints, Ints]:
        """Places (within each listener's history) where `eval` and where `test` begin, each [listeners]."""
        if self.first_cut is None or self.second_cut is None:
            return histories.leave_last_out(np.diff(offsets))
        return (
            histories.count_before(timestamp, offsets, self.first_cut),
            histories.count_before(timestamp, offsets, self.second_cut),
        )

    def windows(
        self, timestamp: Ints, offsets: Ints, max_length: int, *, final_fit: bool
    ) -> dict[str, Windows]:
        """The windows of every split, from events sorted by listener and time."""
        lengths = np.diff(offsets)
        eval_begin, test_begin = self.begins(timestamp, offsets)
        windows = {
            names.TRAIN: histories.cover(eval_begin, max_length),
            names.EVAL: histories.ask(eval_begin, test_begin, max_length),
            names.TEST: histories.ask(test_begin, lengths, max_length),
        }
        if final_fit:
            windows[names.ALL] = histories.cover(lengths, max_length)
        return windows


def minutes_of(timestamp: Ints) -> Tally:
    """How many events each minute (counted from 1970) holds, from their times in unix seconds."""
    return Tally.of(np.asarray(timestamp, np.int64) // MINUTE)


def cut_at(minutes: Tally, share: float) -> int:
    """The whole minute (unix seconds) before which the share of events is nearest to `share`.

    Never the first minute, so something lies before it; past the last minute where all share one.
    """
    before = np.cumsum(minutes.count)
    best = int(np.argmin(np.abs(before - share * before[-1])))
    following = minutes.value[best + 1] if best + 1 < len(minutes.value) else minutes.value[best] + 1
    return int(following) * MINUTE


def make_plan(
    minutes: Tally,
    *,
    split: str = AUTO,
    order_only: bool,
    eval_share: float,
    test_share: float,
    span: int | None = None,
) -> SplitPlan:
    """Chooses the split of a log.

    Args:
        minutes: `minutes_of` the events that the cuts in time are taken from: all, or those of the newest span.
        split: one of KINDS.
        order_only: whether times say the order of events alone.
        eval_share: share of those events between the two cuts.
        test_share: share of those events after the second cut.
        span: the newest span, where it is the one that is cut; the reason names it.

    Raises:
        UsageError: for a split that there is not, or shares that leave nothing for training.
        UserError: if `time` is asked for and the log's times can't be cut twice.
    """
    if split not in KINDS:
        raise UsageError(f"split: {split!r} is none of {', '.join(KINDS)}")
    if not (eval_share > 0 and test_share > 0 and eval_share + test_share < 1):
        raise UsageError(
            f"eval_share and test_share: {eval_share} and {test_share} must be above 0 "
            "and leave a share for training"
        )
    if split == LEAVE_LAST_OUT:
        return _last_events("asked for in the configuration", order_only)
    if split == AUTO and order_only:
        return _last_events("times are order only (a constant step or one shared start)", order_only)
    first = cut_at(minutes, 1 - eval_share - test_share)
    second = cut_at(minutes, 1 - test_share)
    if not first < second <= int(minutes.value[-1]) * MINUTE:
        if split == AUTO:
            return _last_events(f"all events{_of(span)} fall into too few minutes for two cuts", order_only)
        raise UserError(
            f"split {TIME!r}: all events{_of(span)} fall into {len(minutes.value)} minutes, too few for two cuts; "
            f"set it to {LEAVE_LAST_OUT!r}"
        )
    why = "times are real" if split == AUTO else "asked for in the configuration"
    where = "in time" if span is None else f"in span {span}"
    reason = f"{why}: cut {where} at {_utc(first)} and {_utc(second)}"
    return SplitPlan(TIME, reason, first, second, time_features=not order_only)


def _of(span: int | None) -> str:
    return "" if span is None else f" of span {span}"


def _last_events(why: str, order_only: bool) -> SplitPlan:
    reason = f"{why}: each listener's last event is the test, the one before it the evaluation"
    return SplitPlan(LEAVE_LAST_OUT, reason, None, None, time_features=not order_only)


def _utc(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
