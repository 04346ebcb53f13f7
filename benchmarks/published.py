"""Figures that others have published for public logs, for comparison.

They hold each listener's last event out and rank all items, as here. Their preparation of a log may differ in
details, and where nothing else is said they know the order of events alone.
"""

from typing import Final, NamedTuple


class Published(NamedTuple):
    """What a model reaches by its authors, or by those who measured it."""

    model: str
    hr_at_10: float
    ndcg_at_10: float
    source: str


_WEAREC: Final = "arXiv 2511.07028, order only"
PUBLISHED: Final[dict[str, tuple[Published, ...]]] = {
    "lastfm": (Published("WEARec", 0.0972, 0.0556, _WEAREC),),
    "ml-1m": (
        Published("WEARec", 0.3334, 0.1904, _WEAREC),
        Published("SASRec, 3,000 negatives", 0.3159, 0.1857, "arXiv 2309.07602, order only"),
        Published("HSTU-large", 0.3294, 0.1893, "arXiv 2402.17152, knows times"),
        Published("HSTU-large", 0.3642, 0.2164, "by later measurements of others, knows the request's time"),
    ),
}
"""By the name of a log's folder."""
