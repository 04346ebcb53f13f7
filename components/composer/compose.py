"""Composes the three served models, in both builds, from what the fits made."""

import json
import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from components.index_builder.build import load_searcher
from components.training import ranker, retrieval, store
from components.training.inputs import Inputs
from models import names
from models.ranking_stage import RankingStage
from models.retrieval_stage import RetrievalStage
from models.served import Served, save
from serving.warmup import write_warmup

WARMUP_ROWS = (1, 8)
TITLES_FILE = "titles.json"


def compose(
    *,
    config: dict[str, Any],
    out_uri: str,
    transform_graph_uri: str,
    catalog_uri: str,
    catalog_transform_uri: str,
    summary_uri: str,
    retrieval_uri: str,
    ranker_uri: str,
    index_uri: str,
    evaluation_uri: str,
) -> None:
    """Writes `<out_uri>/<build>/<model>/`, each with what a client needs in `assets.extra`."""
    inputs = Inputs.load(
        examples_uri="",
        transform_uri=transform_graph_uri,
        catalog_uri=catalog_uri,
        catalog_transform_uri=catalog_transform_uri,
        summary_uri=summary_uri,
    )
    two_tower, ranking_model = retrieval.load(retrieval_uri, inputs), ranker.load(ranker_uri, inputs)
    max_length = store.load_settings(ranker_uri)["max_length"]
    with tf.io.gfile.GFile(os.path.join(evaluation_uri, "evaluation.json")) as file:
        quality = json.load(file)["metrics"]
    requests = warmup_requests(inputs, config["seed"], max_length)
    for build in names.BUILDS:
        searcher = load_searcher(index_uri) if build == names.SCANN else None
        for kind in names.MODELS:
            served = Served(
                kind,
                inputs.catalog,
                inputs.request_features(max_length),
                retrieval=None if kind == names.RANKER else RetrievalStage(two_tower, searcher),
                ranking=None if kind == names.RETRIEVAL else RankingStage(ranking_model),
            )
            path = os.path.join(out_uri, build, kind)
            save(served, path)
            extra = os.path.join(path, "assets.extra")
            tf.io.gfile.makedirs(extra)
            _write_json(
                os.path.join(extra, names.MODEL_INFO_FILE), model_info(kind, inputs, max_length, quality)
            )
            if kind == names.UPNEXT:
                _write_json(os.path.join(extra, TITLES_FILE), titles(inputs))
            wanted = (names.CANDIDATE_IDS,) if kind == names.RANKER else ()
            write_warmup(
                path,
                {
                    signature: [_only(request, signature, wanted) for request in requests]
                    for signature in (names.SERVING_DEFAULT, names.CONTEXTUAL)
                },
            )


def model_info(
    kind: str, inputs: Inputs, max_length: int, quality: Mapping[str, Mapping[str, float]]
) -> dict[str, Any]:
    """What a client needs to know of a model."""
    measured = {names.RETRIEVAL: "retrieval", names.RANKER: "ranker", names.UPNEXT: "two_stage"}[kind]
    answers = {names.RETRIEVAL: names.CANDIDATES, names.UPNEXT: names.ANSWERS}
    return {
        "model": kind,
        "k": answers.get(kind),
        "max_length": max_length,
        "items": inputs.catalog.size,
        "heads": inputs.summary["heads"],
        "item_tokens": len(inputs.catalog.tokens),
        "context_columns": inputs.summary["context"]["columns"],
        "listener_columns": inputs.summary["listener"]["columns"],
        "time_features": inputs.summary["time_features"],
        "data_span": inputs.summary["span"],
        "quality": quality[measured],
    }


def titles(inputs: Inputs) -> list[list[str]]:
    """[item_id, title, creator, kind] of each item, for clients that print."""
    catalog = inputs.catalog
    told: list[dict[bytes, bytes]] = [{} for _ in range(catalog.size)]
    for index, token in enumerate(catalog.tokens):
        key, _, value = token.partition(b"=")
        if key in (b"creator", b"kind"):
            for item in catalog.token_items[catalog.token_splits[index] : catalog.token_splits[index + 1]]:
                told[item - 1].setdefault(key, value)
    return [
        [i.decode(), title.decode(), facts.get(b"creator", b"").decode(), facts.get(b"kind", b"").decode()]
        for i, title, facts in zip(catalog.item_ids, catalog.titles, told, strict=True)
    ]


def warmup_requests(inputs: Inputs, seed: int, max_length: int) -> list[dict[str, np.ndarray]]:
    """Made requests, never a listener's: random items."""
    draw = np.random.default_rng(seed)
    ids = np.array(inputs.catalog.item_ids, dtype=object)
    requests = []
    for rows in WARMUP_ROWS:
        history = draw.choice(ids, (rows, max_length))
        requests.append(
            {
                names.ITEM_IDS: history,
                names.CANDIDATE_IDS: draw.choice(ids, (rows, names.CANDIDATES)),
                names.TIMESTAMPS: np.zeros((rows, 0), np.int64),
                names.REQUEST_TIME: np.zeros(rows, np.int64),
                names.CONTEXT: np.full((rows, 0), b"", dtype=object),
                names.EXCLUDE_IDS: history[:, :1],
                names.ONLY: np.full((rows, 0), b"", dtype=object),
                names.WITHOUT: np.full((rows, 0), b"", dtype=object),
            }
        )
    return requests


def _only(
    request: Mapping[str, np.ndarray], signature: str, wanted: tuple[str, ...]
) -> dict[str, np.ndarray]:
    plain = (names.ITEM_IDS, *wanted)
    contextual = signature == names.CONTEXTUAL
    return {
        key: value
        for key, value in request.items()
        if key in plain or (contextual and key != names.CANDIDATE_IDS)
    }


def _write_json(path: str, content: Any) -> None:
    with tf.io.gfile.GFile(path, "w") as file:
        json.dump(content, file, ensure_ascii=False, indent=1 if isinstance(content, dict) else None)
