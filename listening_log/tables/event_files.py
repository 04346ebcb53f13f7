"""The files of a log's events in the order of their spans, and which span an event came from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from listening_log.tables.spans import NO_SPANS, Spans, log_files, span_of
from listening_log.tables.tables import EVENTS


@dataclass(frozen=True)
class EventFiles:
    """Files by number: the spans in order, within each sorted, so ties in time keep the order of the spans."""

    paths: tuple[str, ...]
    spans: tuple[int, ...] = (1,)
    """The span of each file, ascending."""

    @classmethod
    def of(cls, data_dir: str, spans: Spans = NO_SPANS) -> "EventFiles":
        """The files of the chosen spans.

        Raises:
            UserError: a span or the table is missing.
        """
        paths = log_files(data_dir, EVENTS, spans)
        return cls(tuple(paths), tuple(span_of(data_dir, path) for path in paths))

    @property
    def numbers(self) -> list[int]:
        """The spans, ascending, each once."""
        return sorted(set(self.spans))

    @property
    def first(self) -> int:
        """The earliest span."""
        return self.spans[0]

    @property
    def newest(self) -> int:
        """The latest span."""
        return self.spans[-1]

    @property
    def several(self) -> bool:
        """Whether the newest span follows another one."""
        return self.newest > self.first

    def spans_of(self, file: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """The span [n] of each file number [n]."""
        return np.asarray(self.spans, np.int64)[file]

    def in_newest(self, file: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
        """Whether each file number [n] is one of the newest span's."""
        return self.spans_of(file) == self.newest
