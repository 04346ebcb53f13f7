from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from listening_log.windows.mergeable import ALWAYS, NEVER, Earliest, Latest, Mergeable, Names, Total, Totals


@dataclass(frozen=True)
class Inner(Mergeable):
    events: Total = 0


def _zero() -> npt.NDArray[np.int64]:
    return np.zeros(1, np.int64)


@dataclass(frozen=True)
class Facts(Mergeable):
    inner: Inner = field(default_factory=Inner)
    first: Earliest = NEVER
    last: Latest = ALWAYS
    columns: Names = frozenset()
    counts: Totals = field(default_factory=_zero)


ONE = Facts(Inner(2), 5, 9, frozenset("a"), np.array([1, 0]))
OTHER = Facts(Inner(3), 4, 8, frozenset("b"), np.array([0, 7]))


def test_each_field_merges_as_its_type_says() -> None:
    merged = ONE.merge(OTHER)
    assert (merged.inner, merged.first, merged.last) == (Inner(5), 4, 9)
    assert (merged.columns, merged.counts.tolist()) == ({"a", "b"}, [1, 7])


def test_facts_without_arguments_are_neutral() -> None:
    merged = Facts.merge_all([ONE])
    assert (merged.inner, merged.first, merged.last, merged.columns) == (Inner(2), 5, 9, {"a"})
    assert merged.counts.tolist() == [1, 0]
    assert Facts.merge_all([]).inner == Inner()
