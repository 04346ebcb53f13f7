import numpy as np

from models.memory.counts import ease_weights
from models.memory.interactions import Interactions


def test_ease_fits_the_most_played_items_alone_where_there_are_too_many():
    kept, weights = ease_weights(Interactions.from_sequences([[4, 2, 1], [4, 2], [4, 3]], 4), max_items=2)

    # item 4 regressed on item 2: 2 listeners of both / (2 of item 2 + 200)
    assert kept.tolist() == [2, 4]
    np.testing.assert_allclose(weights, [[0, 2 / 202], [2 / 203, 0]], rtol=1e-5)
