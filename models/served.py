"""The three models as they are served: each answers a request in one graph (docs/guide/serve-with-tf-serving.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

import tensorflow as tf

from models import names
from models.catalog_arrays import CatalogArrays
from models.eligibility import Eligibility
from models.request_features import RequestFeatures
from models.search import NO_SCORE, best_of_ascending

if TYPE_CHECKING:  # for types alone: an edit of one model must not retrain the other
    from models.reranker import Reranker
    from models.retriever import Retriever

Tensors = dict[str, tf.Tensor]
Answer = Callable[[Tensors], Tensors]

_CONTEXTUAL = {
    names.TIMESTAMPS: (tf.int64, 2),
    names.REQUEST_TIME: (tf.int64, 1),
    names.CONTEXT: (tf.string, 2),
    names.EXCLUDE_IDS: (tf.string, 2),
    names.ONLY: (tf.string, 2),
    names.WITHOUT: (tf.string, 2),
}


class ServedModel(tf.Module):
    """What the served models share: features of a request, filters and the two signatures.

    Args:
        catalog: the items.
        features: of requests.
    """

    PLAIN: ClassVar = {names.ITEM_IDS: (tf.string, 2)}
    """Dtype and rank of the inputs of `serving_default`."""

    def __init__(self, catalog: CatalogArrays, features: RequestFeatures) -> None:
        super().__init__()
        self.features = features
        self.eligibility = Eligibility(catalog, features.items)

    def answer(self, request: Tensors) -> Tensors:
        """Answers a request of either signature; one without the contextual inputs as if they were neutral."""
        raise NotImplementedError

    def signatures(self) -> dict[str, tf.types.experimental.ConcreteFunction]:
        """Traces `serving_default` and `contextual`."""
        return {
            names.SERVING_DEFAULT: _trace(self.PLAIN, self.answer),
            names.CONTEXTUAL: _trace({**self.PLAIN, **_CONTEXTUAL}, self.answer),
        }

    def resources(self) -> list[tf.Module]:
        """Returns what holds tables and other resources of the graph, beside its variables."""
        return [self.features, self.eligibility]

    def read(self, request: Tensors) -> tuple[Tensors, tf.Tensor]:
        """Reads the history and the context of a request (see `RequestFeatures`)."""
        if names.TIMESTAMPS not in request:
            return self.features.plain(request[names.ITEM_IDS])
        return self.features(
            request[names.ITEM_IDS],
            request[names.TIMESTAMPS],
            request[names.REQUEST_TIME],
            request[names.CONTEXT],
        )

    def retrieve(
        self, retrieval: Retriever, batch: Tensors, last: tf.Tensor, filters: list[tf.Tensor] | None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds candidates int32 [B, 200] and their scores float32 [B, 200]."""
        queries = retrieval.query(batch, last)
        if filters is None:
            return retrieval.search(queries)
        return retrieval.search_filtered(
            queries,
            self.eligibility.filtered(*filters),
            lambda rows: self.eligibility.mask(*(tf.gather(values, rows) for values in filters)),
        )

    def allowed(self, items: tf.Tensor, filters: list[tf.Tensor] | None) -> tf.Tensor:
        """Marks which of `items` int32 [B, C] each row allows; a batch without filters doesn't pay for them."""
        if filters is None:
            return items > 0
        return tf.cond(
            tf.reduce_any(self.eligibility.filtered(*filters)),
            lambda: tf.gather(self.eligibility.mask(*filters), items, batch_dims=1),
            lambda: items > 0,
        )


class ServedRetrieval(ServedModel):
    """Which few hundred? The two towers and a search."""

    def __init__(self, catalog: CatalogArrays, features: RequestFeatures, retrieval: Retriever) -> None:
        super().__init__(catalog, features)
        self.retrieval = retrieval

    def resources(self) -> list[tf.Module]:
        return [*super().resources(), *self.retrieval.resources()]

    def answer(self, request: Tensors) -> Tensors:
        batch, last = self.read(request)
        candidates, scores = self.retrieve(self.retrieval, batch, last, filters_of(request))
        return {names.ITEM_IDS: self.features.ids(candidates), names.SCORES: scores}


class ServedRanker(ServedModel):
    """In what order are these? The transformer ranker over given candidates."""

    PLAIN: ClassVar = {**ServedModel.PLAIN, names.CANDIDATE_IDS: (tf.string, 2)}

    def __init__(self, catalog: CatalogArrays, features: RequestFeatures, ranking: Reranker) -> None:
        super().__init__(catalog, features)
        self.ranking = ranking

    def answer(self, request: Tensors) -> Tensors:
        batch, last = self.read(request)
        candidates = self.features.index(request[names.CANDIDATE_IDS])
        scores, heads = self.ranking.score(batch, last, candidates)
        allowed = self.allowed(candidates, filters_of(request))
        return {names.SCORES: tf.where(allowed, scores, NO_SCORE), **heads}


class ServedUpnext(ServedModel):
    """What next? Candidates of the two towers and of the evidence, ranked."""

    def __init__(
        self, catalog: CatalogArrays, features: RequestFeatures, retrieval: Retriever, ranking: Reranker
    ) -> None:
        super().__init__(catalog, features)
        self.retrieval, self.ranking = retrieval, ranking

    def resources(self) -> list[tf.Module]:
        return [*super().resources(), *self.retrieval.resources()]

    def answer(self, request: Tensors) -> Tensors:
        batch, last = self.read(request)
        filters = filters_of(request)
        if filters is None:  # the ranker gives them an order
            retrieved = self.retrieval.find(self.retrieval.query(batch, last))
        else:
            retrieved, _ = self.retrieve(self.retrieval, batch, last, filters)
        candidates, remembered = self.ranking.add_neighbours(
            batch[names.ITEM], retrieved, lambda items: self.allowed(items, filters)
        )
        scores, _ = self.ranking.score(batch, last, candidates, remembered)
        ranked, scores = best_of_ascending(candidates, scores, names.ANSWERS)
        return {names.ITEM_IDS: self.features.ids(ranked), names.SCORES: scores}


def served_models(
    catalog: CatalogArrays, features: RequestFeatures, retrieval: Retriever, ranking: Reranker
) -> dict[str, ServedModel]:
    """Returns the three models by name, in the order of a push."""
    return {
        names.RETRIEVAL: ServedRetrieval(catalog, features, retrieval),
        names.RANKER: ServedRanker(catalog, features, ranking),
        names.UPNEXT: ServedUpnext(catalog, features, retrieval, ranking),
    }


def filters_of(request: Tensors) -> list[tf.Tensor] | None:
    """Returns the filters of a request in the order in which `Eligibility` takes them; None for a plain one."""
    if names.EXCLUDE_IDS not in request:
        return None
    return [request[names.EXCLUDE_IDS], request[names.ONLY], request[names.WITHOUT]]


def _trace(inputs: dict[str, tuple[tf.DType, int]], answer: Answer) -> tf.types.experimental.ConcreteFunction:
    specs = {key: tf.TensorSpec([None] * rank, dtype, name=key) for key, (dtype, rank) in inputs.items()}
    return tf.function(lambda **request: answer(request), autograph=False).get_concrete_function(**specs)


def save(served: ServedModel, path: str, **signatures: tf.types.experimental.GenericFunction) -> None:
    """Writes the SavedModel with its signatures and further ones.

    Args:
        served: the model.
        path: its folder.
        **signatures: further ones, by name.
    """
    traced = served.signatures()  # which builds what is not built yet
    exported = tf.Module()  # without the Keras layers, each of which would be traced for itself
    exported.model_variables, exported.resources = list(served.variables), served.resources()
    options = tf.saved_model.SaveOptions(
        namespace_whitelist=["Scann"]
    )  # ScaNN's op is not of TensorFlow's own
    tf.saved_model.save(exported, path, signatures={**traced, **signatures}, options=options)
