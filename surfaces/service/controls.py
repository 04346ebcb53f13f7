"""What a listener's controls say."""

from typing import Final

from surfaces.store.store import Json

AWAY_CONTROL: Final = "away"
"""The name of a listener's control: tokens of what they never want."""


def away_tokens(controls: Json) -> list[str]:
    """What a listener never wants, of their controls."""
    return [token for token in controls.get(AWAY_CONTROL, ()) if isinstance(token, str)]
