import pytest
import tensorflow as tf

from models import names
from models.retriever import Retriever


class Towers(tf.Module):
    """Stands for towers whose vectors are one-hot."""

    def candidates(self) -> tf.Tensor:
        return tf.eye(13)

    @property
    def items(self) -> "Towers":
        return self

    def table(self) -> tf.Tensor:
        return tf.eye(13)

    def query_at(self, batch: dict[str, tf.Tensor], place: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
        return tf.gather(items, tf.gather(batch[names.ITEM], place, batch_dims=1))


@pytest.fixture
def retriever() -> Retriever:
    return Retriever(Towers(), searcher=None)


def without_item_5(rows: tf.Tensor) -> tf.Tensor:
    """Masks [F, N + 1] of rows that exclude item 5."""
    items = tf.range(13)[None, :]
    return tf.repeat((items > 0) & (items != 5), tf.size(rows), axis=0)


def test_the_query_is_that_of_the_place_of_the_request(retriever: Retriever):
    queries = retriever.query({names.ITEM: tf.constant([[3, 5, 0], [4, 0, 0]])}, tf.constant([1, 0]))

    assert tf.argmax(queries, axis=1).numpy().tolist() == [5, 4]


@pytest.mark.parametrize(
    ("filtered", "first"),
    [([True, False, True], [1, 5, 1]), ([False] * 3, [5] * 3), ([True] * 3, [1] * 3)],
)
def test_each_row_is_filtered_or_not_whatever_else_is_in_the_batch(
    retriever: Retriever, filtered: list[bool], first: list[int]
):
    """Item 5 is the best; without it all others are level, so the first one comes first."""
    queries = tf.one_hot([5, 5, 5], 13)

    candidates, scores = retriever.search_filtered(queries, tf.constant(filtered), without_item_5)

    assert candidates.shape == scores.shape == (3, names.CANDIDATES)
    assert candidates[:, 0].numpy().tolist() == first
    assert [5 in row for row in candidates.numpy().tolist()] == [not row for row in filtered]
