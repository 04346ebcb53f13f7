"""Models of any catalogue size without training: random weights, random counts, served as a run serves them.

python -m benchmarks.made_models FOLDER ITEMS BUILD SEED [CATALOGUE]

CATALOGUE is a folder of extra assets, whose items' tokens the models then filter by; else each has a genre.

A request costs the same whatever the weights are, so these measure how the cost grows with the catalogue. They
are made in a process of their own: that takes 7 GB for a million items.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import tensorflow as tf

from benchmarks.histories import item_ids, near_places
from components.common.records import Index
from components.index_builder.build import load_partitions, load_searcher, write_index
from models import names
from models.catalog_arrays import CatalogArrays, invert_tokens
from models.config import IndexConfig, RankerConfig, TwoTowerConfig
from models.layers import FeatureSizes, example_batch
from models.memory.evidence import FADING, MAX_ENTRIES, NEIGHBOURS, Evidence, mixed_with_counts
from models.memory.neighbours import FadingTable
from models.partition_search import PartitionSearcher
from models.ranker import Ranker
from models.request_features import RequestFeatures, Transform
from models.reranker import Reranker
from models.retriever import Retriever
from models.scann_search import ScannSearcher
from models.served import save, served_models
from models.two_tower import TwoTower
from serving.catalog_asset import read_catalog
from serving.warmup import make_requests, write_warmup

MAX_LENGTH: Final = 200
GENRES: Final = 50
CONTENT_TOKENS: Final = 2000
CONTENT_AN_ITEM: Final = 6
CONTEXT_TOKENS: Final = 500
EVIDENCE_WEIGHT: Final = 4.0
SHARES: Final = mixed_with_counts(0.5)
"""What part each memory has in the evidence; one without a part is not served, so it is not made."""
ALIKE: Final = 100
SPREAD: Final = 0.7
HISTORY: Final = 50


def make_models(
    folder: Path,
    items: int,
    build: str,
    transform: Transform,
    seed: int,
    item_tokens: Sequence[Sequence[bytes]] = (),
) -> dict[str, Path]:
    """Writes the three served models of a made catalogue.

    Args:
        folder: where the models go, a folder each.
        items: size of the catalogue.
        build: which of `names.BUILDS`.
        transform: of the log.
        seed: of everything that is random.
        item_tokens: of each item, which requests filter by; none: a genre each, drawn.

    Returns:
        The folder of each model by its name.
    """
    tf.keras.utils.set_random_seed(seed)
    draw = np.random.default_rng(seed)
    catalog = make_catalog(items, draw, item_tokens)
    plays = np.append(0, draw.zipf(1.5, items).clip(max=10_000))
    sizes = FeatureSizes(context=CONTEXT_TOKENS + 2)  # with the listeners' token, and any unknown one
    two_tower = TwoTower(catalog, plays, sizes, TwoTowerConfig())
    two_tower.queries(example_batch())
    two_tower.items.ids.assign(clustered(items + 1, two_tower.items.ids.shape[1], draw))
    heads = [names.P_COMPLETE, names.P_SKIP]
    ranker = Ranker(catalog, plays, sizes, MAX_LENGTH, heads, RankerConfig())
    ranker.losses_of(example_batch(), training=False)
    ranker.add_evidence(make_evidence(items, draw), EVIDENCE_WEIGHT, SHARES)
    features = RequestFeatures(catalog, transform, MAX_LENGTH, use_times=True)
    retriever = Retriever(two_tower, make_searcher(two_tower, build, items, seed))
    models = served_models(catalog, features, retriever, Reranker(ranker))
    for name, model in models.items():
        save(model, str(folder / name))
        write_warmup(folder / name, make_requests(name, [one.decode() for one in item_ids(items)[:1000]]))
    return {name: folder / name for name in models}


def make_searcher(
    two_tower: TwoTower, build: str, items: int, seed: int
) -> ScannSearcher | PartitionSearcher | None:
    """Chooses and builds the index as a run does, by queries of made histories."""
    history = tf.constant(near_places(items, IndexConfig().queries, HISTORY, seed) + 1, tf.int32)
    table = two_tower.items.table()
    last = tf.fill([len(history)], HISTORY)
    zeros = tf.zeros([len(history), HISTORY + 1], tf.int32)
    batch = dict.fromkeys((names.GAP, names.HOUR, names.WEEKDAY), zeros)
    batch |= {names.CONTEXT: zeros[..., None], names.LISTENER: zeros[:, :0]}
    batch[names.ITEM] = tf.pad(history, [[0, 0], [0, 1]])
    queries = two_tower.query_at(batch, last, table).numpy()
    with tempfile.TemporaryDirectory() as folder:
        vectors = two_tower.candidates().numpy()[1:]
        write_index(vectors, queries, IndexConfig(), folder)
        print((Path(folder) / Index.FILE).read_text(), file=sys.stderr)
        return load_searcher(folder) if build == names.SCANN else load_partitions(folder, vectors)


def clustered(rows: int, width: int, draw: np.random.Generator) -> np.ndarray:
    """Draws vectors float32 [rows, width] of which each hundred in a row are alike, as one taste's items are."""
    centres = draw.normal(size=(-(-rows // ALIKE), width))
    return (centres.repeat(ALIKE, axis=0)[:rows] + SPREAD * draw.normal(size=(rows, width))).astype(
        np.float32
    )


def make_catalog(
    items: int, draw: np.random.Generator, item_tokens: Sequence[Sequence[bytes]] = ()
) -> CatalogArrays:
    """Makes a catalogue whose items have some content and their tokens, or a genre, each."""
    drawn = [(b"genre=%03d" % genre,) for genre in draw.integers(GENRES, size=items)]
    tokens, splits, token_items = invert_tokens(item_tokens or drawn)
    content = np.zeros((items + 1, CONTENT_AN_ITEM), np.int32)
    content[1:] = draw.integers(1, CONTENT_TOKENS + 1, (items, CONTENT_AN_ITEM))
    return CatalogArrays(
        item_ids=item_ids(items),
        content=content,
        content_size=CONTENT_TOKENS,
        tokens=tokens,
        token_splits=splits,
        token_items=token_items,
    )


def make_evidence(items: int, draw: np.random.Generator) -> Evidence:
    """Makes memories of random items, as many as a log would leave of a catalogue of this size."""
    shape = (items + 1, max(1, min(NEIGHBOURS, items, MAX_ENTRIES // (items + 1))))

    def table(decay: float, events: int) -> FadingTable:
        neighbours, weights = draw.integers(1, items + 1, shape, np.int32), draw.random(shape, np.float32)
        neighbours[0] = weights[0] = 0
        return FadingTable(neighbours, weights, decay, events)

    return Evidence({name: tuple(table(*fade) for fade in FADING[name]) for name in SHARES})


def load_log_transform(folder: Path, seed: int) -> Transform:
    """Reads the log's Transform that `folder` holds, after fitting it where there is none."""
    import tensorflow_transform as tft

    if not folder.exists():
        fit_log_transform(folder, seed)
    return tft.TFTransformOutput(str(folder)).transform_features_layer()


def fit_log_transform(folder: Path, seed: int) -> None:
    """Fits the log's Transform, as the pipeline does, on made windows whose tokens fill a vocabulary."""
    import apache_beam as beam
    import tensorflow_transform.beam as tft_beam
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2
    from tfx_bsl.public import tfxio

    from components.schema.component import schema_text
    from components.transform.log_features import TOKEN_MIN_COUNT, preprocessing_fn

    draw = np.random.default_rng(seed)
    tokens = [f"column={number % CONTEXT_TOKENS}" for number in range(TOKEN_MIN_COUNT * CONTEXT_TOKENS)]
    windows = [_window(tokens[at : at + 50], draw) for at in range(0, len(tokens), 50)]
    schema = text_format.Parse(schema_text("log"), schema_pb2.Schema())
    source = tfxio.TFExampleBeamRecord(
        physical_format="memory", schema=schema, telemetry_descriptors=["benchmark"]
    )
    context = tft_beam.Context(temp_dir=str(folder / "temporary"), use_deep_copy_optimization=True)
    with beam.Pipeline() as pipeline, context:
        records = pipeline | beam.Create(windows) | source.BeamSource()
        graph = (records, source.TensorAdapterConfig()) | tft_beam.AnalyzeDataset(preprocessing_fn)
        _ = graph | tft_beam.WriteTransformFn(str(folder))


def _window(tokens: Sequence[str], draw: np.random.Generator) -> bytes:
    """Makes a serialised window of events an hour apart or so, each with one token of its context."""
    example, events = tf.train.Example(), len(tokens)
    feature = example.features.feature
    for name in (names.ITEM_IDS, names.USER_ID, names.LISTENER):
        feature[name].bytes_list.value.extend([b"x"] * (events if name == names.ITEM_IDS else 1))
    feature[names.CONTEXT].bytes_list.value.extend(token.encode() for token in tokens)
    feature[names.TIMESTAMPS].int64_list.value.extend(
        (1_700_000_000 + draw.exponential(3600, events).cumsum()).astype(int)
    )
    for name in (names.OUTCOMES, names.TARGETS):
        feature[name].int64_list.value.extend([1] * events)
    feature[names.WINDOW_START].int64_list.value.append(0)
    return example.SerializeToString()


def read_item_tokens(folder: Path) -> list[list[bytes]]:
    """Reads the tokens of each item of a catalogue, from a folder of extra assets.

    Raises:
        SystemExit: there is no catalogue.
    """
    table = read_catalog(folder)
    if table is None:
        sys.exit(f"{folder} holds no catalogue")
    return [[token.encode() for token in tokens] for tokens in table[names.ITEM_TOKENS].to_pylist()]


if __name__ == "__main__":
    root, number, chosen, first = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    filters = read_item_tokens(Path(sys.argv[5])) if len(sys.argv) > 5 else []
    log_transform = load_log_transform(root / "transform", first)
    make_models(root / chosen / str(number), number, chosen, log_transform, first, filters)
