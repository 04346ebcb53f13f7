import numpy as np

from surfaces.common.energy import energies
from tests.surfaces.worlds import catalogue


def test_words_of_genres_say_how_lively_an_item_is() -> None:
    items = catalogue(
        [
            {"item_id": "a", "item_tokens": ["genre=ambient", "genre=sleep"]},
            {"item_id": "b", "item_tokens": ["genre=folk", "genre=polka"]},
            {"item_id": "c", "item_tokens": ["genre=Indie Rock", "genre=loud"]},
            {"item_id": "d", "item_tokens": ["genre=history"]},
            {"item_id": "e"},
        ]
    )
    energy = energies(items)
    assert energy[0] < energy[1] < energy[2]
    assert np.isnan(energy[3:]).all()
