"""Facts of the parts of a log that merge to those of the whole, field by field. Pure numpy.

A class states with the type of each field how two of its values become one:

```
@dataclass(frozen=True)
class Plays(Mergeable):
    events: Total = 0
    first_time: Earliest = NEVER
```
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Annotated, Any, Final, TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt
from typing_extensions import Self

NEVER: Final = int(np.iinfo(np.int64).max)
"""A time later than all others: the earliest of none."""
ALWAYS: Final = int(np.iinfo(np.int64).min)
"""A time earlier than all others: the latest of none."""

Total = Annotated[int, operator.add]
Earliest = Annotated[int, min]
Latest = Annotated[int, max]
Names = Annotated[frozenset[str], operator.or_]
Totals = Annotated[npt.NDArray[np.int64], np.add]
"""One count a place; an array of one 0 is neutral, whatever the number of places."""
EarliestTimes = Annotated[npt.NDArray[np.int64], np.minimum]
"""One time a place; an array of one NEVER is neutral."""


_Facts = TypeVar("_Facts", bound="Mergeable")


class Mergeable:
    """Base of frozen dataclasses whose fields all say how they merge, or are `Mergeable` themselves.

    The parts have no event in common, and merge in any order. An instance without arguments is neutral.
    """

    def merge(self, other: Self) -> Self:
        """The facts of both parts together."""
        merged = {
            name: rule(getattr(self, name), getattr(other, name)) for name, rule in _rules(type(self)).items()
        }
        return type(self)(**merged)

    @classmethod
    def merge_all(
        cls: type[_Facts], parts: Iterable[_Facts]
    ) -> _Facts:  # Beam reads these, and knows no Self
        """The facts of all parts together, neutral where there are none."""
        return reduce(cls.merge, parts, cls())


def _rules(kind: type) -> Mapping[str, Callable[[Any, Any], Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: hint.__metadata__[0] if hasattr(hint, "__metadata__") else hint.merge
        for name, hint in hints.items()
    }
