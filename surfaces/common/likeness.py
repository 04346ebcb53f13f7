"""How alike items are by what the catalogue says: genres, kind, how lively they are, and when they came out."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.energy import energies
from surfaces.common.taste import Floats

GENRES, TALK, ENERGY, YEARS = 3.0, 2.0, 1.0, 1.0
"""What each part weighs."""
_UNKNOWN: Final = 0.5
"""The likeness of two items of which one part isn't known."""
_YEARS: Final = 10.0
"""Two items that are so many years apart have 1/e of the likeness of two of one year."""


def likeness(catalogue: Catalogue, places: Sequence[int]) -> Floats:
    """[n, n] from 0 to 1, the weighted mean of the parts; symmetric, 1 for an item and itself."""
    chosen = np.asarray(places, np.int64)
    days = catalogue.release_days[chosen].astype(np.float64)
    days[days == names.RELEASE_UNKNOWN] = np.nan
    energy, talk = energies(catalogue)[chosen], catalogue.is_talk[chosen]
    parts = [
        (GENRES, _genres(catalogue, chosen)),
        (TALK, (talk[:, None] == talk).astype(np.float64)),
        (ENERGY, _known(1.0 - _apart(energy))),
        (YEARS, _known(np.exp(-_apart(days) / 365.25 / _YEARS))),
    ]
    whole = sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts)
    alike = np.asarray(whole, np.float64)
    np.fill_diagonal(alike, 1.0)
    return alike


def _genres(catalogue: Catalogue, places: np.ndarray) -> Floats:
    """The cosine of their genres, rare ones weighing more; unknown where either has none."""
    matrix = catalogue.genres.matrix
    rarity = np.log1p(matrix.shape[0] / np.maximum(np.bincount(matrix.indices, minlength=matrix.shape[1]), 1))
    rows = matrix[places].multiply(rarity).tocsr()
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    lengths[lengths == 0] = np.nan
    return _known((rows @ rows.T).toarray() / lengths[:, None] / lengths)


def _apart(values: Floats) -> Floats:
    return np.abs(np.subtract.outer(values, values))


def _known(part: Floats) -> Floats:
    return np.where(np.isnan(part), _UNKNOWN, part)
