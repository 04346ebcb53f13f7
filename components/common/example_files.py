"""Splits of an Examples artifact: their folders, and the compressed TFRecord files in them."""

import os

import tensorflow as tf

from models import names


def split_folder(uri: str, split: str) -> str:
    """The folder of a split within an Examples artifact, as TFX names it; `known` has the examples of `all`."""
    return os.path.join(uri, f"Split-{names.ALL if split == names.KNOWN else split}")


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
