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

from components.trainer.row_names import Rows, taken_over

WEIGHTS: Final = "weights"
"""The checkpoint, beside `rows.json`."""
_VALUE: Final = "/.ATTRIBUTES/VARIABLE_VALUE"


def warm_start(model: tf.keras.Model, folder: str, rows: Rows) -> bool:
    """Sets the weights of `model` from those in `folder`.

    Args:
        model: built, its variables made.
        folder: of `rows.json` and the checkpoint of a model of the same kind.
        rows: what the rows of `model` stand for.

    Returns:
        Whether it was done: models of another size have nothing to take over, and `model` stays as it is.
    """
    reader = tf.train.load_checkpoint(os.path.join(folder, WEIGHTS))
    old_rows = Rows.load(folder)
    found: list[tuple[tf.Variable, npt.NDArray[np.float32]]] = []
    for path, variable in model.get_weight_paths().items():
        key = f"model/{path.replace('.', '/')}{_VALUE}"
        if not reader.has_tensor(key):  # a head that the earlier log didn't support
            continue
        value = reader.get_tensor(key)
        named = _rows_of(path)
        if named is not None:
            others = variable.numpy() if path == "bias" else np.zeros(variable.shape, np.float32)
            if value.shape[1:] != others.shape[1:]:
                return False
            value = taken_over(value, getattr(old_rows, named), getattr(rows, named), others)
        if value.shape != variable.shape:
            return False
        found.append((variable, value))
    for variable, value in found:
        variable.assign(value)
    return bool(found)


def _rows_of(path: str) -> str | None:
    """The field of `Rows` that a weight's rows stand for."""
    if path == "bias" or path.endswith("items.ids"):
        return "items"
    if path.endswith("items.tokens"):
        return "content"
    return "context" if path.endswith("request.token") else None
