"""Toy SavedModels over 20 items, with exactly the signatures of docs/guide/serve-with-tf-serving.md, for tests.

After item number n comes n + 1, then n + 2 and so on round the circle: the item d steps on scores
`bias - d` (d from 0 to 19; nothing known in the history: item 0 comes first). A score rises by 1/128 for
each known time, each context token and a known request time. Even items are tracks, odd ones episodes.
The retrieval model searches with ScaNN's op, so that loading it needs the op.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa

from components.common.records import ModelSpans, SpanRange
from components.pushed.model_folder import ModelFolder
from models import names
from serving.catalog_asset import SCHEMA, write_catalog

ITEMS = [f"i{n:02d}" for n in range(20)]
KINDS = ["kind=track", "kind=episode"]
STEP = 1 / 128
_CONTEXTUAL = {
    names.TIMESTAMPS: ("int64", 2),
    names.REQUEST_TIME: ("int64", 1),
    names.CONTEXT: ("string", 2),
    names.EXCLUDE_IDS: ("string", 2),
    names.ONLY: ("string", 2),
    names.WITHOUT: ("string", 2),
}


def after(item_id: str, k: int, skipping: tuple[str, ...] = ()) -> list[str]:
    """The right answer of the toy after `item_id`."""
    start = ITEMS.index(item_id) + 1
    return [i for i in (ITEMS[(start + d) % 20] for d in range(20)) if i not in skipping][:k]


def push_toy(base: Path, version: int) -> None:
    """A version of `upnext` whose bias is its number, pushed under a name that servers ignore and renamed."""
    staged = base / f".{version}.staging"
    save_toy(names.UPNEXT, staged, bias=float(version))
    staged.rename(base / str(version))


def save_toy(model: str, path: Path, bias: float = 0.0) -> None:
    """Writes one of the three models; `bias` tells versions apart by their scores."""
    import numpy as np
    import tensorflow as tf

    class Toy(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            keys, values = tf.constant(ITEMS), tf.range(1, 21)
            self.table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, values), 0)
            self.bias = tf.Variable(bias)
            if model == names.RETRIEVAL:
                from scann.scann_ops.py import scann_ops

                vectors = np.eye(20, dtype=np.float32)
                builder = scann_ops.builder(vectors, 20, "dot_product").score_brute_force()
                self.state = builder.build().serialize_to_module()

        def scores(self, request: dict[str, Any]) -> Any:
            """float32 [B, 20], ineligible items -inf."""
            index = self.table.lookup(request[names.ITEM_IDS])
            place = tf.where(index > 0, tf.range(tf.shape(index)[1]), -1)
            newest = tf.argmax(tf.pad(place, [[0, 0], [1, 0]], constant_values=-1), axis=1)
            last = tf.gather(tf.pad(index, [[0, 0], [1, 0]]), newest, batch_dims=1)
            steps = tf.cast((tf.range(20)[None] - last[:, None]) % 20, tf.float32)
            known = tf.reduce_sum(tf.cast(request[names.TIMESTAMPS] > 0, tf.float32), 1)
            known += tf.cast(request[names.REQUEST_TIME] > 0, tf.float32)
            known += tf.reduce_sum(tf.cast(request[names.CONTEXT] != "", tf.float32), 1)
            return tf.where(self.eligible(request), self.bias - steps + STEP * known[:, None], -np.inf)

        def eligible(self, request: dict[str, Any]) -> Any:
            kinds = tf.constant([KINDS[n % 2] for n in range(20)])
            excluded = tf.reduce_any(
                request[names.EXCLUDE_IDS][:, None] == tf.constant(ITEMS)[None, :, None], 2
            )
            one_of = tf.reduce_any(request[names.ONLY][:, None] == kinds[None, :, None], 2)
            one_of |= ~tf.reduce_any(request[names.ONLY] != "", 1, keepdims=True)
            none_of = ~tf.reduce_any(request[names.WITHOUT][:, None] == kinds[None, :, None], 2)
            return one_of & none_of & ~excluded

        def answer(self, request: dict[str, Any]) -> dict[str, Any]:
            scores = self.scores(request)
            if model == names.RANKER:
                candidates = self.table.lookup(request[names.CANDIDATE_IDS])
                padded = tf.pad(scores, [[0, 0], [1, 0]], constant_values=-np.inf)
                return {names.SCORES: tf.gather(padded, candidates, batch_dims=1)}
            if model == names.RETRIEVAL:
                from scann.scann_ops.py import scann_ops

                neighbours, _ = scann_ops.searcher_from_module(self.state).search_batched(tf.eye(20))
                scores += 0.0 * tf.cast(tf.reduce_sum(neighbours), tf.float32)
            k = names.ANSWERS if model == names.UPNEXT else names.CANDIDATES
            scores, index = tf.math.top_k(scores, 20)
            ids = tf.where(tf.math.is_inf(scores), "", tf.gather(tf.constant(ITEMS), index))
            short = [[0, 0], [0, k - 20]]
            return {
                names.ITEM_IDS: tf.pad(ids, short, constant_values=""),
                names.SCORES: tf.pad(scores, short, constant_values=-np.inf),
            }

    toy = Toy()
    plain = {names.ITEM_IDS: ("string", 2)}
    if model == names.RANKER:
        plain[names.CANDIDATE_IDS] = ("string", 2)

    def neutral(request: dict[str, Any]) -> dict[str, Any]:
        rows = tf.shape(request[names.ITEM_IDS])[0]
        empty = {
            name: tf.fill([rows] if rank == 1 else [rows, 0], "" if dtype == "string" else tf.cast(0, dtype))
            for name, (dtype, rank) in _CONTEXTUAL.items()
        }
        return {**empty, **request}

    def concrete(inputs: dict[str, tuple[str, int]]) -> Any:
        specs = {n: tf.TensorSpec([None] * rank, dtype, n) for n, (dtype, rank) in inputs.items()}
        return tf.function(lambda **request: toy.answer(neutral(request))).get_concrete_function(**specs)

    toy.concrete = {
        names.SERVING_DEFAULT: concrete(plain),
        names.CONTEXTUAL: concrete({**plain, **_CONTEXTUAL}),
    }
    options = tf.saved_model.SaveOptions(namespace_whitelist=["Scann"])
    tf.saved_model.save(toy, str(path), signatures=toy.concrete, options=options)
    folder = ModelFolder(path)
    write_catalog(folder.extra, catalog())
    folder.write_info(ModelSpans(spans=SpanRange(first=1, last=1)))


def catalog() -> pa.Table:
    """What the toy's items are called."""
    rows = [
        {
            names.ITEM_ID: item,
            names.TITLE: f"Title {item}",
            names.DESCRIPTION: "",
            names.DURATION_MS: 0,
            names.RELEASE_DAY: names.RELEASE_UNKNOWN,
            names.ITEM_TOKENS: [KINDS[place % 2], "creator=Someone"],
        }
        for place, item in enumerate(ITEMS)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def save_half_plus(addend: float, path: Path) -> None:
    """Writes a TensorFlow 1 SavedModel that answers x / 2 + addend, as predict, classify and regress take it."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        half, added = v1.Variable(0.5, name="half"), v1.Variable(addend, name="added")
        x = v1.placeholder(tf.float32, name="x")
        y = tf.identity(x * half + added, name="y")
        examples = v1.placeholder(tf.string, [None], name="examples")
        features = v1.parse_example(examples, {"x": tf.io.FixedLenFeature([1], tf.float32)})["x"]
        scores = tf.identity(features * half + added, name="scores")
        session.run(v1.global_variables_initializer())
        info, define = v1.saved_model.build_tensor_info, v1.saved_model.build_signature_def
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            {
                "serving_default": define({"x": info(x)}, {"y": info(y)}, "tensorflow/serving/predict"),
                "classify": define(
                    {"inputs": info(examples)}, {"scores": info(scores)}, "tensorflow/serving/classify"
                ),
                "regress": define(
                    {"inputs": info(examples)}, {"outputs": info(scores)}, "tensorflow/serving/regress"
                ),
            },
        )
        builder.save()
