"""Composes the three served models, in both builds, from the models and the index of a fit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import tensorflow_transform as tft

from components.common.catalog_examples import read_catalog_table
from components.common.records import TWO_STAGE, Evaluation, ModelInfo, Ranking
from components.index_builder.build import load_partitions, load_searcher
from components.pushed.model_folder import ModelFolder
from components.trainer import ranker, retrieval, trained_model
from components.trainer.inputs import Inputs
from components.trainer.training_records import Training
from models import names
from models.reranker import Reranker
from models.retriever import Retriever
from models.served import save, served_models
from serving.catalog_asset import write_catalog
from serving.warmup import make_requests, write_warmup

WARMUP_ITEMS = 500
"""Random items that stand in the warm-up requests."""
CONTEXT_TOKENS = 10_000
"""How many context tokens `upnext.json` names, the most frequent ones."""


def compose(
    *,
    seed: int,
    out_uri: str,
    transform_graph_uri: str,
    catalog_uri: str,
    retrieval_uri: str,
    ranker_uri: str,
    index_uri: str,
    evaluation_uri: str,
    **log_uris: str,
) -> None:
    """Writes `<out_uri>/<build>/<model>/`, each with what a client needs in `assets.extra`.

    `log_uris` are the further ones of `Inputs.load`.
    """
    inputs = Inputs.load(transform_graph_uri=transform_graph_uri, catalog_uri=catalog_uri, **log_uris)
    two_tower, ranking_model = retrieval.load(retrieval_uri, inputs), ranker.load(ranker_uri, inputs)
    max_length = Training.read(trained_model.parts_dir(ranker_uri)).max_length
    quality = Evaluation.read(evaluation_uri).metrics
    tokens = read_context_tokens(transform_graph_uri)
    places = np.random.default_rng(seed).permutation(inputs.catalog.size)[:WARMUP_ITEMS]
    warmup_ids = [inputs.catalog.item_ids[place].decode() for place in places]
    catalog = read_catalog_table(catalog_uri)
    ranking_half, vectors = Reranker(ranking_model), two_tower.candidates().numpy()[1:]
    for build in names.BUILDS:
        searcher = load_searcher(index_uri) if build == names.SCANN else load_partitions(index_uri, vectors)
        retrieval_half, features = Retriever(two_tower, searcher), inputs.request_features(max_length)
        for kind, served in served_models(inputs.catalog, features, retrieval_half, ranking_half).items():
            folder = ModelFolder(Path(out_uri) / build / kind)
            save(served, str(folder.path))
            folder.write_info(describe(kind, inputs, max_length, tokens, quality))
            if kind == names.UPNEXT:
                write_catalog(folder.extra, catalog)
            write_warmup(folder.path, make_requests(kind, warmup_ids))
            trained = {names.RETRIEVAL: retrieval_uri, names.RANKER: ranker_uri}.get(kind)
            if build == names.STOCK and trained:
                trained_model.copy_trained(trained, str(folder.trained))


def describe(
    kind: str, inputs: Inputs, max_length: int, tokens: Sequence[str], quality: Mapping[str, Ranking]
) -> ModelInfo:
    """Says what a client needs to know of a served model.

    Args:
        kind: which of `names.MODELS`.
        inputs: the log.
        max_length: the longest useful history.
        tokens: those of listeners and requests that the model knows.
        quality: by the model's name in an `Evaluation`.
    """
    answers = {names.RETRIEVAL: names.CANDIDATES, names.UPNEXT: names.ANSWERS}
    summary = inputs.summary
    return ModelInfo(
        model=kind,
        k=answers.get(kind),
        max_length=max_length,
        items=inputs.catalog.size,
        heads=summary.heads,
        item_tokens=Counter(token.partition(b"=")[0].decode() for token in inputs.catalog.tokens),
        context_tokens=list(tokens),
        context_columns=summary.context.columns,
        listener_columns=summary.listener.columns,
        time_features=summary.time_features,
        data_span=summary.span,
        spans=summary.spans,
        quality=quality[TWO_STAGE if kind == names.UPNEXT else kind],
    )


def read_context_tokens(transform_graph_uri: str) -> list[str]:
    """Reads the most frequent tokens of listeners and contexts that the log's Transform graph knows."""
    vocabulary = tft.TFTransformOutput(transform_graph_uri).vocabulary_by_name(names.TOKENS_VOCABULARY)
    # where there is none, Transform writes a placeholder, which is no `column=value`
    return [token.decode() for token in vocabulary[:CONTEXT_TOKENS] if b"=" in token]
