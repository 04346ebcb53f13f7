"""What a check learns from the events of some listeners, mergeable with what it learns from others. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from listening_log.windows import histories
from listening_log.windows.splits import MinuteCounts
from listening_log.windows.time_facts import TimeFacts
from listening_log.windows.value_counts import Tally
from models import names

SESSION_GAP: Final = 30 * 60
"""Seconds: a longer time from one event's time to the next one's ends a session."""
WEEK: Final = 7 * 86_400
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class CheckFacts:
    """Facts of the usable events (repeats dropped) of some listeners.

    Facts of disjoint sets of listeners merge to those of all; in which order makes no difference.
    """

    time: TimeFacts
    minutes: MinuteCounts
    """Events in each minute."""
    starts: MinuteCounts
    """Listeners whose first event each minute holds."""
    lengths: Tally
    """Events a listener."""
    sessions: Tally
    """Events a session."""
    listened_seconds: int
    """From the first to the last event of each listener, a week at least, in all."""
    plays: npt.NDArray[np.int64]
    """[N + 1] events of each item."""
    met: npt.NDArray[np.int64]
    """[N + 1] time of each item's first event, unix seconds; the largest int64 for an item without."""
    pairs: int
    """Different pairs of listener and item."""
    adjacent: int
    """Events whose listener's event before has the same item."""
    adjacent_at_once: int
    """Those of them that have the same time too."""
    steps: int
    """Steps from an event of a listener to the next."""
    ties: int
    """Those of them that take no time."""
    outcomes: npt.NDArray[np.int64]
    """[4] events of each outcome."""
    first: int
    last: int
    """Times of the first and the last event, unix seconds."""

    @classmethod
    def of(
        cls,
        user: npt.NDArray[np.integer],
        item: npt.NDArray[np.integer],
        timestamp: npt.NDArray[np.int64],
        outcome: npt.NDArray[np.integer],
        items: int,
    ) -> "CheckFacts":
        """From at least one event.

        Args:
            user: [n] a code of the listener; all arrays are sorted by it, then by time.
            item: [n] index of the item, 1 to `items`.
            timestamp: [n] unix seconds.
            outcome: [n] codes of models/names.py.
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
        met = np.full(items + 1, _NEVER, np.int64)
        np.minimum.at(met, item, timestamp)
        return cls(
            time=TimeFacts.from_sorted(user, timestamp),
            minutes=MinuteCounts.of(timestamp),
            starts=MinuteCounts.of(timestamp[begins]),
            lengths=Tally.of(np.diff(offsets)),
            sessions=Tally.of(np.diff(np.append(opens, len(user)))),
            listened_seconds=int(np.maximum(timestamp[ends] - timestamp[begins], WEEK).sum()),
            plays=np.bincount(item, minlength=items + 1).astype(np.int64),
            met=met,
            pairs=_distinct_pairs(offsets, item, items),
            adjacent=int(again.sum()),
            adjacent_at_once=int((again & at_once).sum()),
            steps=int(follows.sum()),
            ties=int(at_once.sum()),
            outcomes=np.bincount(outcome, minlength=len(names.OUTCOME_NAMES)).astype(np.int64),
            first=int(timestamp.min()),
            last=int(timestamp.max()),
        )

    def merge(self, other: "CheckFacts") -> "CheckFacts":
        """Facts of both sets of listeners, which have no listener in common."""
        return CheckFacts(
            time=self.time.merge(other.time),
            minutes=MinuteCounts.merge([self.minutes, other.minutes]),
            starts=MinuteCounts.merge([self.starts, other.starts]),
            lengths=self.lengths.merge(other.lengths),
            sessions=self.sessions.merge(other.sessions),
            listened_seconds=self.listened_seconds + other.listened_seconds,
            plays=self.plays + other.plays,
            met=np.minimum(self.met, other.met),
            pairs=self.pairs + other.pairs,
            adjacent=self.adjacent + other.adjacent,
            adjacent_at_once=self.adjacent_at_once + other.adjacent_at_once,
            steps=self.steps + other.steps,
            ties=self.ties + other.ties,
            outcomes=self.outcomes + other.outcomes,
            first=min(self.first, other.first),
            last=max(self.last, other.last),
        )

    @property
    def events(self) -> int:
        return int(self.outcomes.sum())


def _distinct_pairs(offsets: npt.NDArray[np.int64], item: npt.NDArray[np.integer], items: int) -> int:
    codes = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    pairs = codes * (items + 1) + item
    pairs.sort()
    return 1 + int(np.count_nonzero(np.diff(pairs)))
