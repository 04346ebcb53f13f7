"""The evidence that the served ranker adds to the transformer: memories in closed form, mixed.

A memory is cut to each item's strongest neighbours, so that it fits into a served graph.

TensorFlow is imported where files may lie in a cloud, not before.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.memory.counts import EASE_DECAY, NEAR, WIDE, ease_weights, transition_weights
from models.memory.interactions import Interactions
from models.memory.neighbours import FadingTable, strongest_of_dense, strongest_of_sparse, themselves
from models.memory.order_aware_ridge import OrderAwareRidge
from models.memory.pair_sums import Horizon

NEIGHBOURS: Final = 256
MAX_ENTRIES: Final = 16_000_000
"""Cells of one table (64 MB each of indices and weights): a very large catalogue keeps fewer neighbours."""
RIDGE_PENALTY: Final = 300.0

EASE: Final = "ease"
TRANSITIONS: Final = "transitions"
WIDE_TRANSITIONS: Final = "wide_transitions"
RIDGE: Final = "ridge"
REPEATS: Final = "repeats"
Shares = dict[str, float]
"""What part each memory has in the evidence; together 1."""
COUNTS: Final[Shares] = {EASE: 0.5, TRANSITIONS: 0.5}
"""The blend of `models.baselines`."""
FADING: Final = {
    EASE: ((EASE_DECAY, 50),),
    TRANSITIONS: ((NEAR.decay, 12),),
    WIDE_TRANSITIONS: ((WIDE.decay, 13),),
    RIDGE: ((0.0, 1), (0.7, 13), (0.95, 50)),
    REPEATS: ((0.97, 100),),
}
"""The decay of each memory's tables, and how many of the newest events they read.

What a decay leaves of older ones is below 1%, except for the ridge's last and the repeats', whose past ends there.
"""


def mixed_with_counts(ridge: float, counts: Shares = COUNTS) -> Shares:
    """Returns the shares in which the ridge has `ridge`, and the counts the rest, each its part of it."""
    return {name: share * (1.0 - ridge) for name, share in counts.items()} | {RIDGE: ridge}


def with_repeats(shares: Shares, repeats: float) -> Shares:
    """Returns the shares in which what was played before has `repeats`, and each memory its part of the rest."""
    return {name: share * (1.0 - repeats) for name, share in shares.items()} | {REPEATS: repeats}


@dataclass(frozen=True)
class Evidence:
    """Memories of one catalogue of N items, by name; the scores of a memory are the sum of its tables'."""

    memories: dict[str, tuple[FadingTable, ...]]

    @property
    def n_items(self) -> int:
        """Number of items, N."""
        return len(self.memories[EASE][0].neighbours) - 1

    def save(self, path: str) -> None:
        """Writes one `.npz` file, wherever tf.io.gfile can."""
        import tensorflow as tf

        content = io.BytesIO()
        arrays = {
            f"{name}/{number}/{field}": array
            for name, tables in self.memories.items()
            for number, table in enumerate(tables)
            for field, array in table._asdict().items()
        }
        np.savez(content, **arrays)
        with tf.io.gfile.GFile(path, "wb") as file:
            file.write(content.getvalue())

    @classmethod
    def load(cls, path: str) -> Evidence:
        """Reads what `save` wrote."""
        import tensorflow as tf

        with tf.io.gfile.GFile(path, "rb") as file:
            arrays = np.load(io.BytesIO(file.read()), allow_pickle=False)
        tables: dict[str, dict[str, dict[str, np.ndarray]]] = {}
        for key in arrays:
            name, number, field = key.split("/")
            tables.setdefault(name, {}).setdefault(number, {})[field] = arrays[key]
        return cls(
            {
                name: tuple(
                    FadingTable(
                        fields["neighbours"], fields["weights"], float(fields["decay"]), int(fields["events"])
                    )
                    for fields in numbered.values()
                )
                for name, numbered in tables.items()
            }
        )


def fit_evidence(interactions: Interactions, *, neighbours: int = NEIGHBOURS) -> Evidence:
    """Fits every memory, and keeps, for each item, the `neighbours` of largest absolute weight."""
    size = interactions.n_items + 1
    count = max(1, min(neighbours, interactions.n_items, MAX_ENTRIES // size))
    kept, weights = ease_weights(interactions)
    horizon = Horizon(decays=tuple(decay for decay, _ in FADING[RIDGE]))
    ridge = OrderAwareRidge.fit(interactions, penalty=RIDGE_PENALTY, horizon=horizon).weights
    tables = {
        EASE: [strongest_of_dense(kept, weights, size, count)],
        TRANSITIONS: [strongest_of_sparse(transition_weights(interactions, NEAR), count)],
        WIDE_TRANSITIONS: [strongest_of_sparse(transition_weights(interactions, WIDE), count)],
        RIDGE: [
            strongest_of_sparse(ridge[begin : begin + size], count)
            for begin in range(0, len(FADING[RIDGE]) * size, size)
        ],
        REPEATS: [themselves(size)],
    }
    return Evidence(
        {
            name: tuple(FadingTable(*table, *fade) for table, fade in zip(tables[name], fades, strict=True))
            for name, fades in FADING.items()
        }
    )
