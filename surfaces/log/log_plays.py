"""What the log of the last run tells of listeners and items, however it is kept."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from surfaces.common.plays import Plays


@dataclass(frozen=True)
class Popularity:
    """How often each item was played and not skipped in the last days of the log [N], in all and by country."""

    days: int
    """0: in the whole log, whose times are order only."""
    everywhere: npt.NDArray[np.int64]
    by_country: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)


class LogPlays(ABC):
    """The plays of the log by listener, what it says of them, and what was popular at its end."""

    popularity: Popularity
    has_times: bool = True
    """Whether the times are real. If not they say the order of plays alone: no hour or day may be told by them."""

    @abstractmethod
    def plays(self, user_id: str) -> Plays:
        """All plays of a listener in the log, oldest first; none of a stranger."""

    @abstractmethod
    def tokens(self, user_id: str) -> Sequence[str]:
        """What the log says of the listener, `column=value`."""

    @abstractmethod
    def listeners(self) -> Sequence[str]:
        """All listeners who have a play in the log, sorted."""

    def close(self) -> None:  # noqa: B027 - most have nothing to close
        """Lets go of what is open."""
