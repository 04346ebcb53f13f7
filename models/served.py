"""The three models as they are served (DESIGN section 5): each answers a request in one graph."""

from collections.abc import Callable
from typing import Any, Protocol

import tensorflow as tf

from models import names
from models.catalog_arrays import CatalogArrays
from models.eligibility import Eligibility
from models.request_features import RequestFeatures
from models.search import NO_SCORE, best_first, join

_REQUEST = {
    names.ITEM_IDS: (tf.string, 2),
}
_CANDIDATES = {names.CANDIDATE_IDS: (tf.string, 2)}
_CONTEXTUAL = {
    names.TIMESTAMPS: (tf.int64, 2),
    names.REQUEST_TIME: (tf.int64, 1),
    names.CONTEXT: (tf.string, 2),
    names.EXCLUDE_IDS: (tf.string, 2),
    names.ONLY: (tf.string, 2),
    names.WITHOUT: (tf.string, 2),
}


class Retrieval(Protocol):
    """`models.retriever.Retriever`; not imported, so that neither model depends on the other."""

    def query(self, batch: dict[str, tf.Tensor], last: tf.Tensor) -> tf.Tensor: ...

    def search_filtered(
        self, queries: tf.Tensor, filtered: tf.Tensor, mask: Callable[[tf.Tensor], tf.Tensor]
    ) -> tuple[tf.Tensor, tf.Tensor]: ...


class Ranking(Protocol):
    """`models.reranker.Reranker`."""

    def neighbours(self, history: tf.Tensor, eligible: tf.Tensor) -> tf.Tensor: ...

    def score(
        self, batch: dict[str, tf.Tensor], last: tf.Tensor, candidates: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]: ...


class Served(tf.Module):
    """One served model with its signatures.

    Args:
        kind: `retrieval`, `ranker` or `upnext`.
        retrieval: needed by `retrieval` and `upnext`.
        ranking: needed by `ranker` and `upnext`.
    """

    def __init__(
        self,
        kind: str,
        catalog: CatalogArrays,
        features: RequestFeatures,
        retrieval: Retrieval | None = None,
        ranking: Ranking | None = None,
    ) -> None:
        super().__init__()
        self.kind, self.features = kind, features
        self.retrieval, self.ranking = retrieval, ranking
        self.eligibility = Eligibility(catalog, features.items)

    def answer(self, request: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """The answer to a full `contextual` request."""
        batch, last = self.features(
            request[names.ITEM_IDS],
            request[names.TIMESTAMPS],
            request[names.REQUEST_TIME],
            request[names.CONTEXT],
        )
        wishes = [request[names.EXCLUDE_IDS], request[names.ONLY], request[names.WITHOUT]]
        if self.kind == names.RANKER:
            return self._rank(batch, last, request[names.CANDIDATE_IDS], wishes)
        assert self.retrieval is not None
        found, scores = self.retrieval.search_filtered(
            self.retrieval.query(batch, last),
            self.eligibility.filtered(*wishes),
            lambda rows: self.eligibility.mask(*(tf.gather(wish, rows) for wish in wishes)),
        )
        if self.kind == names.UPNEXT:
            assert self.ranking is not None
            found = join(found, self.ranking.neighbours(batch[names.ITEM], self._eligible(wishes)))
            ranked, _ = self.ranking.score(batch, last, found)
            found, scores = best_first(found, ranked, names.ANSWERS)
        return {names.ITEM_IDS: self.features.ids(found), names.SCORES: scores}

    def _rank(
        self, batch: dict[str, tf.Tensor], last: tf.Tensor, candidate_ids: tf.Tensor, wishes: list[tf.Tensor]
    ) -> dict[str, tf.Tensor]:
        assert self.ranking is not None
        candidates = self.features.index(candidate_ids)
        scores, heads = self.ranking.score(batch, last, candidates)
        eligible = tf.gather(self._eligible(wishes), candidates, batch_dims=1)
        return {names.SCORES: tf.where(eligible, scores, NO_SCORE), **heads}

    def _eligible(self, wishes: list[tf.Tensor]) -> tf.Tensor:
        """bool [B, N + 1]; a batch without wishes doesn't pay for reading them."""
        rows = tf.shape(wishes[0])[0]
        return tf.cond(
            tf.reduce_any(self.eligibility.filtered(*wishes)),
            lambda: self.eligibility.mask(*wishes),
            lambda: tf.tile(tf.range(self.eligibility.size)[None, :] > 0, [rows, 1]),
        )

    def signatures(self) -> dict[str, Any]:
        """`serving_default` and `contextual`, as concrete functions."""
        plain = dict(_REQUEST, **(_CANDIDATES if self.kind == names.RANKER else {}))
        return {
            names.SERVING_DEFAULT: self._signature(plain, lambda request: self.answer(neutral(request))),
            names.CONTEXTUAL: self._signature({**plain, **_CONTEXTUAL}, self.answer),
        }

    def _signature(self, inputs: dict[str, tuple[tf.DType, int]], answer: Callable[[Any], Any]) -> Any:
        specs = {key: tf.TensorSpec([None] * rank, dtype, name=key) for key, (dtype, rank) in inputs.items()}
        return tf.function(lambda **request: answer(request)).get_concrete_function(**specs)


def neutral(request: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
    """A plain request with the neutral value of every contextual input."""
    rows = tf.shape(request[names.ITEM_IDS])[0]
    empty = {
        key: tf.zeros([rows, 0] if rank == 2 else [rows], dtype)
        if dtype != tf.string
        else tf.fill([rows, 0], "")
        for key, (dtype, rank) in _CONTEXTUAL.items()
    }
    return {**empty, **request}


def save(served: Served, path: str, **signatures: Any) -> None:
    """Writes the SavedModel with its signatures (and further ones); ScaNN's op needs its namespace allowed."""
    options = tf.saved_model.SaveOptions(namespace_whitelist=["Scann"])
    tf.saved_model.save(served, path, signatures={**served.signatures(), **signatures}, options=options)
