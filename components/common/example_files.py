"""Splits of an Examples artifact: their folders, and the compressed TFRecord files in them."""

import os
from typing import Final

import tensorflow as tf

from models import names

_WRITTEN: Final = {names.KNOWN: names.ALL, names.LEARNT: names.TRAIN, names.NEWCOMERS: names.TRAIN}


def written_split(split: str) -> str:
    """The split that is written, of which `split` is a part, or which it is."""
    return _WRITTEN.get(split, split)


def split_folder(uri: str, split: str) -> str:
    """The folder of a split within an Examples artifact, as TFX names it."""
    return os.path.join(uri, f"Split-{written_split(split)}")


def split_files(uri: str, split: str) -> list[str]:
    """The files of a split, in the order of the shards.

    Raises:
        FileNotFoundError: there are none.
    """
    files = sorted(tf.io.gfile.glob(os.path.join(split_folder(uri, split), "*")))
    if not files:
        raise FileNotFoundError(f"no examples of split {split!r} under {uri}")
    return files


def read_records(files: list[str] | tf.Tensor) -> tf.data.Dataset:
    """Serialised examples, string [], of files one after the other."""
    return tf.data.TFRecordDataset(files, compression_type="GZIP")


def read_split(uri: str, split: str) -> tf.data.Dataset:
    """Serialised examples, string [], of a split in the order of the shards."""
    return read_records(split_files(uri, split))
