"""TFRecord files of a split, each written by one worker in one go."""

import os
import uuid
from collections.abc import Iterable

import tensorflow as tf

from components.common.example_files import split_folder

PARTIAL_FOLDER = ".partial"


def partial_path(uri: str) -> str:
    """A path for a file that is gone when the stage ends: no other worker's, in a folder that is there."""
    folder = os.path.join(uri, PARTIAL_FOLDER)
    tf.io.gfile.makedirs(folder)
    return os.path.join(folder, uuid.uuid4().hex)


def write_records(uri: str, split: str, index: int, count: int, records: Iterable[bytes]) -> int:
    """Writes file `index` of `count` of a split and returns its number of records; no file if there are none.

    Written under another name and renamed, so a worker that dies or is repeated leaves no half file.
    """
    partial = partial_path(uri)
    written = 0
    with tf.io.TFRecordWriter(partial, "GZIP") as writer:
        for record in records:
            writer.write(record)
            written += 1
    if not written:
        tf.io.gfile.remove(partial)
        return 0
    tf.io.gfile.makedirs(split_folder(uri, split))
    name = f"data_tfrecord-{index:05d}-of-{count:05d}.gz"
    tf.io.gfile.rename(partial, os.path.join(split_folder(uri, split), name), overwrite=True)
    return written


def remove_partial(uri: str) -> None:
    """Removes what lay there for the time of the stage, and what interrupted workers left behind."""
    folder = os.path.join(uri, PARTIAL_FOLDER)
    if tf.io.gfile.exists(folder):
        tf.io.gfile.rmtree(folder)
