"""The ranking half of a served model: the ranker over precomputed item vectors."""

from collections.abc import Callable

import tensorflow as tf

from models import names
from models.ranker import Ranker
from models.search import NO_SCORE, ascending


def top_neighbours(remembered: tf.Tensor, eligible: tf.Tensor) -> tf.Tensor:
    """Finds the eligible items that the evidence puts first.

    Args:
        remembered: float32 [B, N + 1].
        eligible: bool [B, N + 1].

    Returns:
        int32 [B, 100]; 0 where no further item scores above 0.
    """
    scores = tf.where(eligible & (remembered > 0), remembered, NO_SCORE)
    scores, index = tf.math.top_k(scores, min(names.NEIGHBOURS, remembered.shape[1]))
    return tf.where(tf.math.is_inf(scores), 0, index)


class Reranker(tf.Module):
    """Ranks candidates with the ranker and its evidence."""

    def __init__(self, model: Ranker) -> None:
        super().__init__()
        self.model = model
        self.table = tf.Variable(model.items.table(), trainable=False, name="item_vectors")
        self.evidence_tables = model.evidence_tables

    def add_neighbours(
        self, history: tf.Tensor, candidates: tf.Tensor, allow: Callable[[tf.Tensor], tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Adds the items that the evidence puts next to the history, which the two towers may have missed.

        Args:
            history: int32 [B, T], left-aligned, oldest first, 0 where there is no event.
            candidates: int32 [B, C], 0 where there is none.
            allow: from int32 [B, any] items to bool [B, any], the eligible ones.

        Returns:
            int32 [B, C + 100] items, ascending, 0 where there is none; and float32 [B, C + 100], their
            evidence.
        """
        named = self.model.named(history, candidates)
        scores = tf.where(allow(named.items) & (named.scores > 0), named.scores, NO_SCORE)
        scores = tf.pad(scores, [[0, 0], [0, names.NEIGHBOURS]], constant_values=NO_SCORE)
        scores, place = tf.math.top_k(scores, names.NEIGHBOURS)
        place = tf.minimum(place, tf.shape(named.items)[1] - 1)
        none = tf.math.is_inf(scores)
        neighbours = tf.where(none, 0, tf.gather(named.items, place, batch_dims=1))
        joined, order = ascending(tf.concat([candidates, neighbours], axis=1))
        remembered = tf.concat([named.candidates, tf.where(none, 0.0, scores)], axis=1)
        return joined, tf.gather(remembered, order, batch_dims=1)

    def score(
        self,
        batch: dict[str, tf.Tensor],
        last: tf.Tensor,
        candidates: tf.Tensor,
        remembered: tf.Tensor | None = None,
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """Scores the candidates of each row's request.

        Args:
            batch: the histories and requests.
            last: int32 [B], the place of each row's request.
            candidates: int32 [B, C].
            remembered: float32 [B, C], their evidence where it is known.

        Returns:
            float32 [B, C] scores, -inf where a candidate is 0; and each head's probability float32 [B, C].
        """
        query = self.model.query_at(batch, last, self.table)
        if remembered is None:
            return self.model.score(query, batch[names.ITEM], candidates, self.table)
        return self.model.score_remembered(query, candidates, remembered, self.table)
