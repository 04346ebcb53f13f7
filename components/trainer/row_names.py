"""Names of the rows of a model's tables, by which a later model takes over what an earlier one has learnt."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tensorflow as tf

ROWS = "rows.json"


@dataclass(frozen=True)
class Rows:
    """The names of the rows of a model's tables; "" is the row of "none"."""

    items: Sequence[str]
    """Item ids, [N + 1]."""
    content: Sequence[str]
    """Content tokens, [content_size + 1]."""
    context: Sequence[str]
    """Tokens of listeners and contexts, [V + 2], the last one for those outside the vocabulary."""

    def save(self, folder: str) -> None:
        """Writes `rows.json`."""
        with tf.io.gfile.GFile(os.path.join(folder, ROWS), "w") as file:
            json.dump({"items": self.items, "content": self.content, "context": self.context}, file)

    @classmethod
    def load(cls, folder: str) -> "Rows":
        """Reads what `save` wrote."""
        with tf.io.gfile.GFile(os.path.join(folder, ROWS)) as file:
            return cls(**json.load(file))


def carry_over(
    old: npt.NDArray[np.float32],
    old_names: Sequence[str],
    new_names: Sequence[str],
    others: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Gives each new name the row that it had, or one of `others` if it had none.

    Args:
        old: [n, ...].
        old_names: names of the rows of `old`, [n].
        new_names: names of the rows of the result, [m].
        others: rows of names that `old_names` lacks, [m, ...].

    Returns:
        float32 [m, ...].
    """
    place = {name: row for row, name in enumerate(old_names)}
    source = np.fromiter((place.get(name, -1) for name in new_names), np.int64, len(new_names))
    known = (source >= 0).reshape(-1, *[1] * (old.ndim - 1))
    return np.where(known, old[np.maximum(source, 0)], others)
