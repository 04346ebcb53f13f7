"""The preprocessing function of the catalogue: what an item is, as ids of content.

Ids 1..8 are buckets of the duration, 9..16 of the age, and from 17 on a vocabulary of item tokens and words.
This takes one pass: a vocabulary that included the buckets would need a second one over the catalogue, which
TFX's Transform can't do here (tft 1.16 copies Beam's graph for it in a way that Beam 2.65 refuses).
"""

from collections.abc import Mapping
from typing import Final

import tensorflow as tf
import tensorflow_transform as tft

from models import names

CONTENT_MIN_ITEMS: Final = 2
"""A content token that fewer items have says nothing that the item's id does not."""
BUCKETS: Final = 8
"""Quantile buckets of duration and of age."""
FIRST_TOKEN: Final = 1 + 2 * BUCKETS
"""Id of the vocabulary's first token."""
_COUNTRY: Final = "(?s)country=.*"


def preprocessing_fn(inputs: Mapping[str, tf.SparseTensor]) -> dict[str, tf.SparseTensor]:
    """Adds `content`: ids of an item's duration, age, tokens and words; rare tokens are dropped."""
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
        _buckets("duration", duration, duration.values > 0, first_id=1),
        _buckets("age", release, release.values != names.RELEASE_UNKNOWN, first_id=1 + BUCKETS),
        _token_ids(
            _descriptive_tokens(inputs[names.ITEM_TOKENS]),
            _words(inputs[names.TITLE]),
            _words(inputs[names.DESCRIPTION]),
        ),
    ]
    rows = tf.concat([rows for rows, _ in parts], axis=0)
    return _by_row(rows, tf.concat([ids for _, ids in parts], axis=0), inputs[names.ITEM_ID].dense_shape[0])


def _token_ids(*parts: tuple[tf.Tensor, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    """Ids of the distinct tokens of each row that the vocabulary has: rows [n] and ids [n]."""
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
    return tf.boolean_mask(rows, ids >= 0), FIRST_TOKEN + tf.boolean_mask(ids, ids >= 0)


def _descriptive_tokens(item_tokens: tf.SparseTensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Item tokens that say what an item is: rows [n] and tokens [n].

    Countries do not, and an item that is allowed everywhere has a token for each of them.
    """
    kept = ~tf.strings.regex_full_match(item_tokens.values, _COUNTRY)
    return tf.boolean_mask(item_tokens.indices[:, 0], kept), tf.boolean_mask(item_tokens.values, kept)


def _words(text: tf.SparseTensor) -> tuple[tf.Tensor, tf.Tensor]:
    """`word=…` for each word, lower case, of the rows' texts: rows [n] and tokens [n]."""
    plain = tf.strings.regex_replace(tf.strings.lower(text.values, encoding="utf-8"), r"[^\pL\pN]+", " ")
    words = tf.strings.split(plain)
    rows = tf.gather(text.indices[:, 0], words.value_rowids())
    return rows, tf.strings.join(["word=", words.flat_values])


def _buckets(
    name: str, number: tf.SparseTensor, known: tf.Tensor, *, first_id: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Ids of the quantile buckets of the known numbers: rows [n] and ids [n]."""
    values = tf.cast(tf.boolean_mask(number.values, known), tf.float32)
    bounds = tft.quantiles(values, BUCKETS, epsilon=0.01, name=f"{name}_quantiles")
    bucket = tf.searchsorted(tf.reshape(bounds, [-1]), values, side="right", out_type=tf.int64)
    return tf.boolean_mask(number.indices[:, 0], known), first_id + bucket


def _distinct(rows: tf.Tensor, tokens: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Drops the repetitions of a token within a row, and keeps the order."""
    pairs, place = tf.unique(tf.strings.join([tf.strings.as_string(rows), tokens], separator=" "))
    first = tf.math.unsorted_segment_min(tf.range(tf.size(rows)), place, tf.size(pairs))
    return tf.gather(rows, first), tf.gather(tokens, first)


def _by_row(rows: tf.Tensor, values: tf.Tensor, row_count: tf.Tensor) -> tf.SparseTensor:
    """Puts the values of each row side by side, in a sparse [rows, any] tensor."""
    order = tf.argsort(rows, stable=True)
    ragged = tf.RaggedTensor.from_value_rowids(
        tf.gather(values, order), tf.gather(rows, order), nrows=row_count, validate=False
    )
    return ragged.to_sparse()
