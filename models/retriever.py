"""The retrieval half of a served model: query tower and search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import tensorflow as tf

from models import names
from models.search import exact_top
from models.two_tower import TwoTower

if TYPE_CHECKING:
    from models.partition_search import PartitionSearcher
    from models.scann_search import ScannSearcher


class Retriever(tf.Module):
    """Finds the candidates of a request.

    Args:
        model: the trained towers.
        searcher: of the candidate vectors; None for exact search.
    """

    def __init__(self, model: TwoTower, searcher: ScannSearcher | PartitionSearcher | None) -> None:
        super().__init__()
        self.model = model
        self.items = tf.Variable(model.items.table(), trainable=False, name="item_vectors")
        self.vectors = tf.Variable(model.candidates(), trainable=False, name="candidate_vectors")
        self.searcher = searcher

    def resources(self) -> list[tf.Module]:
        """Returns what holds resources of the graph, beside its variables."""
        return [] if self.searcher is None else [self.searcher]

    def query(self, batch: dict[str, tf.Tensor], last: tf.Tensor) -> tf.Tensor:
        """Computes query vectors float32 [B, D] of each row's request, which stands at place `last` int32 [B]."""
        return self.model.query_at(batch, last, self.items)

    def find(self, queries: tf.Tensor) -> tf.Tensor:
        """Finds the same candidates as `search` does, int32 [B, at most 200], in any order and without scores."""
        if self.searcher is None:
            return exact_top(queries, self.vectors, names.CANDIDATES)[0]
        return self.searcher.find(queries)

    def search(self, queries: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds unfiltered candidates int32 [B, 200] and their scores float32 [B, 200]."""
        if self.searcher is None:
            return exact_top(queries, self.vectors, names.CANDIDATES)
        return self.searcher.top(queries, self.vectors, names.CANDIDATES)

    def search_filtered(
        self, queries: tf.Tensor, filtered: tf.Tensor, mask: Callable[[tf.Tensor], tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Takes neutral rows through `search`, filtered rows through exact masked scores.

        Args:
            queries: float32 [B, D].
            filtered: bool [B].
            mask: from int64 row numbers [F] to bool [F, N + 1].

        Returns:
            int32 [B, 200] candidates and float32 [B, 200] scores.
        """
        return tf.cond(
            tf.reduce_any(filtered) | (tf.size(filtered) == 0),  # ScaNN searches for one query at least
            lambda: self._search_both(queries, filtered, mask),
            lambda: self.search(queries),
        )

    def _search_both(
        self, queries: tf.Tensor, filtered: tf.Tensor, mask: Callable[[tf.Tensor], tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        neutral_rows, filtered_rows = tf.where(~filtered)[:, 0], tf.where(filtered)[:, 0]

        def search_exactly() -> tuple[tf.Tensor, tf.Tensor]:
            rows = tf.gather(queries, filtered_rows)
            return exact_top(rows, self.vectors, names.CANDIDATES, mask(filtered_rows))

        neutral = _unless_empty(neutral_rows, lambda: self.search(tf.gather(queries, neutral_rows)))
        exact = _unless_empty(filtered_rows, search_exactly)
        places = [tf.cast(neutral_rows, tf.int32), tf.cast(filtered_rows, tf.int32)]
        candidates, scores = (
            tf.dynamic_stitch(places, list(parts)) for parts in zip(neutral, exact, strict=True)
        )
        return candidates, scores


def _unless_empty(
    rows: tf.Tensor, search: Callable[[], tuple[tf.Tensor, tf.Tensor]]
) -> tuple[tf.Tensor, tf.Tensor]:
    """Searches only where there are rows, so that a batch doesn't pay for the search that it doesn't need."""
    return tf.cond(
        tf.size(rows) > 0,
        search,
        lambda: (tf.zeros([0, names.CANDIDATES], tf.int32), tf.zeros([0, names.CANDIDATES])),
    )
