"""The catalogue as example generation wrote it, without a Transform graph."""

from collections.abc import Iterator

import pyarrow as pa
import tensorflow as tf

from components.common.example_files import read_split
from models import names
from serving.catalog_asset import SCHEMA, titles_of
from serving.titles import Title

_BATCH = 4096
_FEATURES = {
    names.ITEM_ID: tf.io.FixedLenFeature([], tf.string),
    names.TITLE: tf.io.RaggedFeature(tf.string),
    names.DESCRIPTION: tf.io.RaggedFeature(tf.string),
    names.DURATION_MS: tf.io.FixedLenFeature([], tf.int64, 0),
    names.RELEASE_DAY: tf.io.FixedLenFeature([], tf.int64, names.RELEASE_UNKNOWN),
    names.ITEM_TOKENS: tf.io.RaggedFeature(tf.string),
}


def read_item_ids(catalog_uri: str) -> list[str]:
    """The item ids, in the order of their index."""
    return [_text(item_id) for batch in _batches(catalog_uri) for item_id in batch[names.ITEM_ID].numpy()]


def read_titles(catalog_uri: str) -> dict[str, Title]:
    """Title, the first creator and kind by item id, in the order of the items' index."""
    return titles_of(read_catalog_table(catalog_uri))


def read_catalog_table(catalog_uri: str) -> pa.Table:
    """Everything that is known of the items, in the order of their index; of `serving.catalog_asset.SCHEMA`."""
    return pa.Table.from_batches(
        [
            pa.RecordBatch.from_arrays([_column(batch[field.name], field) for field in SCHEMA], schema=SCHEMA)
            for batch in _batches(catalog_uri)
        ],
        SCHEMA,
    )


def _column(values: tf.Tensor | tf.RaggedTensor, field: pa.Field) -> pa.Array:
    if pa.types.is_string(field.type) and isinstance(values, tf.RaggedTensor):  # of one text, or of none
        values = tf.strings.reduce_join(values, axis=-1)
    if isinstance(values, tf.RaggedTensor):
        flat = pa.array(values.flat_values.numpy(), pa.binary()).cast(pa.string())
        return pa.ListArray.from_arrays(values.row_splits.numpy().astype("int32"), flat)
    if pa.types.is_string(field.type):
        return pa.array(values.numpy(), pa.binary()).cast(pa.string())
    return pa.array(values.numpy())


def _batches(catalog_uri: str) -> Iterator[dict[str, tf.Tensor]]:
    for serialized in read_split(catalog_uri, names.CATALOG).batch(_BATCH):
        yield tf.io.parse_example(serialized, _FEATURES)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
