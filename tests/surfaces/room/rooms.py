"""A world for the page: tracks, episodes, titles that are hostile, and a listener with a past."""

from pathlib import Path

from models import names
from surfaces.service.service import Service
from tests.surfaces import worlds

HOSTILE = "<img src=x onerror=window.struck=1>"
CREATORS = ("The Larks", "Nadia Voss", "Built & Broken", "Żółw")
GENRES = ("folk", "jazz", "rock")
ANN = "ann"


def room_service(folder: Path) -> Service:
    """Sixty items; ann has played three of them in the first days of 2025."""
    rows = [
        {
            "item_id": f"i{n:02}",
            names.TITLE: HOSTILE if n == 4 else f"Song {n:02} of Rain",
            names.DURATION_MS: 200_000,
            names.ITEM_TOKENS: [
                f"kind={'episode' if n % 5 == 0 else 'track'}",
                f"creator={HOSTILE if n == 4 else CREATORS[n % 4]}",
                f"genre={GENRES[n % 3]}",
            ],
        }
        for n in range(60)
    ]
    log = {
        ANN: worlds.plays([0, 1, 2], times=[1_736_000_000, 1_736_000_300, 1_736_000_600]),
        "bob": worlds.plays([30], times=[1_736_000_000]),
    }
    return worlds.service(folder, worlds.catalogue(rows), log)
