"""The preprocessing function of the log's windows: one graph for training and for served requests.

Inputs are SparseTensors as parsed from window examples. `item_ids`, `timestamps`, `outcomes` and `targets` of
a row stand at the same places, whatever their values: a time of 0 or an id of "" still takes a place.
"""

from collections.abc import Mapping
from typing import Final

import tensorflow as tf
import tensorflow_transform as tft

from models import names

TOKEN_MIN_COUNT: Final = 5
"""A token of a listener or context seen less often (once a window, once an event) counts as unknown."""
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_THURSDAY: Final = 3  # 1970-01-01, counting from Monday
_PASSED: Final = (
    names.USER_ID,
    names.WINDOW_START,
    names.ITEM_IDS,
    names.TIMESTAMPS,
    names.OUTCOMES,
    names.TARGETS,
)


def preprocessing_fn(inputs: Mapping[str, tf.SparseTensor]) -> dict[str, tf.SparseTensor]:
    """Adds `gap`, `hour`, `weekday` at the places of `item_ids`, and ids of `context` and `listener` tokens.

    Ids: 0 = unknown or none everywhere; gaps 1..16, hours 1..24, weekdays 1..7 (Monday first), tokens 1..V
    and V + 1 for a token outside the vocabulary.
    """
    times = inputs[names.TIMESTAMPS]
    outputs = {name: _identity(inputs[name]) for name in _PASSED}
    outputs[names.GAP] = _with_values(times, _gaps(times))
    outputs[names.HOUR] = _with_values(times, _hours(times.values))
    outputs[names.WEEKDAY] = _with_values(times, _weekdays(times.values))
    outputs |= _token_ids(inputs[names.CONTEXT], inputs[names.LISTENER])
    return outputs


def _identity(sparse: tf.SparseTensor) -> tf.SparseTensor:
    return _with_values(sparse, tf.identity(sparse.values))


def _with_values(sparse: tf.SparseTensor, values: tf.Tensor) -> tf.SparseTensor:
    return tf.SparseTensor(tf.identity(sparse.indices), values, tf.identity(sparse.dense_shape))


def _gaps(times: tf.SparseTensor) -> tf.Tensor:
    """Quantile bucket of the time since the event before in the row; 0 for a first event or no time."""
    values, rows = times.values, times.indices[:, 0]
    before = tf.concat([tf.zeros_like(values[:1]), values[:-1]], axis=0)
    row_before = tf.concat([tf.fill(tf.shape(rows[:1]), tf.constant(-1, tf.int64)), rows[:-1]], axis=0)
    known = (rows == row_before) & (values > 0) & (before > 0)
    # No logarithm: quantiles don't need one, and its last bit differs with the batch, which moves ties.
    seconds = tf.cast(tf.maximum(values - before, 0), tf.float32)
    bounds = tft.quantiles(
        tf.boolean_mask(seconds, known), names.GAP_BUCKETS, epsilon=0.005, name="gap_quantiles"
    )
    bucket = tf.searchsorted(tf.reshape(bounds, [-1]), seconds, side="right", out_type=tf.int64)
    return tf.where(known, 1 + bucket, tf.zeros_like(bucket))


def _hours(times: tf.Tensor) -> tf.Tensor:
    return tf.where(times > 0, 1 + times // _HOUR % names.HOURS, tf.zeros_like(times))


def _weekdays(times: tf.Tensor) -> tf.Tensor:
    return tf.where(times > 0, 1 + (times // _DAY + _THURSDAY) % names.WEEKDAYS, tf.zeros_like(times))


def _token_ids(context: tf.SparseTensor, listener: tf.SparseTensor) -> dict[str, tf.SparseTensor]:
    both = tf.concat([context.values, listener.values], axis=0)
    vocabulary = tft.vocabulary(
        tf.boolean_mask(both, both != ""),
        frequency_threshold=TOKEN_MIN_COUNT,
        vocab_filename=names.TOKENS_VOCABULARY,
        name=names.TOKENS_VOCABULARY,
    )

    def ids(sparse: tf.SparseTensor) -> tf.SparseTensor:
        known = 1 + tft.apply_vocabulary(sparse.values, vocabulary, num_oov_buckets=1)
        return _with_values(sparse, tf.where(sparse.values == "", tf.zeros_like(known), known))

    return {names.CONTEXT: ids(context), names.LISTENER: ids(listener)}
