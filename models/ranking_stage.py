"""The ranking half of a served model: the ranker over precomputed item vectors."""

import tensorflow as tf

from models.ranker import Ranker


class RankingStage(tf.Module):
    """The ranker and its evidence."""

    def __init__(self, model: Ranker) -> None:
        super().__init__()
        self.model = model
        self.table = tf.Variable(model.items.table(), trainable=False, name="item_vectors")

    def score(
        self, batch: dict[str, tf.Tensor], last: tf.Tensor, candidates: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """Scores of `candidates` int32 [B, C] (-inf where 0) and each head's probability, float32 [B, C]."""
        query = tf.gather(self.model.queries(batch, self.table), last, batch_dims=1)
        return self.model.score(query, batch["item"], candidates, self.table)
