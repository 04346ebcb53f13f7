"""Search by ScaNN (https://arxiv.org/abs/1908.10396): a tree of leaves, quantised scores, exact rescoring.

ScaNN's spilling of an item to a second leaf (SOAR, https://arxiv.org/abs/2404.00774) isn't used: its searcher
for TensorFlow can't be saved with it (docs/decisions/0029-an-index-tuned-by-measuring.md).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import tensorflow as tf

from models.search import rescored

if TYPE_CHECKING:
    from scann.scann_ops.py import scann_ops

TRAINING_SAMPLE: Final = 250_000
"""Vectors that the leaves and the quantiser are fitted on, at most."""
DIMENSIONS_A_BLOCK: Final = 2
_DEFAULT: Final = -1  # what ScaNN's ops take for "as it was built"


class TreeShape(NamedTuple):
    """What is fixed when an index is built."""

    leaves: int
    anisotropy: float
    """The threshold T of ScaNN's loss: how much more an error along the vector counts; NaN for none."""


class Effort(NamedTuple):
    """What a search spends."""

    leaves_searched: int = _DEFAULT
    reorder: int = _DEFAULT
    """Items rescored exactly."""


class ScannSearcher(tf.Module):
    """Finds the nearest items by dot product.

    Args:
        state: ScaNN's serialised index: a graph makes its searcher from it, so that a SavedModel carries
            everything.
        effort: what a search spends; an exact searcher has none to choose.
    """

    def __init__(self, state: tf.Module, effort: Effort) -> None:
        super().__init__()
        self.state = state
        self.effort = effort

    def find(self, queries: tf.Tensor) -> tf.Tensor:
        """Finds the items nearest to queries float32 [B, D], as many as the index was built for.

        Returns:
            int32 [B, K] item indices, distinct, nearest first; 0 = none.
        """
        from scann.scann_ops.py import scann_ops

        handle = self.state.recreate_handle()
        neighbours, distances = scann_ops.ScannSearcher(handle).search_batched(
            queries,
            pre_reorder_num_neighbors=self.effort.reorder,
            leaves_to_search=self.effort.leaves_searched,
        )
        return tf.where(tf.math.is_finite(distances), tf.cast(neighbours, tf.int32) + 1, 0)

    def rebuilt(self) -> BuiltIndex:
        """Makes the index in this process's memory, to be measured and closed, without a graph around it."""
        from scann.scann_ops.py import scann_ops

        return BuiltIndex(scann_ops.ScannSearcher(self.state.recreate_handle()), self.effort)

    @property
    def leaf_of_item(self) -> np.ndarray:
        """The leaf of each item of a quantised index: int32 [N]."""
        return self.state.datapoint_to_token.numpy()

    def top(self, queries: tf.Tensor, candidates: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds the same items with exact scores, so that both builds agree; in the form of `search.exact_top`.

        Args:
            queries: float32 [B, D].
            candidates: float32 [N + 1, D].
            k: places of the answer.
        """
        return rescored(queries, candidates, self.find(queries), k)

    def save(self, folder: str) -> None:
        """Writes the serialised index."""
        options = tf.saved_model.SaveOptions(namespace_whitelist=["Scann"])
        tf.saved_model.save(self.state, folder, options=options)

    @classmethod
    def load(cls, folder: str, effort: Effort) -> ScannSearcher:
        """Reads what `save` wrote."""
        from scann.scann_ops.py import scann_ops  # noqa: F401  registers the ops that the folder's graph holds

        return cls(tf.saved_model.load(folder), effort)


class BuiltIndex:
    """An index in this process's memory, to be measured, saved and closed.

    Args:
        searcher: ScaNN's own.
        effort: what a search spends.
    """

    def __init__(self, searcher: scann_ops.ScannSearcher, effort: Effort) -> None:
        self._searcher, self.effort = searcher, effort

    def find(self, queries: tf.Tensor) -> np.ndarray:
        """Does what `ScannSearcher.find` does, with as little around it as can be."""
        neighbours, distances = _search(self._searcher, queries, self.effort)
        return np.where(np.isfinite(distances.numpy()), neighbours.numpy() + 1, 0)

    def spending(self, effort: Effort) -> BuiltIndex:
        """Returns the same index for searches that spend something else."""
        return BuiltIndex(self._searcher, effort)

    def serialised(self) -> ScannSearcher:
        """Makes a searcher that can be saved, alone or in a graph."""
        return ScannSearcher(self._searcher.serialize_to_module(), self.effort)

    def close(self) -> None:
        """Frees the memory, which nothing else does."""
        tf.raw_ops.DestroyResourceOp(resource=self._searcher.searcher_handle, ignore_lookup_error=True)


def build_exact(vectors: np.ndarray, k: int) -> BuiltIndex:
    """Builds ScaNN's exact searcher of float32 [N, D]: the op stays the same."""
    from scann.scann_ops.py import scann_ops

    builder = scann_ops.builder(vectors, min(k, len(vectors)), "dot_product")
    return BuiltIndex(builder.score_brute_force().build(), Effort())


def build_tree(vectors: np.ndarray, k: int, shape: TreeShape) -> BuiltIndex:
    """Builds a quantised index of float32 [N, D] that searches every leaf: how many are enough is to be measured."""
    from scann.scann_ops.py import scann_ops

    sample, reorder = min(len(vectors), TRAINING_SAMPLE), min(10 * k, len(vectors))
    builder = scann_ops.builder(vectors, min(k, len(vectors)), "dot_product")
    builder = builder.set_n_training_threads(os.cpu_count() or 1)
    builder = builder.tree(
        num_leaves=shape.leaves, num_leaves_to_search=shape.leaves, training_sample_size=sample
    )
    builder = builder.score_ah(
        DIMENSIONS_A_BLOCK, anisotropic_quantization_threshold=shape.anisotropy, training_sample_size=sample
    )
    return BuiltIndex(builder.reorder(reorder).build(), Effort(shape.leaves, reorder))


def _search(
    searcher: scann_ops.ScannSearcher, queries: tf.Tensor, effort: Effort
) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds places from 0 and their scores, which aren't finite where there is no item."""
    return searcher.search_batched(
        queries, pre_reorder_num_neighbors=effort.reorder, leaves_to_search=effort.leaves_searched
    )
