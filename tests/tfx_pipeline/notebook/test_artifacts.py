"""The notebook's readers read what example generation writes."""

from pathlib import Path

import pytest
import tensorflow as tf

from models import names
from serving.titles import Title
from tfx_pipeline.notebook import artifacts


def write(folder: Path, split: str, examples: list[dict[str, list]]) -> str:
    (folder / f"Split-{split}").mkdir(parents=True)
    options = tf.io.TFRecordOptions(compression_type="GZIP")
    with tf.io.TFRecordWriter(str(folder / f"Split-{split}" / "data-00000"), options) as writer:
        for example in examples:
            proto = tf.train.Example()
            for name, values in example.items():
                feature = proto.features.feature[name]
                kind = feature.int64_list if values and isinstance(values[0], int) else feature.bytes_list
                kind.value.extend(values)
            writer.write(proto.SerializeToString())
    return str(folder)


def test_titles_come_with_the_first_creator_and_the_kind(tmp_path):
    tokens = [b"kind=track", b"creator=The Larks", b"creator=Built", b"genre=folk"]
    item = {names.ITEM_ID: [b"a"], names.TITLE: ["Größe".encode()], names.ITEM_TOKENS: tokens}
    bare = {names.ITEM_ID: [b"b"], names.TITLE: [], names.ITEM_TOKENS: []}

    titles = artifacts.read_titles(write(tmp_path, names.CATALOG, [item, bare]))

    assert titles == {"a": Title("Größe", "The Larks", "track"), "b": Title("", "", "")}


def window(user: bytes, *items: bytes) -> dict[str, list]:
    return {names.USER_ID: [user], names.ITEM_IDS: list(items), names.TARGETS: [1] * len(items)}


@pytest.fixture
def examples(tmp_path: Path) -> str:
    windows = [window(b"ann", b"a", b"b"), window(b"ann", b"b", b"c", b"d"), window(b"bob", b"a")]
    return write(tmp_path, names.TEST, windows)


def test_windows_are_read_as_they_were_written(examples):
    (first,) = artifacts.read_windows(examples, names.TEST, 1)
    assert first == window(b"ann", b"a", b"b")


def test_of_the_longest_history_the_newest_window_is_taken(examples):
    assert artifacts.histories(examples) == {"ann": ["b", "c", "d"]}
    assert artifacts.histories(examples, 5) == {"ann": ["b", "c", "d"], "bob": ["a"]}
