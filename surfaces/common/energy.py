"""How lively an item is, by words of its genres that say so: from 0, as for sleep, to 1, as for running."""

from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np

from surfaces.common.catalogue import Catalogue
from surfaces.common.taste import Floats

ENERGY_OF_WORD: Final = MappingProxyType(
    {
        **dict.fromkeys(("sleep", "drone", "meditation", "lullaby"), 0.0),
        **dict.fromkeys(("ambient", "calm", "quiet", "peaceful", "soothing", "relaxing"), 0.1),
        **dict.fromkeys(
            ("chill", "chillout", "mellow", "downtempo", "slow", "relax", "piano", "lounge"), 0.2
        ),
        **dict.fromkeys(
            ("classical", "acoustic", "lo-fi", "lofi", "ballad", "romantic", "sad", "bossa"), 0.25
        ),
        **dict.fromkeys(("folk", "singer-songwriter", "storytelling", "jazz", "blues", "trip-hop"), 0.35),
        **dict.fromkeys(("soul", "r&b", "rnb", "country", "americana", "dub", "new-age", "shoegaze"), 0.4),
        **dict.fromkeys(("reggae", "indie", "soundtrack", "groove", "sunny", "swing", "roots"), 0.5),
        **dict.fromkeys(("pop", "alternative", "latin", "retro", "synthwave", "rap", "hip-hop"), 0.6),
        **dict.fromkeys(
            ("rock", "funk", "feelgood", "guitars", "beats", "salsa", "upbeat", "electronic"), 0.7
        ),
        **dict.fromkeys(("dance", "disco", "club", "house", "electro", "energetic", "party", "riffs"), 0.8),
        **dict.fromkeys(("techno", "trance", "punk", "metal", "loud", "heavy", "drum", "industrial"), 0.9),
        **dict.fromkeys(("hardcore", "thrash", "workout", "running", "hardstyle", "grindcore"), 1.0),
    }
)
"""An estimate by hand: what the words commonly mean."""


@lru_cache(maxsize=2)
def energies(catalogue: Catalogue) -> Floats:
    """[N] the mean over those of an item's genres that say anything; NaN for an item without one."""
    values = np.array([_energy(genre) for genre in catalogue.genres.values], np.float64)
    known = ~np.isnan(values)
    bearing = catalogue.genres.matrix[:, np.flatnonzero(known)]
    count = np.asarray(bearing.sum(axis=1)).ravel()
    with np.errstate(invalid="ignore"):
        return np.asarray(bearing @ values[known]).ravel() / count


def _energy(genre: str) -> float:
    """What a genre says, whole or else by its words; NaN for nothing."""
    text = genre.lower()
    words = [text] if text in ENERGY_OF_WORD else text.replace("hip hop", "hip-hop").split()
    known = [ENERGY_OF_WORD[word] for word in words if word in ENERGY_OF_WORD]
    return float(np.mean(known)) if known else float("nan")
