"""The plays of the last run's log, by listener: read once into a file beside HOME's other files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from surfaces.common.plays import Plays


@dataclass(frozen=True)
class Popularity:
    """How often each item was played in the last days of the log [N], in all and by country."""

    days: int
    everywhere: npt.NDArray[np.int64]
    by_country: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)


class LogPlays:
    """What the log tells of listeners and items.

    A stand-in until the file is written: plays in memory.
    """

    def __init__(
        self, plays: Mapping[str, Plays], tokens: Mapping[str, Sequence[str]], popularity: Popularity
    ) -> None:
        self._plays, self._tokens, self.popularity = plays, tokens, popularity

    def plays(self, user_id: str) -> Plays:
        """All plays of a listener in the log, oldest first; none of a stranger."""
        return self._plays.get(user_id, Plays())

    def tokens(self, user_id: str) -> Sequence[str]:
        """What the log says of a listener, `column=value`."""
        return self._tokens.get(user_id, ())

    def listeners(self) -> Sequence[str]:
        """All listeners of the log."""
        return list(self._plays)
