"""A warm start: a new model takes over what the one in production has learnt.

Rows of tables are matched by what they stand for. An item that production did not know starts from its
content alone, as the candidate tower sees an item that nobody has played: its own vector is zero, and
training moves it from there.
"""

import os
from typing import Final

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.trainer.row_names import Rows, carry_over

WEIGHTS: Final = "weights"
"""The checkpoint, beside `rows.json`."""
FIRST_WEIGHTS: Final = "first_weights"
"""The checkpoint from which the final fit goes on, where `WEIGHTS` are those of its rehearsal."""
_VALUE: Final = "/.ATTRIBUTES/VARIABLE_VALUE"


def warm_start(model: tf.keras.Model, folder: str, rows: Rows) -> bool:
    """Sets the weights of `model` from those in `folder`.

    Args:
        model: the new model, with its variables.
        folder: holds `rows.json` and the checkpoint of a model of the same kind.
        rows: names of the rows of `model`.

    Returns:
        Whether the weights were set. A model of other sizes has none that fit, and `model` stays as it is.
    """
    reader = tf.train.load_checkpoint(os.path.join(folder, WEIGHTS))
    old_rows = Rows.load(folder)
    weights: list[tuple[tf.Variable, npt.NDArray[np.float32]]] = []
    for path, variable in model.get_weight_paths().items():
        key = f"model/{path.replace('.', '/')}{_VALUE}"
        if not reader.has_tensor(key):  # a head that the earlier log didn't support
            continue
        value = reader.get_tensor(key)
        field = _rows_field(path)
        if field is not None:
            others = variable.numpy() if path == "bias" else np.zeros(variable.shape, np.float32)
            if value.shape[1:] != others.shape[1:]:
                return False
            value = carry_over(value, getattr(old_rows, field), getattr(rows, field), others)
        if value.shape != variable.shape:
            return False
        weights.append((variable, value))
    for variable, value in weights:
        variable.assign(value)
    return bool(weights)


def _rows_field(path: str) -> str | None:
    """Finds the field of `Rows` that names the rows of a weight; None if they have no names."""
    if path == "bias" or path.endswith("items.ids"):
        return "items"
    if path.endswith("items.tokens"):
        return "content"
    return "context" if path.endswith("request.token") else None
