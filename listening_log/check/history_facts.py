"""What a check learns from whole histories, beside what any events tell (`EventFacts`). Pure numpy."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from listening_log.windows import histories
from listening_log.windows.event_facts import EventFacts
from listening_log.windows.mergeable import NEVER, EarliestTimes, Mergeable, Total
from listening_log.windows.splits import minutes_of
from listening_log.windows.time_facts import TimeFacts
from listening_log.windows.value_counts import Tally

SESSION_GAP: Final = 30 * 60
"""Seconds: a longer time from one event's time to the next one's ends a session."""
WEEK: Final = 7 * 86_400


def _never() -> npt.NDArray[np.int64]:
    return np.full(1, NEVER)


@dataclass(frozen=True)
class HistoryFacts(Mergeable):
    """Facts of the usable events (repeats dropped) of some listeners; parts have no listener in common."""

    log: EventFacts = field(default_factory=EventFacts)
    time: TimeFacts = field(default_factory=TimeFacts)
    starts: Tally = field(default_factory=Tally)
    """Listeners whose first event each minute holds."""
    lengths: Tally = field(default_factory=Tally)
    """Events of a listener."""
    sessions: Tally = field(default_factory=Tally)
    """Events of a session."""
    listened_seconds: Total = 0
    """From the first to the last event of each listener, a week at least, in all."""
    item_starts: EarliestTimes = field(default_factory=_never)
    """[N + 1] time of each item's first event, unix seconds; NEVER for an item without."""
    pairs: Total = 0
    """Different pairs of listener and item."""
    adjacent: Total = 0
    """Events whose listener's event before has the same item."""
    adjacent_at_once: Total = 0
    """The adjacent events that have the same time too."""
    steps: Total = 0
    """Steps from an event of a listener to the next."""
    ties: Total = 0
    """The steps that take no time."""

    @classmethod
    def of(
        cls,
        user: npt.NDArray[np.integer],
        item: npt.NDArray[np.integer],
        timestamp: npt.NDArray[np.int64],
        outcome: npt.NDArray[np.integer],
        items: int,
    ) -> "HistoryFacts":
        """The facts of at least one event.

        Args:
            user: [n] a code of the listener; all arrays are sorted by it, then by time.
            item: [n] index of the item, 1 to `items`.
            timestamp: [n] unix seconds.
            outcome: [n] codes of `models.names`.
            items: number of items in the catalogue, N.
        """
        offsets = histories.offsets_of(user)
        begins, ends = offsets[:-1], offsets[1:] - 1
        follows = np.ones(len(user), bool)  # an event of the listener came before
        follows[begins] = False
        steps = np.diff(timestamp, prepend=timestamp[:1])
        again = follows & (np.diff(item, prepend=item[:1]) == 0)
        at_once = follows & (steps == 0)
        opens = np.flatnonzero(~follows | (steps > SESSION_GAP))
        item_starts = np.full(items + 1, NEVER)
        np.minimum.at(item_starts, item, timestamp)
        return cls(
            log=EventFacts.of(item, timestamp, outcome),
            time=TimeFacts.from_sorted(user, timestamp),
            starts=minutes_of(timestamp[begins]),
            lengths=Tally.of(np.diff(offsets)),
            sessions=Tally.of(np.diff(np.append(opens, len(user)))),
            listened_seconds=int(np.maximum(timestamp[ends] - timestamp[begins], WEEK).sum()),
            item_starts=item_starts,
            pairs=_distinct_pairs(offsets, item, items),
            adjacent=int(again.sum()),
            adjacent_at_once=int((again & at_once).sum()),
            steps=int(follows.sum()),
            ties=int(at_once.sum()),
        )


def _distinct_pairs(offsets: npt.NDArray[np.int64], item: npt.NDArray[np.integer], items: int) -> int:
    codes = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    pairs = codes * (items + 1) + item
    pairs.sort()
    return 1 + int(np.count_nonzero(np.diff(pairs)))
