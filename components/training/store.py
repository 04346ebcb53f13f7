"""What a trained model leaves beside its SavedModel, for the stages that build on it in Python."""

import json
import os
from typing import Any

import numpy as np
import tensorflow as tf
from tfx.utils import path_utils

from components.training.inputs import Inputs
from models.errors import UserError

SETTINGS = "training.json"
QUERIES = "queries.npy"
_PLAYS = "plays.npy"
_WEIGHTS = "weights"


def parts_dir(model_uri: str) -> str:
    """The folder of a model artifact that holds settings and weights."""
    return os.path.join(path_utils.serving_model_dir(model_uri), "assets.extra")


def save_parts(
    serving_model_dir: str, model: tf.keras.Model, plays: np.ndarray, settings: dict[str, Any]
) -> str:
    """Writes weights, plays and settings (JSON) and returns the folder."""
    folder = os.path.join(serving_model_dir, "assets.extra")
    tf.io.gfile.makedirs(folder)
    with tf.io.gfile.GFile(os.path.join(folder, SETTINGS), "w") as file:
        json.dump(settings, file, indent=1, sort_keys=True)
    save_array(folder, _PLAYS, plays)
    tf.train.Checkpoint(model=model).write(os.path.join(folder, _WEIGHTS))
    return folder


def save_array(folder: str, name: str, array: np.ndarray) -> None:
    """Writes `array` as `name` (.npy)."""
    with tf.io.gfile.GFile(os.path.join(folder, name), "wb") as file:
        np.save(file, array)


def load_array(model_uri: str, name: str) -> np.ndarray:
    """Reads what `save_array` wrote."""
    with tf.io.gfile.GFile(os.path.join(parts_dir(model_uri), name), "rb") as file:
        return np.load(file)


def load_settings(model_uri: str) -> dict[str, Any]:
    """The settings of `save_parts`."""
    with tf.io.gfile.GFile(os.path.join(parts_dir(model_uri), SETTINGS)) as file:
        return json.load(file)


def load_plays(model_uri: str) -> np.ndarray:
    """int64 [N + 1], positive plays of each item in what the model was trained on."""
    return load_array(model_uri, _PLAYS)


def load_weights(model_uri: str, model: tf.keras.Model, inputs: Inputs) -> None:
    """Restores every weight; the model must have been called once."""
    settings = load_settings(model_uri)
    if settings["items"] != inputs.catalog.size:
        raise UserError(
            f"{model_uri}: trained on {settings['items']} items, the catalogue has {inputs.catalog.size}; run again"
        )
    checkpoint = tf.train.Checkpoint(model=model)
    checkpoint.read(
        os.path.join(parts_dir(model_uri), _WEIGHTS)
    ).assert_existing_objects_matched().expect_partial()
