"""Tells whether a log's times are real or only say the order of events."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from listening_log.windows.mergeable import ALWAYS, NEVER, Earliest, Latest, Mergeable, Total

_REGULAR_SHARE = 0.95  # dropped events leave gaps of two steps in times that count places


@dataclass(frozen=True)
class TimeFacts(Mergeable):
    """What listeners' times look like; parts have no listener in common."""

    listeners: Total = 0
    first_min: Earliest = NEVER
    """Earliest of the listeners' first times, unix seconds."""
    first_max: Latest = ALWAYS
    """Latest of the listeners' first times."""
    steps: Total = 0
    """Steps from an event to the next, of listeners with at least three events."""
    regular: Total = 0
    """The steps that equal the listener's shortest one; where that is 0, only if all of them are 0."""

    @classmethod
    def from_sorted(
        cls, user_codes: npt.NDArray[np.integer], timestamps: npt.NDArray[np.integer]
    ) -> "TimeFacts":
        """The facts of some listeners' events.

        Args:
            user_codes: [n] any code of the listener; the events are sorted by it, then by time.
            timestamps: [n] unix seconds.

        Returns:
            Their facts; neutral ones where n is 0.
        """
        if not len(user_codes):
            return cls()
        begins = np.flatnonzero(np.r_[True, user_codes[1:] != user_codes[:-1]])
        counts = np.diff(np.r_[begins, len(user_codes)])
        firsts = timestamps[begins]
        judged = counts >= 3
        steps = np.diff(timestamps, prepend=timestamps[0])
        steps[begins] = np.iinfo(steps.dtype).max  # no step leads to a first event
        shortest = np.minimum.reduceat(steps, begins)
        equal = np.add.reduceat((steps == np.repeat(shortest, counts)).astype(np.int64), begins)
        regular = np.where((shortest > 0) | (equal == counts - 1), equal, 0)
        return cls(
            listeners=len(begins),
            first_min=int(firsts.min()),
            first_max=int(firsts.max()),
            steps=int((counts - 1)[judged].sum()),
            regular=int(regular[judged].sum()),
        )

    @property
    def order_only(self) -> bool:
        """Whether times say the order alone: all listeners start at one time, or each has a constant step."""
        shared_start = self.listeners > 1 and self.first_min == self.first_max
        constant_step = self.steps > 0 and self.regular >= _REGULAR_SHARE * self.steps
        return shared_start or constant_step


def order_only(user_codes: npt.NDArray[np.integer], timestamps: npt.NDArray[np.integer]) -> bool:
    """`TimeFacts.order_only` of a whole log, sorted by listener, then time."""
    return TimeFacts.from_sorted(user_codes, timestamps).order_only
