"""What both trainers, the evaluator and the composer read from their inputs' URIs."""

import math
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.common.example_files import written_split
from components.common.records import Summary
from components.trainer.examples_reader import read_catalog_arrays, window_dataset
from components.trainer.newcomers import ONE_IN
from components.trainer.row_names import Rows
from components.transform.catalog_features import FIRST_TOKEN
from models import names
from models.catalog_arrays import CatalogArrays
from models.layers import FeatureSizes
from models.request_features import RequestFeatures, Transform, item_table

BATCH_WINDOWS = 64
EVAL_TARGETS = 20_000
EVAL_WINDOWS = 256
"""Windows of a batch that is measured, at most."""
_MARGIN = 4
"""A batch may have so many times the targets that its windows have on average."""
_UNKNOWN = "unknown"  # no `column=value`, so no token's name


@dataclass(frozen=True)
class Inputs:
    """The log as the models see it."""

    examples_uri: str
    catalog: CatalogArrays
    transform: Transform
    sizes: FeatureSizes
    summary: Summary
    items: tf.lookup.StaticHashTable
    rows: Rows
    """What the rows of the models' tables stand for."""

    @classmethod
    def load(
        cls,
        *,
        examples_uri: str = "",
        transform_graph_uri: str,
        catalog_uri: str,
        catalog_transform_uri: str,
        summary_uri: str,
    ) -> "Inputs":
        """Reads the catalogue, the Transform graph and the log's summary."""
        catalog = read_catalog_arrays(catalog_uri, catalog_transform_uri)
        output = tft.TFTransformOutput(transform_graph_uri)
        tokens = _vocabulary(output, names.TOKENS_VOCABULARY)
        content = _vocabulary(tft.TFTransformOutput(catalog_transform_uri), names.CONTENT_VOCABULARY)
        buckets = [f"bucket {number}" for number in range(1, FIRST_TOKEN)]
        return cls(
            examples_uri,
            catalog,
            output.transform_features_layer(),
            FeatureSizes(context=len(tokens) + 1),
            Summary.read(summary_uri),
            item_table(catalog),
            Rows(
                ["", *map(_text, catalog.item_ids)],
                ["", *buckets, *map(_text, content)],
                ["", *map(_text, tokens), _UNKNOWN],
            ),
        )

    @property
    def slots(self) -> int:
        """Context tokens an event has."""
        return self.summary.context.slots

    def windows(
        self,
        split: str,
        *,
        batch_size: int = BATCH_WINDOWS,
        shuffle_seed: int | None = None,
        with_user: bool = False,
    ) -> tf.data.Dataset:
        """Reads a split as dense batches (`models.layers.Batch`); see `window_dataset`."""
        return window_dataset(
            self.examples_uri,
            split,
            self.transform,
            self.items,
            slots=self.slots,
            batch_size=batch_size,
            shuffle_seed=shuffle_seed,
            with_user=with_user,
        )

    def steps(self, split: str, batch_size: int) -> int:
        """Counts the batches in which `windows` reads a split."""
        return math.ceil(self.summary.splits[written_split(split)].windows / batch_size)

    def eval_groups(self, split: str, max_length: int) -> list[tf.data.Dataset]:
        """Reads the windows that training on `split` looks at after each epoch, a dataset a group of targets.

        What is measured is the mean of the groups: of `eval`, and of the newcomers, where `split` leaves them out.
        """
        groups = [self.eval_windows(max_length)]
        if split == names.LEARNT:
            # cached, as newcomers stand all over `train`: each epoch would read all of it
            groups.append(self._sample(names.NEWCOMERS, max_length, share=1 / ONE_IN).cache())
        return groups

    def eval_windows(self, max_length: int) -> tf.data.Dataset:
        """Reads the windows of `eval` that training looks at after each epoch: some 20,000 targets at most.

        Shards hold listeners by a hash, so the first windows are a fair sample. A batch is as large as the
        scores of its targets over the whole catalogue allow.
        """
        return self._sample(names.EVAL, max_length)

    def eval_batch_size(self, split: str, max_length: int) -> int:
        """Counts the windows of a split whose targets' scores over the catalogue fit in half a GiB of float32."""
        figures = self.summary.splits[written_split(split)]
        targets = min(max_length, _MARGIN * figures.targets / figures.windows)
        return int(np.clip(2**27 / (self.catalog.size * targets), 1, EVAL_WINDOWS))

    def _sample(self, split: str, max_length: int, share: float = 1.0) -> tf.data.Dataset:
        """Reads the first windows of a split, of which `share` of what is written is a part."""
        size = self.eval_batch_size(split, max_length)
        figures = self.summary.splits[written_split(split)]
        windows = math.ceil(share * figures.windows * min(1.0, EVAL_TARGETS / (share * figures.targets)))
        return self.windows(split, batch_size=size).take(math.ceil(windows / size))

    def request_features(self, max_length: int) -> RequestFeatures:
        """Returns what makes the same features from a request's strings."""
        return RequestFeatures(self.catalog, self.transform, max_length, use_times=self.summary.time_features)


def _vocabulary(output: tft.TFTransformOutput, name: str) -> list[bytes]:
    return list(output.vocabulary_by_name(name))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
