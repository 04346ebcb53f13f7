import numpy as np
import pytest
import tensorflow as tf

from models import names
from models.config import RankerConfig
from models.memory.evidence import fit_evidence
from models.memory.interactions import Interactions
from models.ranker import Ranker
from models.reranker import Reranker, top_neighbours
from tests.models import tiny


@pytest.fixture(scope="module")
def model() -> Ranker:
    tf.keras.utils.set_random_seed(5)
    config = RankerConfig(dimension=16, blocks=1, dropout=0.0)
    ranker = Ranker(tiny.catalog(), tiny.plays(), tiny.SIZES, 8, (), config)
    ranker.add_evidence(
        fit_evidence(Interactions.from_sequences([[1, 2], [1, 2], [1, 3], [4, 5]] * 3, 12)), 1.0
    )
    return ranker


def test_neighbours_are_the_best_remembered_items_that_are_eligible():
    remembered = tf.constant([[0.0, 0.2, 0.9, 0.0, 0.5]])
    eligible = tf.constant([[False, True, False, True, True]])

    assert top_neighbours(remembered, eligible).numpy().tolist() == [[4, 1, 0, 0, 0]]


def test_remembered_neighbours_join_the_candidates_where_they_are_eligible(model: Ranker):
    reranker, history = Reranker(model), tf.constant([[1], [1], [0]])
    allowed = tf.constant([[True] * 13, [n != 2 for n in range(13)], [True] * 13])

    candidates, counted = reranker.add_neighbours(
        history, tf.constant([[7]] * 3), lambda items: tf.gather(allowed, items, batch_dims=1)
    )

    best = tf.gather(candidates, tf.argmax(counted, axis=1), batch_dims=1).numpy()
    assert best[0] == 2
    assert 2 not in candidates[1].numpy()
    assert best[1] == 3
    assert set(candidates[2].numpy()) == {0, 7}


def test_each_row_is_scored_at_the_place_of_its_request(model: Ranker):
    reranker, candidates = Reranker(model), tf.constant([[5, 0, 2]] * 2)
    together = reranker.score(tiny.batch([[1, 2, 3], [4, 5]]), tf.constant([2, 1]), candidates)[0].numpy()
    alone = reranker.score(tiny.batch([[4, 5]]), tf.constant([1]), candidates[1:])[0].numpy()

    np.testing.assert_allclose(together[1], alone[0], rtol=1e-4)
    assert np.isneginf(together).tolist() == [[False, True, False]] * 2
    assert names.P_SKIP not in reranker.score(tiny.batch([[1]]), tf.constant([0]), candidates[:1])[1]
