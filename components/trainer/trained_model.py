"""What a trained model leaves beside its SavedModel, for the stages that build on it in Python."""

import os

import numpy as np
import tensorflow as tf
from tfx.utils import path_utils

from components.trainer.inputs import Inputs
from components.trainer.row_names import ROWS, Rows
from components.trainer.training_records import Training
from components.trainer.warm_start import FIRST_WEIGHTS, WEIGHTS
from listening_log.errors import UserError
from models import names

QUERIES = "queries.npy"
_PLAYS = "plays.npy"


def parts_dir(model_uri: str) -> str:
    """Returns the folder of a model artifact that holds its training record and weights."""
    return os.path.join(path_utils.serving_model_dir(model_uri), names.EXTRA_ASSETS)


def save_parts(
    serving_model_dir: str, model: tf.keras.Model, plays: np.ndarray, rows: Rows, training: Training
) -> str:
    """Writes weights, their rows' names, plays and how the model was trained, and returns the folder."""
    folder = os.path.join(serving_model_dir, names.EXTRA_ASSETS)
    tf.io.gfile.makedirs(folder)
    training.write(folder)
    save_array(folder, _PLAYS, plays)
    rows.save(folder)
    tf.train.Checkpoint(model=model).write(os.path.join(folder, WEIGHTS))
    return folder


def copy_trained(model_uri: str, folder: str) -> None:
    """Copies what a later training starts from (`components.trainer.warm_start`): weights, rows and settings."""
    tf.io.gfile.makedirs(folder)
    parts = parts_dir(model_uri)
    for name in tf.io.gfile.listdir(parts):
        if name in (Training.FILE, ROWS) or name.startswith(f"{WEIGHTS}."):
            tf.io.gfile.copy(os.path.join(parts, name), os.path.join(folder, name))


def save_array(folder: str, name: str, array: np.ndarray) -> None:
    """Writes `array` as `name` (.npy)."""
    with tf.io.gfile.GFile(os.path.join(folder, name), "wb") as file:
        np.save(file, array)


def load_array(model_uri: str, name: str) -> np.ndarray:
    """Reads what `save_array` wrote."""
    with tf.io.gfile.GFile(os.path.join(parts_dir(model_uri), name), "rb") as file:
        return np.load(file)


def load_plays(model_uri: str) -> np.ndarray:
    """Reads the positive plays of each item in what the model was trained on: int64 [N + 1]."""
    return load_array(model_uri, _PLAYS)


def save_first_weights(folder: str, model: tf.keras.Model) -> None:
    """Writes the weights of a first fit beside those of the rehearsal that went on from it."""
    tf.train.Checkpoint(model=model).write(os.path.join(folder, FIRST_WEIGHTS))


def load_weights(model_uri: str, model: tf.keras.Model, inputs: Inputs, name: str = WEIGHTS) -> None:
    """Restores every weight.

    Args:
        model_uri: URI of the trained model.
        model: with its variables.
        inputs: the log.
        name: of the checkpoint.

    Raises:
        UserError: the model was trained on another number of items.
    """
    items = Training.read(parts_dir(model_uri)).items
    if items != inputs.catalog.size:
        raise UserError(
            f"{model_uri}: trained on {items} items, the catalogue has {inputs.catalog.size}; run again"
        )
    checkpoint = tf.train.Checkpoint(model=model)
    checkpoint.read(
        os.path.join(parts_dir(model_uri), name)
    ).assert_existing_objects_matched().expect_partial()
