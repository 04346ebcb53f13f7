"""The catalogue as example generation wrote it: ids and titles, without a Transform graph."""

from collections.abc import Iterator

import tensorflow as tf

from components.common.example_files import read_split
from listening_log.cleaning.item_tokens import CREATOR, KIND
from models import names
from serving.titles import Title

_BATCH = 4096
_FEATURES = {
    names.ITEM_ID: tf.io.FixedLenFeature([], tf.string),
    names.TITLE: tf.io.RaggedFeature(tf.string),
    names.ITEM_TOKENS: tf.io.RaggedFeature(tf.string),
}
_SHOWN = f"(?s)({CREATOR}|{KIND})=.*"


def read_item_ids(catalog_uri: str) -> list[str]:
    """The item ids, in the order of their index."""
    return [_text(item_id) for batch in _batches(catalog_uri) for item_id in batch[names.ITEM_ID].numpy()]


def read_titles(catalog_uri: str) -> dict[str, Title]:
    """Title, the first creator and kind by item id, in the order of the items' index."""
    titles = {}
    for batch in _batches(catalog_uri):
        tokens = batch[names.ITEM_TOKENS]
        shown = tf.ragged.boolean_mask(
            tokens, tokens.with_flat_values(tf.strings.regex_full_match(tokens.flat_values, _SHOWN))
        )
        rows = zip(batch[names.ITEM_ID].numpy(), batch[names.TITLE].to_list(), shown.to_list(), strict=True)
        for item_id, title, item_tokens in rows:
            values: dict[str, str] = {}
            for token in item_tokens:
                column, _, value = _text(token).partition("=")
                values.setdefault(column, value)
            titles[_text(item_id)] = Title(
                _text(b"".join(title)), values.get(CREATOR, ""), values.get(KIND, "")
            )
    return titles


def _batches(catalog_uri: str) -> Iterator[dict[str, tf.Tensor]]:
    for serialized in read_split(catalog_uri, names.CATALOG).batch(_BATCH):
        yield tf.io.parse_example(serialized, _FEATURES)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
