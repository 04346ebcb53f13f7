"""The retrieval half of a served model: query tower and search."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from models import names
from models.search import exact_top, scann_top
from models.two_tower import TwoTower


class Retriever(tf.Module):
    """Query tower and search.

    Args:
        searcher: a serialised ScaNN searcher, or None for TensorFlow's own ops alone.
    """

    def __init__(self, model: TwoTower, searcher: Any | None) -> None:
        super().__init__()
        self.model = model
        self.vectors = tf.Variable(model.candidates(), trainable=False, name="candidate_vectors")
        self.searcher = searcher

    def query(self, batch: dict[str, tf.Tensor], last: tf.Tensor) -> tf.Tensor:
        """Query vectors float32 [B, D] of each row's request."""
        return tf.gather(self.model.queries(batch), last, batch_dims=1)

    def search(self, queries: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Unfiltered candidates: int32 and float32 [B, 200]."""
        if self.searcher is None:
            return exact_top(queries, self.vectors, names.CANDIDATES)
        return scann_top(self.searcher, queries, self.vectors, names.CANDIDATES)

    def search_filtered(
        self, queries: tf.Tensor, filtered: tf.Tensor, mask: Callable[[tf.Tensor], tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Neutral rows through `search`, filtered rows through exact masked scores.

        Args:
            queries: float32 [B, D].
            filtered: bool [B].
            mask: from int64 row numbers [F] to bool [F, N + 1].
        """
        plain, strict = tf.where(~filtered)[:, 0], tf.where(filtered)[:, 0]

        def nothing() -> tuple[tf.Tensor, tf.Tensor]:
            return tf.zeros([0, names.CANDIDATES], tf.int32), tf.zeros([0, names.CANDIDATES])

        plain_found = tf.cond(tf.size(plain) > 0, lambda: self.search(tf.gather(queries, plain)), nothing)
        strict_found = tf.cond(
            tf.size(strict) > 0,
            lambda: exact_top(tf.gather(queries, strict), self.vectors, names.CANDIDATES, mask(strict)),
            nothing,
        )
        places = [tf.cast(plain, tf.int32), tf.cast(strict, tf.int32)]
        return tuple(  # type: ignore[return-value]
            tf.dynamic_stitch(places, list(pair)) for pair in zip(plain_found, strict_found, strict=True)
        )
