"""How much each memory weighs in the ranker's score, and how well it ranks then: on `eval`, from shortlists.

The transformer and each memory put their best items on a target's shortlist. Whatever the weights, the ten items
that the sum puts first are then (nearly always) among them, so a choice of weights is judged without the catalogue.
"""

import functools
import statistics
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.trainer import fit
from models.layers import Batch
from models.memory.evidence import (
    COUNTS,
    EASE,
    REPEATS,
    RIDGE,
    TRANSITIONS,
    WIDE_TRANSITIONS,
    Evidence,
    Shares,
    mixed_with_counts,
    with_repeats,
)
from models.memory.evidence_layer import EvidenceLayer
from models.metrics import ndcg_at_k
from models.ranker import Ranker
from models.ranks import excluded_items, mask_seen, ranker_scores, target_places

EVIDENCE_WEIGHTS: Final = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0)
"""From the transformer alone to what is all but the evidence alone."""
RIDGE_SHARES: Final = (0.0, 0.15, 0.3, 0.5, 0.7, 1.0)
"""What part the ridge may have in the evidence: from the counts alone to the ridge alone."""
COUNT_MIXES: Final[tuple[Shares, ...]] = (
    COUNTS,
    {EASE: 0.3, WIDE_TRANSITIONS: 0.7},
    {WIDE_TRANSITIONS: 1.0},
)
"""What the counts may be: EASE knows the most played items alone, so little of a large catalogue."""
REPEAT_SHARES: Final = (0.1, 0.2, 0.35, 0.5, 0.7)
"""What part of the evidence repeats may have, beside none, where what was played may be ranked again."""
LEVEL: Final = 0.0025
"""A figure that is below the best by no more than this share of it is level with it."""
SHORTLISTED: Final = 64
"""Items that each part puts on a shortlist."""
_MEMORIES: Final = (EASE, TRANSITIONS, WIDE_TRANSITIONS, RIDGE, REPEATS)


class Shortlists(NamedTuple):
    """The shortlists of Q targets, C items each; the first of each is the target."""

    items: npt.NDArray[np.int32]
    """[Q, C]."""
    parts: npt.NDArray[np.float32]
    """[Q, C, 1 + M]: what the transformer and each of M mixes of memories say of an item."""
    ranked: npt.NDArray[np.bool_]
    """[Q, C]: False for an item that is excluded, or stands on the list before."""


def weigh_evidence(
    model: Ranker, evidence: Evidence, groups: Sequence[tf.data.Dataset], exclude_seen: bool
) -> tuple[float, Shares]:
    """Finds the weight of the evidence and the shares of its memories that serve NDCG@10 best, the groups' mean.

    The transformer alone is among the choices, and so are the ridge and the counts, all but alone. Of equals, the
    first is taken: the least of the ridge, then the least weight, then the first of the counts. Repeats have a share
    last, beside the best of these shares, with a weight chosen anew. Of all weights that are level (`LEVEL`) with
    the best for these shares, the least is served: memories count what was, and say less of what comes later
    than of `eval` (decision 0039).
    """
    memories = [EvidenceLayer(evidence, {name: 1.0}) for name in _MEMORIES]
    shortlists = list(map(Shortlister(model, memories, exclude_seen), groups))
    choices = [
        (weight, mixed_with_counts(ridge, counts))
        for ridge in RIDGE_SHARES
        for weight in EVIDENCE_WEIGHTS
        for counts in COUNT_MIXES
    ]
    weight, shares = _best_of(choices, shortlists)
    if not exclude_seen:
        again = [
            (weight, with_repeats(shares, part)) for part in REPEAT_SHARES for weight in EVIDENCE_WEIGHTS
        ]
        weight, shares = _best_of([(weight, shares), *again], shortlists)
    return _least_level_weight(weight, shares, shortlists), shares


def _best_of(
    choices: Sequence[tuple[float, Shares]], shortlists: Sequence[Shortlists]
) -> tuple[float, Shares]:
    """Returns the weight and the shares that rank best, the first of equals."""
    figures = [_ndcg_of(weight, shares, shortlists) for weight, shares in choices]
    return choices[int(np.argmax(figures))]


def _least_level_weight(best: float, shares: Shares, shortlists: Sequence[Shortlists]) -> float:
    """Returns the least weight that is level with the best one for these shares."""
    enough = (1.0 - LEVEL) * _ndcg_of(best, shares, shortlists)
    return next(
        weight
        for weight in EVIDENCE_WEIGHTS
        if weight == best or _ndcg_of(weight, shares, shortlists) >= enough
    )


def _ndcg_of(weight: float, shares: Shares, shortlists: Sequence[Shortlists]) -> float:
    return ndcg_of_groups(shortlists, [weight * shares.get(name, 0.0) for name in _MEMORIES])


def ndcg_measure(
    model: Ranker,
    groups: Sequence[tf.data.Dataset],
    exclude_seen: bool,
    evidence: Evidence,
    shares: Shares,
) -> Callable[[], float]:
    """Returns a function that computes NDCG@10 of the whole: `model` and the evidence at the weight it serves best.

    It is the mean of the groups, over the whole catalogue. The transformer goes on learning for long what the
    memories have said from the beginning, so alone it would rise when nothing that is served does.
    """

    @functools.cache  # a final fit measures nothing, so it needs no second copy of the tables
    def shortlister() -> Shortlister:
        return Shortlister(model, [EvidenceLayer(evidence, shares)], exclude_seen)

    def measure() -> float:
        shortlists = list(map(shortlister(), groups))
        return max(ndcg_of_groups(shortlists, [weight]) for weight in EVIDENCE_WEIGHTS)

    return measure


class Shortlister:
    """Makes the shortlists of the targets of some windows, in one pass over the catalogue.

        shortlist = Shortlister(model, [EvidenceLayer(evidence)], exclude_seen=True)
        ndcg = ndcg_of_groups([shortlist(windows)], [8.0])

    Args:
        model: the transformer, as it is whenever this is called.
        mixes: M mixes of memories, each a part of its own; none for the transformer alone.
        exclude_seen: whether what a history holds is excluded.
    """

    def __init__(self, model: Ranker, mixes: Sequence[EvidenceLayer], exclude_seen: bool) -> None:
        self._model, self._mixes, self._exclude_seen = model, mixes, exclude_seen

    def __call__(self, windows: tf.data.Dataset) -> Shortlists:
        """Makes the shortlists of the targets of `windows`."""
        vectors = self._model.items.table()
        # float32 holds an item's index up to 16 million exactly
        table = fit.concatenate(windows, lambda batch: self._table(batch, vectors))
        items, parts = table[..., 0].astype(np.int32), table[..., 1:]
        excluded = np.isinf(parts[..., 0])
        parts[excluded] = 0.0
        return Shortlists(items, parts, ~excluded & ~_repeated(items))

    @tf.function(autograph=False, reduce_retracing=True)
    def _table(self, batch: Batch, vectors: tf.Tensor) -> tf.Tensor:
        """Joins the items of each target and what the parts say of them: float32 [Q, C, 2 + M]."""
        places, history, target = target_places(batch)
        excluded = excluded_items(history, self._exclude_seen)
        transformer = ranker_scores(self._model, vectors)(batch, places, history)
        scores = [transformer, *(mix(history) for mix in self._mixes)]
        scores = [mask_seen(part, excluded) for part in scores]
        count = tf.minimum(SHORTLISTED, tf.shape(vectors)[0] - 1)
        best = [tf.math.top_k(part, count).indices for part in scores]
        items = tf.concat([target[:, None], *best], axis=1)
        parts = [tf.gather(part, items, batch_dims=1) for part in scores]
        return tf.stack([tf.cast(items, tf.float32), *parts], axis=-1)


def ndcg_of_groups(groups: Sequence[Shortlists], weights: Sequence[float]) -> float:
    """Computes NDCG@10 of the targets on their shortlists, the groups' mean; `weights` are those of the M mixes."""
    return statistics.fmean(ndcg_at_k(ranks_within(shortlists, weights), 10) for shortlists in groups)


def ranks_within(shortlists: Shortlists, weights: Sequence[float]) -> npt.NDArray[np.int64]:
    """Ranks the targets on their shortlists.

    Args:
        shortlists: of Q targets.
        weights: of the M mixes of memories, beside the transformer's 1.

    Returns:
        int64 [Q], 0-based; ties break by item index, and an excluded target comes last.
    """
    items, parts, ranked = shortlists
    scores = parts @ np.array([1.0, *weights], np.float32)
    own, target = scores[:, :1], items[:, :1]
    ahead = (scores > own) | ((scores == own) & (items < target))
    return np.where(ranked[:, 0], (ahead & ranked).sum(axis=1), items.shape[1])


def _repeated(items: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Marks each item that stands on its list before: bool [Q, C]."""
    order = np.argsort(items, axis=1, kind="stable")
    again = np.diff(np.take_along_axis(items, order, axis=1), axis=1, prepend=-1) == 0
    repeated = np.empty_like(again)
    np.put_along_axis(repeated, order, again, axis=1)
    return repeated
