"""A ranking as a table to read in a terminal: rank, title, creator, kind, score. Titles are never cut."""

import unicodedata
from collections.abc import Mapping, Sequence

from serving.titles import Title, title_of

_GAP = "  "


def ranking_table(item_ids: Sequence[str], scores: Sequence[float], titles: Mapping[str, Title]) -> str:
    """Lays out lines of rank, title, creator, kind and score, best first, under a line of column names."""
    rows = [
        [str(place), *title_of(titles, item_id), f"{score:.3f}"]
        for place, (item_id, score) in enumerate(zip(item_ids, scores, strict=True), start=1)
    ]
    return _table(["#", "title", "creator", "kind", "score"], rows, right={0, 4})


def history_table(item_ids: Sequence[str], titles: Mapping[str, Title]) -> str:
    """Lays out lines of title, creator and kind, in the order of the ids."""
    return _table(
        ["title", "creator", "kind"], [list(title_of(titles, item_id)) for item_id in item_ids], right=set()
    )


def _table(header: list[str], rows: list[list[str]], right: set[int]) -> str:
    """Aligns columns; a column without a value in any row is left out."""
    kept = [c for c in range(len(header)) if not rows or any(row[c] for row in rows)]
    lines = [[row[c] for c in kept] for row in [header, *rows]]
    widths = [max(_width(line[c]) for line in lines) for c in range(len(kept))]

    def cell(text: str, place: int) -> str:
        filler = " " * (widths[place] - _width(text))
        return filler + text if kept[place] in right else text + filler

    return "\n".join(
        _GAP.join(cell(text, place) for place, text in enumerate(line)).rstrip() for line in lines
    )


def _width(text: str) -> int:
    """Counts the columns that a terminal gives to `text`: wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
