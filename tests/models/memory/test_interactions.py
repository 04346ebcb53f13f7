import numpy as np
import pytest

from models.memory.interactions import Interactions


def log(sequences: list[list[int]], n_items: int = 4) -> Interactions:
    return Interactions.from_sequences(sequences, n_items)


def test_sequences_lie_one_after_the_other():
    joined = log([[3, 1], [], [2]])

    assert joined.items.tolist() == [3, 1, 2]
    assert joined.offsets.tolist() == [0, 2, 2, 3]
    assert joined.rows().tolist() == [0, 0, 2]
    assert joined.slice(1, 3).offsets.tolist() == [0, 0, 1]
    assert joined.slice(1, 3).items.tolist() == [2]


def test_an_index_outside_the_catalogue_is_refused():
    with pytest.raises(ValueError, match=r"items must be in 1\.\.4, found 1\.\.5"):
        log([[1, 5]])
    with pytest.raises(ValueError, match=r"found 0\.\.1"):
        log([[0, 1]])


def test_a_fading_history_weighs_its_newest_event_fully():
    np.testing.assert_allclose(
        log([[2, 1, 2], [4]]).matrix(0.5).toarray(), [[0, 0.5, 1.25, 0, 0], [0, 0, 0, 0, 1]]
    )
