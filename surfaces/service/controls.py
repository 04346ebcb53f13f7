"""What a listener's controls say."""

from collections.abc import Collection
from typing import Final

from surfaces.store.records import Json
from surfaces.store.store import Store

AWAY_CONTROL: Final = "away"
"""The name of a listener's control: tokens of what they never want."""
_NOTHING: Final[tuple[str, ...]] = ()


def away_tokens(controls: Json) -> list[str]:
    """What a listener never wants, of their controls."""
    return [token for token in controls.get(AWAY_CONTROL, ()) if isinstance(token, str)]


def change_away(
    store: Store, user_id: str, *, add: Collection[str] = _NOTHING, remove: Collection[str] = _NOTHING
) -> list[str]:
    """Changes what a listener never wants; returns all of it, sorted.

    Raises:
        UnavailableError: the store can't keep it now.
    """

    def change(controls: Json) -> Json:
        return {**controls, AWAY_CONTROL: sorted(({*away_tokens(controls)} - {*remove}) | {*add})}

    return away_tokens(store.change_controls(user_id, change))
