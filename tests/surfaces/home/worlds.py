"""A little catalogue of three artists and two shows, for tests of Home."""

from collections.abc import Mapping, Sequence

from surfaces.common.catalogue import Catalogue
from tests.surfaces.worlds import catalogue

TODAY = 20_000
"""The day of `AT`, since 1970-01-01."""
AT = "2024-10-04T08:30:00+02:00"
UNIX = 1_728_023_400


def items(
    creators: Mapping[str, int] = {"A": 12, "B": 12, "C": 12},
    shows: Mapping[str, int] = {"P": 8, "Q": 8},
    tokens: Mapping[str, Sequence[str]] = {},
) -> Catalogue:
    """So many tracks by each artist, then so many episodes of each show, oldest first, a day apart, newest today.

    Ids are as `A0`, titles as `Title A0`; tracks last 200 seconds and episodes 2000. `tokens` adds to an item's own.
    """
    rows = []
    for kind, of_kind, seconds in (("track", creators, 200), ("episode", shows, 2000)):
        for creator, count in of_kind.items():
            for number in range(count):
                item_id = f"{creator}{number}"
                rows.append(
                    {
                        "item_id": item_id,
                        "title": f"Title {item_id}",
                        "duration_ms": seconds * 1000,
                        "release_day": TODAY - count + 1 + number,
                        "item_tokens": [f"kind={kind}", f"creator={creator}", *tokens.get(item_id, ())],
                    }
                )
    return catalogue(rows)
