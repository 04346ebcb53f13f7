"""The ranking half of a served model: the ranker over precomputed item vectors."""

import tensorflow as tf

from models import names
from models.ranker import Ranker
from models.search import NO_SCORE


def top_neighbours(counted: tf.Tensor, eligible: tf.Tensor) -> tf.Tensor:
    """Finds the eligible items of the highest counting scores.

    Args:
        counted: float32 [B, N + 1].
        eligible: bool [B, N + 1].

    Returns:
        int32 [B, 100]; 0 where no further item scores above 0.
    """
    scores = tf.where(eligible & (counted > 0), counted, NO_SCORE)
    scores, index = tf.math.top_k(scores, min(names.NEIGHBOURS, counted.shape[1]))
    return tf.where(tf.math.is_inf(scores), 0, index)


class Reranker(tf.Module):
    """Ranks candidates with the ranker and its evidence."""

    def __init__(self, model: Ranker) -> None:
        super().__init__()
        self.model = model
        self.table = tf.Variable(model.items.table(), trainable=False, name="item_vectors")

    def neighbours(self, history: tf.Tensor, eligible: tf.Tensor) -> tf.Tensor:
        """Finds the items that counting puts next to the history, which the two towers may have missed.

        Args:
            history: int32 [B, T], left-aligned, oldest first, 0 where there is no event.
            eligible: bool [B, N + 1].

        Returns:
            int32 [B, 100], 0 where there is none.
        """
        return top_neighbours(self.model.counted(history), eligible)

    def score(
        self, batch: dict[str, tf.Tensor], last: tf.Tensor, candidates: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """Scores the candidates of each row's request.

        Args:
            batch: the histories and requests.
            last: int32 [B], the place of each row's request.
            candidates: int32 [B, C].

        Returns:
            float32 [B, C] scores, -inf where a candidate is 0; and each head's probability float32 [B, C].
        """
        query = tf.gather(self.model.queries(batch, self.table), last, batch_dims=1)
        return self.model.score(query, batch[names.ITEM], candidates, self.table)
