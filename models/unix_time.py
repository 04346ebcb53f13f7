"""Unix times as logs and requests give them: in seconds, or as many services export them, in something finer."""

from typing import Final

import numpy as np
import numpy.typing as npt

FINER_THAN_SECONDS: Final = 100_000_000_000
"""A time from here on is not in seconds: as seconds it is the year 5138, as milliseconds 1973."""


def to_seconds(times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Cuts milliseconds, microseconds and nanoseconds among `times`, int64 of any shape, down to seconds."""
    for _ in range(3):
        times = np.where(times >= FINER_THAN_SECONDS, times // 1000, times)
    return times
