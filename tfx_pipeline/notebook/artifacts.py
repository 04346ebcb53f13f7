"""Reads what the notebook shows from the stages' artifacts. TensorFlow and its friends are imported when used."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from components.trainer.training_records import Training
from models import names
from serving.titles import Title

if TYPE_CHECKING:
    from tensorflow_metadata.proto.v0.statistics_pb2 import DatasetFeatureStatisticsList

    from components.trainer.inputs import Inputs

Outputs: TypeAlias = Mapping[str, Mapping[str, str]]
"""The folder of each output by its name, by stage: `Interactive.outputs`."""
Example: TypeAlias = dict[str, list[Any]]
"""An example's features by name: bytes, whole numbers or floats."""
_Training = TypeVar("_Training", bound=Training)


def read_titles(catalog_uri: str) -> dict[str, Title]:
    """Title, creator and kind by item id, from the catalogue's examples."""
    from components.common import catalog_examples

    return catalog_examples.read_titles(catalog_uri)


def read_windows(examples_uri: str, split: str, count: int) -> list[Example]:
    """The first windows of a split: features by name, strings as bytes."""
    return list(islice(_examples(examples_uri, split), count))


def histories(examples_uri: str, count: int = 1) -> dict[str, list[str]]:
    """Item ids of the newest window of `test`, oldest first, of the listeners with the longest ones."""
    windows: dict[str, list[str]] = {}
    for window in _examples(examples_uri, names.TEST):  # a listener's follow each other, oldest first
        windows[window[names.USER_ID][0].decode()] = [item.decode() for item in window[names.ITEM_IDS]]
    longest = sorted(windows, key=lambda listener: (-len(windows[listener]), listener))[:count]
    return {listener: windows[listener] for listener in longest}


def read_statistics(statistics_uri: str, split: str) -> "DatasetFeatureStatisticsList":
    """TFDV's statistics of a split."""
    import tensorflow_data_validation as tfdv

    return tfdv.load_stats_binary(f"{statistics_uri}/Split-{split}/FeatureStats.pb")


def read_schema(schema_uri: str) -> pd.DataFrame:
    """The schema as TFDV shows it: its features and, if there are any, their domains."""
    import tensorflow_data_validation as tfdv
    from tensorflow_data_validation.utils.display_util import get_schema_dataframe

    features, _ = get_schema_dataframe(tfdv.load_schema_text(f"{schema_uri}/schema.pbtxt"))
    return features


def read_anomalies(anomalies_uri: str) -> dict[str, pd.DataFrame]:
    """TFDV's anomalies as a table, by split."""
    from tensorflow_data_validation.utils.display_util import get_anomalies_dataframe
    from tensorflow_metadata.proto.v0 import anomalies_pb2

    return {
        path.parent.name.removeprefix("Split-"): get_anomalies_dataframe(
            anomalies_pb2.Anomalies.FromString(path.read_bytes())
        )
        for path in sorted(Path(anomalies_uri).glob("Split-*/SchemaDiff.pb"))
    }


def read_vocabulary(transform_uri: str, vocabulary: str) -> list[str]:
    """The tokens of a Transform vocabulary, the most frequent first."""
    import tensorflow_transform as tft

    tokens = tft.TFTransformOutput(transform_uri).vocabulary_by_name(vocabulary)
    return [token.decode() for token in tokens if b"=" in token]  # without any there is a placeholder


def read_inputs(outputs: Outputs) -> "Inputs":
    """What both trainers read, once the Transforms have run."""
    from components.trainer.inputs import Inputs

    return Inputs.load(
        examples_uri=outputs["ListeningLogExampleGen"]["examples"],
        transform_graph_uri=outputs["LogTransform"]["transform_graph"],
        catalog_uri=outputs["ListeningLogExampleGen"]["catalog"],
        catalog_transform_uri=outputs["CatalogTransform"]["transform_graph"],
        summary_uri=outputs["ListeningLogExampleGen"]["summary"],
    )


def read_gaps(inputs: "Inputs", split: str) -> tuple[np.ndarray, np.ndarray]:
    """The bucket that Transform gives each event's gap, and the gap in seconds, both int64 [n]."""
    buckets, seconds = [], []
    for batch in inputs.windows(split):
        times = batch[names.TIMESTAMPS].numpy()
        known = (times[:, 1:] > 0) & (times[:, :-1] > 0)
        buckets.append(batch[names.GAP].numpy()[:, 1:][known])
        seconds.append(np.diff(times, axis=1)[known])
    return np.concatenate(buckets).astype(np.int64), np.concatenate(seconds)


def read_training(model_uri: str, record: type[_Training]) -> _Training:
    """How a model was trained, epoch by epoch."""
    from components.trainer import trained_model

    return record.read(trained_model.parts_dir(model_uri))


def read_candidates(outputs: Outputs) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Ids, candidate vectors float32 [N, D] and plays int64 [N] of the catalogue, by the first fit of retrieval."""
    from components.index_builder.build import embed_catalog
    from components.trainer import trained_model

    model, item_ids = outputs["RetrievalTrainer"]["model"], read_inputs(outputs).catalog.item_ids
    vectors = embed_catalog(model, item_ids)
    return [item.decode() for item in item_ids], vectors, trained_model.load_plays(model)[1:]


def rank(
    models_uri: str, history: Sequence[str], k: int = names.CANDIDATES
) -> tuple[list[str], dict[str, float]]:
    """What the composed models answer to a history: retrieval's candidates in its order, and the ranker's scores."""
    from serving.client import top_rankings
    from serving.loaded_model import LoadedModel
    from serving.request import build_request

    folder = Path(models_uri) / names.SCANN
    answer = LoadedModel(folder / names.RETRIEVAL).predict(*build_request([history]))
    (candidates,) = top_rankings(answer, k)
    signature, request = build_request([history], candidates=[candidates.ids])
    scores = LoadedModel(folder / names.RANKER).predict(signature, request)[names.SCORES][0]
    return candidates.ids, _scores(request[names.CANDIDATE_IDS][0], scores)


def _scores(ids: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    pairs = zip(ids.tolist(), scores.tolist(), strict=True)
    return {item.decode(): score for item, score in pairs if item}


def _examples(uri: str, split: str) -> Iterator[Example]:
    import tensorflow as tf

    from components.common.example_files import read_split

    for record in read_split(uri, split).as_numpy_iterator():
        features = tf.train.Example.FromString(record).features.feature
        yield {
            name: list(getattr(feature, feature.WhichOneof("kind") or "bytes_list").value)
            for name, feature in features.items()
        }
