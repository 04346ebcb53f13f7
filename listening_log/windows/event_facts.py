"""What a log's usable events are, whatever their order: outcomes, items, times. Pure numpy."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from listening_log.windows.mergeable import ALWAYS, NEVER, Earliest, Latest, Mergeable, Totals
from listening_log.windows.splits import minutes_of
from listening_log.windows.value_counts import Tally
from models import names


def _no_outcomes() -> npt.NDArray[np.int64]:
    return np.zeros(len(names.OUTCOME_NAMES), np.int64)


@dataclass(frozen=True)
class EventFacts(Mergeable):
    """Facts of any events of a log: of a batch, of some listeners, of a span, of all."""

    outcomes: Totals = field(default_factory=_no_outcomes)
    """[4] events of each outcome."""
    plays: Tally = field(default_factory=Tally)
    """Events of each item that has any, by its index in the catalogue."""
    minutes: Tally = field(default_factory=Tally)
    """Events of each minute that has any, counted from 1970."""
    first: Earliest = NEVER
    """Time of the first event, unix seconds."""
    last: Latest = ALWAYS
    """Time of the last event, unix seconds."""

    @classmethod
    def of(
        cls,
        item: npt.NDArray[np.integer],
        timestamp: npt.NDArray[np.int64],
        outcome: npt.NDArray[np.integer],
    ) -> "EventFacts":
        """The facts of some events.

        Args:
            item: [n] index of the item, from 1.
            timestamp: [n] unix seconds.
            outcome: [n] codes of `models.names`.

        Returns:
            Their facts; neutral ones where n is 0.
        """
        return cls(
            outcomes=np.bincount(outcome, minlength=len(names.OUTCOME_NAMES)).astype(np.int64),
            plays=Tally.of(item),
            minutes=minutes_of(timestamp),
            first=int(timestamp.min(initial=NEVER)),
            last=int(timestamp.max(initial=ALWAYS)),
        )

    @property
    def events(self) -> int:
        """The number of events."""
        return self.minutes.size
