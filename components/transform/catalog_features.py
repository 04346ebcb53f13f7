"""The preprocessing function of the catalogue: what an item is, as content tokens."""

from collections.abc import Mapping
from typing import Final

import tensorflow as tf
import tensorflow_transform as tft

from models import names

CONTENT_MIN_ITEMS: Final = 2
"""A content token of fewer items says nothing that the item's id doesn't."""
BUCKETS: Final = 8
"""Quantile buckets of duration and of age."""


def preprocessing_fn(inputs: Mapping[str, tf.SparseTensor]) -> dict[str, tf.SparseTensor]:
    """Adds `content`: ids 1..V of an item's tokens, words, duration and age. Rare tokens are dropped."""
    passed = (names.ITEM_ID, names.TITLE, names.ITEM_TOKENS)
    outputs = {name: _identity(inputs[name]) for name in passed}
    outputs[names.CONTENT] = _content(inputs)
    return outputs


def _identity(sparse: tf.SparseTensor) -> tf.SparseTensor:
    return tf.SparseTensor(
        *(tf.identity(part) for part in (sparse.indices, sparse.values, sparse.dense_shape))
    )


def _content(inputs: Mapping[str, tf.SparseTensor]) -> tf.SparseTensor:
    duration, release = inputs[names.DURATION_MS], inputs[names.RELEASE_DAY]
    parts = [
        (inputs[names.ITEM_TOKENS].indices[:, 0], inputs[names.ITEM_TOKENS].values),
        _words(inputs[names.TITLE]),
        _words(inputs[names.DESCRIPTION]),
        _buckets("duration", duration, duration.values > 0),
        _buckets("age", release, release.values != names.RELEASE_UNKNOWN),
    ]
    rows, tokens = _distinct(
        tf.concat([rows for rows, _ in parts], axis=0), tf.concat([tokens for _, tokens in parts], axis=0)
    )
    vocabulary = tft.vocabulary(
        tokens,
        frequency_threshold=CONTENT_MIN_ITEMS,
        vocab_filename=names.CONTENT_VOCABULARY,
        name=names.CONTENT_VOCABULARY,
    )
    ids = tft.apply_vocabulary(tokens, vocabulary, default_value=-1)
    return _by_row(tf.boolean_mask(rows, ids >= 0), 1 + tf.boolean_mask(ids, ids >= 0), _row_count(inputs))


def _row_count(inputs: Mapping[str, tf.SparseTensor]) -> tf.Tensor:
    return inputs[names.ITEM_ID].dense_shape[0]


def _words(text: tf.SparseTensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`word=…` for each word, lower case, of the rows' texts: rows [n] and tokens [n]."""
    plain = tf.strings.regex_replace(tf.strings.lower(text.values, encoding="utf-8"), r"[^\pL\pN]+", " ")
    words = tf.strings.split(plain)
    rows = tf.gather(text.indices[:, 0], words.value_rowids())
    return rows, tf.strings.join(["word=", words.flat_values])


def _buckets(name: str, number: tf.SparseTensor, known: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`name=quantile bucket` of the known numbers: rows [n] and tokens [n]."""
    values = tf.cast(tf.boolean_mask(number.values, known), tf.float32)
    bounds = tft.quantiles(values, BUCKETS, epsilon=0.01, name=f"{name}_quantiles")
    bucket = tf.searchsorted(tf.reshape(bounds, [-1]), values, side="right")
    return tf.boolean_mask(number.indices[:, 0], known), tf.strings.join(
        [f"{name}=", tf.strings.as_string(bucket)]
    )


def _distinct(rows: tf.Tensor, tokens: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The first of each pair of row and token, in the order in which they stand."""
    pairs, place = tf.unique(tf.strings.join([tf.strings.as_string(rows), tokens], separator=" "))
    first = tf.math.unsorted_segment_min(tf.range(tf.size(rows)), place, tf.size(pairs))
    return tf.gather(rows, first), tf.gather(tokens, first)


def _by_row(rows: tf.Tensor, values: tf.Tensor, row_count: tf.Tensor) -> tf.SparseTensor:
    """A sparse [rows, any] tensor with the values of each row side by side."""
    order = tf.argsort(rows, stable=True)
    ragged = tf.RaggedTensor.from_value_rowids(
        tf.gather(values, order), tf.gather(rows, order), nrows=row_count, validate=False
    )
    return ragged.to_sparse()
