"""Items by tokens `column=value`."""

from collections.abc import Iterable

import numpy as np

from listening_log.cleaning.item_tokens import CREATOR, GENRE, KIND
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools


def having_any(catalogue: Catalogue, tokens: Iterable[str]) -> Bools:
    """[N] whether an item has one of some tokens `column=value` of creators, kinds and genres."""
    bearing = np.zeros(catalogue.size, bool)
    for token in tokens:
        column, _, value = token.partition("=")
        if column in (CREATOR, KIND):
            bearing |= (catalogue.creators if column == CREATOR else catalogue.kinds).having(value)
        elif column == GENRE:
            bearing |= catalogue.genres.having(value)
    return bearing


def value_of(column: str, tokens: Iterable[str]) -> str:
    """The first value of a column among tokens; "" for none."""
    return next((token.partition("=")[2] for token in tokens if token.startswith(f"{column}=")), "")
