"""Counts plays by country and item, in memory that grows with different pairs alone."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from listening_log.cleaning.event_histories import EventHistories
from listening_log.windows.value_counts import Tally
from models import names


class PopularItems:
    """How often items were played, and not skipped, after a time.

    Args:
        size: the number of items, N.
        after: unix seconds; earlier plays don't count.
    """

    def __init__(self, size: int, after: int) -> None:
        self._size, self._after = size, after
        self._everywhere = Tally()
        self._by_country = Tally()
        self._codes: dict[str, int] = {}

    def add(self, histories: EventHistories, places: npt.NDArray[np.int32], countries: Sequence[str]) -> None:
        """Counts some listeners' plays.

        Args:
            histories: of these listeners, n events.
            places: of each item by its index in the log's catalogue, -1 for one that doesn't count.
            countries: [n] where each event was, "" for unknown.
        """
        place = places[histories.item]
        kept = (
            (place >= 0) & (histories.outcome != names.SKIPPED) & (histories.timestamp > self._after)
        ).nonzero()[0]
        self._everywhere = self._everywhere.merge(Tally.of(place[kept]))
        encoded = pa.array(countries, pa.string()).take(pa.array(kept)).dictionary_encode()
        codes = [self._code(country) for country in encoded.dictionary.to_pylist()]
        code = np.array([*codes, 0], np.int64)[encoded.indices.to_numpy()]
        self._by_country = self._by_country.merge(Tally.of(code * self._size + place[kept]))

    def rows(self) -> Iterator[tuple[str, bytes, bytes]]:
        """Country ("" for all), places int32 and their plays int64, as bytes."""
        yield "", self._everywhere.value.astype(np.int32).tobytes(), self._everywhere.count.tobytes()
        for country, code in self._codes.items():
            if country:
                first, stop = np.searchsorted(
                    self._by_country.value, (code * self._size, (code + 1) * self._size)
                )
                places = self._by_country.value[first:stop] - code * self._size
                yield country, places.astype(np.int32).tobytes(), self._by_country.count[first:stop].tobytes()

    def _code(self, country: str) -> int:
        return self._codes.setdefault(country, len(self._codes))
