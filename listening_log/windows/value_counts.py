"""How often each number occurs: of many numbers, what their mean and quantiles need."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def _none() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Spread:
    """How numbers are spread; quantiles between two numbers are interpolated."""

    min: int
    median: float
    mean: float
    p90: float
    max: int


@dataclass(frozen=True)
class Tally:
    """`value` [m] ascending and distinct, `count` [m] beside it, int64. Tallies of parts merge in any order."""

    value: Ints = field(default_factory=_none)
    count: Ints = field(default_factory=_none)

    @classmethod
    def of(cls, numbers: npt.NDArray[np.integer]) -> "Tally":
        """From numbers [n], in any order."""
        value, count = np.unique(np.asarray(numbers, np.int64), return_counts=True)
        return cls(value, count.astype(np.int64))

    def merge(self, other: "Tally") -> "Tally":
        """The tally of both parts' numbers."""
        value, place = np.unique(np.concatenate([self.value, other.value]), return_inverse=True)
        count = np.zeros(len(value), np.int64)
        np.add.at(count, place, np.concatenate([self.count, other.count]))
        return Tally(value, count)

    @property
    def size(self) -> int:
        """How many numbers there are."""
        return int(self.count.sum())

    def below(self, bound: int) -> int:
        """How many of the numbers are less than `bound`."""
        return int(self.count[self.value < bound].sum())

    def between(self, bounds: npt.ArrayLike) -> Ints:
        """[b - 1] how many numbers lie from each bound to the next, which is outside."""
        places = np.searchsorted(self.value, np.asarray(bounds))
        return np.diff(np.concatenate(([0], np.cumsum(self.count)))[places])

    def quantile(self, share: float) -> float:
        """The number below which `share` of the numbers lie, interpolated as `numpy.quantile` does."""
        place = share * (self.size - 1)
        ends = np.searchsorted(np.cumsum(self.count), [int(np.floor(place)), int(np.ceil(place))], "right")
        low, high = self.value[ends].tolist()
        return float(low + (high - low) * (place - np.floor(place)))

    def spread(self) -> Spread:
        """Of at least one number."""
        total = sum(
            value * count for value, count in zip(self.value.tolist(), self.count.tolist(), strict=True)
        )
        return Spread(
            min=int(self.value[0]),
            median=self.quantile(0.5),
            mean=total / self.size,
            p90=self.quantile(0.9),
            max=int(self.value[-1]),
        )
