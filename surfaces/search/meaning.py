"""Search by meaning: static vectors of what is written of each document, and the nearest to a query's."""

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.columns import NOBODY, Bools
from surfaces.common.text_vectors import TextVectors
from surfaces.search.documents import Documents
from surfaces.search.hits import Hits, best, ordered
from surfaces.search.kept import kept

LEAST: Final = 0.25
"""The cosine from which a document is about what a query says."""
FORMAT: Final = 2
"""A part of the folder's name: vectors of other texts or of another form are made anew."""
_FILE: Final = "vectors.npy"
_COARSE: Final = 64
_CHOSEN: Final = 2000
_GENRES_OF_A_CREATOR: Final = 4


class MeaningIndex:
    """The vectors of all documents; safe to use from any number of threads.

    Args:
        documents: what is searched.
        vectors: of texts.
        folder: where they are kept for the next start; None for nowhere.
    """

    def __init__(self, documents: Documents, vectors: TextVectors, folder: Path | None = None) -> None:
        self._vectors = vectors
        self._fine = _fine(documents, vectors, folder)
        coarse = self._fine[:, :_COARSE].astype(np.float32)
        self._coarse = coarse / np.maximum(np.linalg.norm(coarse, axis=1, keepdims=True), 1e-9)

    def search(self, text: str, allowed: Bools, *, limit: int) -> Hits:
        """Finds the documents whose texts mean nearly what a text means.

        The first numbers of vectors choose some, all numbers put these in order.

        Args:
            text: what was typed.
            allowed: [size] which documents may be answered.
            limit: how many documents.
        """
        vector = self._vectors.embed([text])[0]
        likeness = self._coarse @ vector[:_COARSE]
        if not allowed.all():
            likeness[~allowed] = -1.0
        docs = best(likeness, 0.0, _CHOSEN).docs
        scores = self._fine[docs].astype(np.float32) @ vector
        near = ordered(docs[scores >= LEAST], scores[scores >= LEAST])
        return Hits(near.docs[:limit], near.scores[:limit])


def _fine(documents: Documents, vectors: TextVectors, folder: Path | None) -> npt.NDArray[np.float16]:
    """The vectors [size, dimension] of all documents: those that are kept, else made now."""

    def make() -> npt.NDArray[np.float16]:
        return vectors.embed(_texts(documents)).astype(np.float16)

    path = None if folder is None else folder / f"meaning-{FORMAT}-{documents.catalogue.digest}"
    return kept(
        path,
        read=lambda place: np.load(place / _FILE, mmap_mode="r"),
        write=lambda place: np.save(place / _FILE, make()),
        make=make,
    )


def _texts(documents: Documents) -> list[str]:
    catalogue = documents.catalogue
    genres = catalogue.genres
    items = [
        ". ".join(
            filter(None, (title, catalogue.creators.value(place), ", ".join(genres.values_at(place)), text))
        )
        for place, (title, text) in enumerate(zip(catalogue.titles, catalogue.descriptions, strict=True))
    ]
    return [*items, *_creator_texts(documents), *genres.values]


def _creator_texts(documents: Documents) -> list[str]:
    """The name of each creator, and the genres of most of their items."""
    catalogue = documents.catalogue
    genres = catalogue.genres
    creators = np.repeat(catalogue.creators.codes, np.diff(genres.offsets))
    by_somebody = creators != NOBODY
    pairs, counts = np.unique(
        np.stack([creators[by_somebody], genres.codes[by_somebody]]), axis=1, return_counts=True
    )
    order = np.lexsort((-counts, pairs[0]))
    texts = [[name] for name in catalogue.creators.values]
    for creator, genre in pairs[:, order].T.tolist():
        if len(texts[creator]) <= _GENRES_OF_A_CREATOR:
            texts[creator].append(genres.values[genre])
    return [". ".join(parts) for parts in texts]
