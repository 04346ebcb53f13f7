"""`Lexicon`: names looked up by what a listener wrote of them, exactly or with typos."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from surfaces.common.wording.words import key

_CHECKED: Final = 40
"""Names that share most pairs of letters, of which the distance is computed."""
_ARTICLES: Final = frozenset(["the", "a", "an", "les", "la", "le", "der", "die", "das", "il", "el", "los"])


def typos(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour; `most` + 1 for any more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before = before, row
        row = [i]
        for j, own in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != own))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == own:
                best = min(best, older[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def typos_allowed(length: int) -> int:
    """How many typos a name of so many letters may have."""
    return 0 if length < 5 else 1 if length < 9 else 2


@dataclass(frozen=True)
class Hit:
    """A name, by its place in the lexicon, and how many typos were in what was written of it."""

    place: int
    typos: int


class Lexicon:
    """Names, looked up by the keys of words (`words.key`).

    `The Beatles` is also looked up as `beatles`, `Usual Suspects, The` as `the usual suspects`, and what stands in
    brackets may be left out.

    Args:
        names: as the catalogue has them; of equal ones the first is the answer.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self._places: dict[str, int] = {}
        for place, name in enumerate(names):
            for variant in _variants(name):
                if variant:
                    self._places.setdefault(variant, place)

    def exact(self, written: str) -> Hit | None:
        """The name with this key."""
        place = self._places.get(written)
        return None if place is None else Hit(place, 0)

    def nearest(self, written: str) -> Hit | None:
        """The name with this key, or the one with the fewest typos, if they are few for its length.

        Of names with less than five letters only a doubled letter or swapped neighbours are a typo.
        """
        hit = self.exact(written)
        if hit is not None or len(written) < 3:
            return hit
        best: tuple[int, int, int] | None = None
        for variant in self._candidates(written):
            allowed = typos_allowed(max(len(variant), len(written)))
            if allowed == 0:
                count = 1 if _slip(written, variant) else 9
                allowed = 1
            else:
                count = typos(written, variant, allowed)
            if count <= allowed:
                entry = (count, abs(len(variant) - len(written)), self._places[variant])
                best = entry if best is None else min(best, entry)
        return None if best is None else Hit(best[2], best[0])

    def _candidates(self, written: str) -> list[str]:
        grams = self._grams
        codes = np.unique(_pairs([written])[1])
        low, high = (grams.first_of_length(len(written) + by) for by in (-2, 3))
        if high <= low:
            return []
        shared = np.zeros(high - low, np.int16)
        for code in codes:
            start, end = np.searchsorted(grams.codes, [code, code + 1])
            start, end = start + np.searchsorted(grams.rows[start:end], [low, high])
            shared[grams.rows[start:end] - low] += 1
        enough = max(
            1, len(codes) - 3 * max(1, typos_allowed(len(written) + 1))
        )  # a typo changes three pairs
        rows = np.flatnonzero(shared >= enough)
        rows = rows[np.argsort(-shared[rows], kind="stable")[:_CHECKED]]
        return [grams.keys[row + low] for row in rows]

    @cached_property
    def _grams(self) -> "_Grams":
        keys = sorted((k for k in self._places if len(k) <= 64), key=lambda k: (len(k), k))
        rows, codes = _pairs(keys)
        order = np.lexsort((rows, codes))
        rows, codes = rows[order], codes[order]
        first = np.r_[True, (np.diff(codes) != 0) | (np.diff(rows) != 0)] if len(rows) else np.zeros(0, bool)
        return _Grams(keys, np.array([len(k) for k in keys], np.int64), codes[first], rows[first])


@dataclass(frozen=True)
class _Grams:
    """Pairs of neighbouring letters: keys [k] by length, and the sorted pairs [p] with the keys that have them."""

    keys: list[str]
    lengths: npt.NDArray[np.int64]
    codes: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]

    def first_of_length(self, length: int) -> int:
        return int(np.searchsorted(self.lengths, length))


def _pairs(keys: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each pair of neighbouring letters, the ends of a key among them: the row of its key, and its code."""
    text = "".join(f"\x02{k}\x03" for k in keys)
    letters = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
    rows = np.repeat(np.arange(len(keys)), [len(k) + 2 for k in keys])
    inside = letters[:-1] != 3
    return rows[:-1][inside], ((letters[:-1] << 21) | letters[1:])[inside]


def _slip(one: str, other: str) -> bool:
    """Whether they differ by doubled letters, or by two neighbours that changed places."""
    return _squeezed(one) == _squeezed(other) or (len(one) == len(other) and typos(one, other, 1) == 1
                                                  and sorted(one) == sorted(other))  # fmt: skip


def _squeezed(text: str) -> str:
    return "".join(letter for at, letter in enumerate(text) if at == 0 or text[at - 1] != letter)


def _variants(name: str) -> list[str]:
    whole = key(name)
    variants = [whole]
    if "(" in name or "," in name:
        bare = name.partition("(")[0].strip()
        before, _, article = bare.rpartition(", ")
        turned = f"{article} {before}" if article.casefold() in _ARTICLES else ""
        variants += [key(bare), key(turned)]
    return [*variants, *(v[3:] for v in variants if len(v) > 5 and v.startswith("the"))]
