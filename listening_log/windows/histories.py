"""Sorted histories of many listeners at once, and the windows that the splits cut out of them. Pure numpy.

Events of all listeners stand in one sorted run; listener `u` holds places `offsets[u]` to `offsets[u + 1]`.
A *place* below counts from 0 within one listener's history.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Windows:
    """Windows of histories, in listener order and from the oldest to the newest; every array is int64 [W]."""

    listener: Ints
    """Which listener."""
    start: Ints
    """Place of the first event."""
    stop: Ints
    """One past the place of the last event."""
    first_target: Ints
    """Place of the first target; the window's later events are targets too."""

    def __len__(self) -> int:
        return len(self.listener)

    @property
    def targets(self) -> int:
        """Number of targets over all windows."""
        return int((self.stop - self.first_target).sum())


def sort_order(user: npt.NDArray[np.generic], timestamp: Ints, row: Ints) -> Ints:
    """Order of events by listener, then time, then row of the file (ties in time keep the file's order)."""
    return np.lexsort((row, timestamp, user))


def offsets_of(user: npt.NDArray[np.generic]) -> Ints:
    """Where each listener's events begin in a sorted run: int64 [listeners + 1]."""
    if not len(user):
        return np.zeros(1, np.int64)
    begins = np.flatnonzero(user[1:] != user[:-1]) + 1
    return np.concatenate(([0], begins, [len(user)])).astype(np.int64)


def count_before(timestamp: Ints, offsets: Ints, cut: int) -> Ints:
    """Number of events of each listener before the time `cut`: int64 [listeners]."""
    before = np.concatenate(([0], np.cumsum(timestamp < cut, dtype=np.int64)))
    return before[offsets[1:]] - before[offsets[:-1]]


def leave_last_out(lengths: Ints) -> tuple[Ints, Ints]:
    """Places where `eval` and `test` begin: the last two events, where a listener has three or more."""
    enough = lengths >= 3
    return np.where(enough, lengths - 2, lengths), np.where(enough, lengths - 1, lengths)


def cover(lengths: Ints, max_length: int) -> Windows:
    """Windows of at most `max_length + 1` events in which each event is a target exactly once.

    Counted from the newest event back, so the oldest window is the short one. Consecutive windows share one
    event: the first of a window that doesn't begin the history is only history.
    """
    _check(max_length)
    count = np.where(lengths > 0, np.maximum(1, -(-(lengths - 1) // max_length)), 0)
    listener, back = _spread(count)
    stop = lengths[listener] - back * max_length
    start = np.maximum(0, stop - max_length - 1)
    return Windows(listener, start, stop, np.where(start > 0, start + 1, 0))


def ask(begin: Ints, end: Ints, max_length: int) -> Windows:
    """Windows whose targets are the events at places `begin` to `end` of each listener, each exactly once.

    A target sees at least `max_length // 2` events before it where the listener has them, so windows overlap.
    """
    _check(max_length)
    history = max_length // 2
    step = max_length + 1 - history
    reaches_start = np.maximum(0, -(-(end - max_length - 1) // step))
    reaches_begin = -(-(end - begin) // step) - 1
    count = np.where(end > begin, np.minimum(reaches_start, reaches_begin) + 1, 0)
    listener, back = _spread(count)
    stop = end[listener] - back * step
    start = np.maximum(0, stop - max_length - 1)
    foreseen = np.where(start > 0, start + history, 0)
    return Windows(listener, start, stop, np.maximum(begin[listener], foreseen))


def _check(max_length: int) -> None:
    if max_length < 1:
        raise ValueError(f"max_length must be at least 1, not {max_length}")


def _spread(count: Ints) -> tuple[Ints, Ints]:
    """For `count[u]` windows of each listener: the listener of each, and how many windows are newer."""
    listener = np.repeat(np.arange(len(count), dtype=np.int64), count)
    ends = np.cumsum(count)
    return listener, ends[listener] - 1 - np.arange(len(listener), dtype=np.int64)
