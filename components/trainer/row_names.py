"""What the rows of a model's tables stand for, so that a later model can take over what an earlier one learnt."""

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
    """The name of each row; "" is the row of "none"."""

    items: Sequence[str]
    """[N + 1] item ids."""
    content: Sequence[str]
    """[content_size + 1] content tokens."""
    context: Sequence[str]
    """[V + 2] tokens of listeners and contexts, the last one for those outside the vocabulary."""

    def save(self, folder: str) -> None:
        """Writes `rows.json`."""
        with tf.io.gfile.GFile(os.path.join(folder, ROWS), "w") as file:
            json.dump({"items": self.items, "content": self.content, "context": self.context}, file)

    @classmethod
    def load(cls, folder: str) -> "Rows":
        """Reads what `save` wrote."""
        with tf.io.gfile.GFile(os.path.join(folder, ROWS)) as file:
            return cls(**json.load(file))


def taken_over(
    old: npt.NDArray[np.float32],
    old_names: Sequence[str],
    new_names: Sequence[str],
    others: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Rows of `old` [n, ...] under their names in `new_names` [m], and of `others` [m, ...] for new names."""
    place = {name: row for row, name in enumerate(old_names)}
    source = np.fromiter((place.get(name, -1) for name in new_names), np.int64, len(new_names))
    known = (source >= 0).reshape(-1, *[1] * (old.ndim - 1))
    return np.where(known, old[np.maximum(source, 0)], others)
