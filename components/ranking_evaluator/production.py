"""The new model beside the one in production, on the newest span, which production has not seen.

Production answers as it is served: its pushed SavedModel gets the strings of a request, so neither its code
nor its features have to be those of today.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.bless.config import LEAST_TARGETS
from components.common import progress
from components.common.example_files import read_split
from components.common.records import TWO_STAGE, BesideProduction, Production, ProductionSlice
from components.ranking_evaluator.comparison import compare, measure
from components.ranking_evaluator.targets import STAGE, Targets
from components.trainer.inputs import Inputs
from components.trainer.row_names import Rows
from listening_log.cleaning.item_tokens import KIND
from models import metrics, names
from models.catalog_arrays import CatalogArrays

_REQUESTS: Final = 256
_FEATURES: Final = {
    names.WINDOW_START: tf.io.FixedLenFeature([1], tf.int64),
    **{
        name: tf.io.RaggedFeature(dtype, row_splits_dtype=tf.int64)
        for name, dtype in (
            (names.ITEM_IDS, tf.string),
            (names.TIMESTAMPS, tf.int64),
            (names.OUTCOMES, tf.int64),
            (names.TARGETS, tf.int64),
            (names.LISTENER, tf.string),
            (names.CONTEXT, tf.string),
        )
    },
}


def beside_production(
    inputs: Inputs,
    production_uri: str,
    targets: Targets,
    *,
    exclude_seen: bool,
    seed: int,
    confidence: float,
) -> BesideProduction | None:
    """Compares NDCG@10 slice by slice; None where nothing was in production before the newest span.

    Args:
        inputs: the log.
        production_uri: of the stage Production.
        targets: with the ranks by the new models together.
        exclude_seen: whether a listener's history is excluded from the answers.
        seed: of the bootstrap.
        confidence: of its intervals.
    """
    production = Production.read(production_uri)
    if not production.version:
        return None
    served, new_listener = _ranks_in_production(
        inputs, f"{production_uri}/{names.UPNEXT}", len(targets.item), exclude_seen
    )
    known = set(Rows.load(f"{production_uri}/{names.RETRIEVAL}").items)
    ids = np.array(["", *inputs.rows.items[1:]], dtype=object)[targets.item]
    masks = {
        "all": np.ones(len(ids), bool),
        **kind_masks(inputs.catalog, targets.item),
        "new items": np.fromiter((name not in known for name in ids), bool, len(ids)),
        "new listeners": new_listener,
    }
    ranks = targets.ranks[TWO_STAGE]
    slices = {}
    for name, mask in sorted(masks.items()):
        if mask.sum() < LEAST_TARGETS and name != "all":
            continue
        new, old, listener = ranks[mask], served[mask], targets.listener[mask]
        slices[name] = ProductionSlice(
            targets=int(mask.sum()),
            ndcg_at_10=measure(new).ndcg_at_10,
            production=measure(old).ndcg_at_10,
            **compare(new, old, listener, seed=seed, confidence=confidence).model_dump(),
        )
    return BesideProduction(version=production.version, last_span=production.last_span, slices=slices)


def kind_masks(catalog: CatalogArrays, item: npt.NDArray[np.int32]) -> dict[str, npt.NDArray[np.bool_]]:
    """Masks [Q] of the items `item` [Q] that are `music` and `talk`, where there are both."""
    is_talk = np.zeros(catalog.size + 1, bool)
    for place, token in enumerate(catalog.tokens):
        column, _, value = token.decode().partition("=")
        if column == KIND and value in names.TALK_KINDS:
            first, stop = catalog.token_splits[place : place + 2]
            is_talk[catalog.token_items[first:stop]] = True
    talk = is_talk[item]
    return {"music": ~talk, "talk": talk} if talk.any() and not talk.all() else {}


def _ranks_in_production(
    inputs: Inputs, model_dir: str, targets: int, exclude_seen: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Production's 0-based rank of each target, int64 [Q], and whether its listener is new, bool [Q]."""
    answer = tf.saved_model.load(model_dir).signatures[names.CONTEXTUAL]
    ranks, new = [], []
    total = 0
    for request, target, is_new in _requests(inputs, exclude_seen):
        ids = answer(**request)[names.ITEM_IDS]
        hit = ids == target[:, None]
        place = tf.where(
            tf.reduce_any(hit, axis=1), tf.argmax(tf.cast(hit, tf.int32), axis=1), metrics.NOT_FOUND
        )
        ranks.append(place.numpy())
        new.append(is_new.numpy())
        total += len(ids)
        progress.report(STAGE, step=min(total, targets), steps=targets, note="production")
        if total >= targets:
            break
    return np.concatenate(ranks)[:targets].astype(np.int64), np.concatenate(new)[:targets]


def _requests(
    inputs: Inputs, exclude_seen: bool
) -> Iterator[tuple[dict[str, tf.Tensor], tf.Tensor, tf.Tensor]]:
    """Requests of signature `contextual`, their target ids and whether the listener is new, in chunks.

    The targets come in the order of the windows, as in `models.ranks.target_places`.
    """
    begin = inputs.summary.spans.begin
    for serialized in read_split(inputs.examples_uri, names.TEST).batch(16):
        window = tf.io.parse_example(serialized, _FEATURES)
        ids = window[names.ITEM_IDS].to_tensor("")
        times, outcomes, is_target = (
            window[name].to_tensor(0) for name in (names.TIMESTAMPS, names.OUTCOMES, names.TARGETS)
        )
        rows, length = tf.shape(ids)[0], tf.shape(ids)[1]
        slots = window[names.CONTEXT].to_tensor("", shape=[None, None])
        slots = tf.pad(slots, [[0, 0], [0, length * inputs.slots - tf.shape(slots)[1]]], constant_values="")
        slots = tf.reshape(slots, [rows, length, inputs.slots])
        listener = window[names.LISTENER].to_tensor("")
        is_new = (window[names.WINDOW_START][:, 0] == 0) & (times[:, 0] >= begin)
        target = (is_target > 0) & (inputs.items.lookup(ids) > 0) & (outcomes != names.SKIPPED)
        places = tf.where(target)
        for first in range(0, len(places), _REQUESTS):
            row, place = tf.unstack(places[first : first + _REQUESTS], axis=1)
            before = tf.range(length, dtype=tf.int64)[None, :] < place[:, None]
            history = tf.where(before, tf.gather(ids, row), "")
            here = tf.stack([row, place], axis=1)
            none = tf.zeros([len(row), 0], tf.string)
            request = {
                names.ITEM_IDS: history,
                names.TIMESTAMPS: tf.where(before, tf.gather(times, row), 0),
                names.REQUEST_TIME: tf.gather_nd(times, here),
                names.CONTEXT: tf.concat([tf.gather_nd(slots, here), tf.gather(listener, row)], axis=1),
                names.EXCLUDE_IDS: history if exclude_seen else none,
                names.ONLY: none,
                names.WITHOUT: none,
            }
            yield request, tf.gather_nd(ids, here), tf.gather(is_new, row)
