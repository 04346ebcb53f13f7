"""A list's title: the wishes of its query in a few words, each of them true of the list."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from surfaces.common.catalogue import Catalogue
from surfaces.common.wording.years import FIRST_YEAR, LAST_YEAR
from surfaces.playlists.filtering import bearing, selected
from surfaces.playlists.query import Query, Selection, Span

NOTHING: Final = "Nothing fits: "
"""How the title of an empty list begins."""
_ADJECTIVES: Final = {"popular": "popular", "rare": "lesser known"}
_HEARD: Final = {
    "unheard": "new to you",
    "new_creators": "by creators new to you",
    "heard": "you know",
    "favourites": "from your favourites",
    "old_favourites": "from your old favourites",
}
_MOST: Final = 3
"""Names of one kind in a title."""


def title_of(catalogue: Catalogue, query: Query, places: Sequence[int]) -> str:
    """The title of a list that satisfies a query; of an empty one, it says what there is nothing of.

    A genre, a creator or a decade stands in it only where an item of the list has it.
    """
    chosen = _borne(catalogue, query, places) if places else query
    parts = [*_adjectives(chosen), _core(chosen, catalogue), *_tail(chosen, catalogue)]
    text = " ".join(part for part in parts if part)
    if not places:
        return f"{NOTHING}{text}"
    return text[:1].upper() + text[1:]


def _borne(catalogue: Catalogue, query: Query, places: Sequence[int]) -> Query:
    """A query with those of its genres, creators and spans that the list has."""
    listed = np.asarray(places, np.int64)
    return query.model_copy(
        update={
            "genres": tuple(g for g in query.genres if bearing(catalogue.genres, [g])[listed].any()),
            "creators": tuple(c for c in query.creators if catalogue.creators.having(c)[listed].any()),
            "years": tuple(
                s for s in query.years if selected(catalogue, Selection(years=(s,)))[listed].any()
            ),
        }
    )


def _adjectives(query: Query) -> list[str]:
    words = []
    if query.recent is not None:
        words.append("new" if query.recent else "not so new")
    if query.popularity:
        words.append(_ADJECTIVES[query.popularity])
    if query.explicit is not None:
        words.append("explicit" if query.explicit else "clean")
    return [*words, *(mood.word for mood in query.moods)]


def _core(query: Query, catalogue: Catalogue) -> str:
    genres = _listed(query.genres)
    noun = {"music": "music", "talk": "talk"}.get(query.content or "", "")
    if query.kinds:
        noun = _listed([f"{kind}s" for kind in query.kinds])
    if genres:
        return f"{genres} {noun}".strip() if noun not in ("music", "") else genres
    return noun or ("music and talk" if catalogue.is_talk.any() and not catalogue.is_talk.all() else "a mix")


def _tail(query: Query, catalogue: Catalogue) -> list[str]:
    tail = []
    if query.creators:
        tail.append(f"by {_listed(query.creators)}")
    if query.like:
        names = [like.creator or _title(catalogue, like.item_id) for like in query.like]
        tail.append(f"like {_listed(names)}")
    if query.years:
        tail.append(" and ".join(_span(span) for span in query.years[:_MOST]))
    tail += [f"for {activity.word}" for activity in query.activities]
    if query.heard:
        tail.append(_HEARD[query.heard])
    if query.longest is not None:
        tail.append(f"under {query.longest:g} minutes each")
    without = query.without
    banned = [*without.genres, *(f"{mood.word} tags" for mood in without.moods), *without.creators]
    return [*tail, f"without {_listed(banned)}"] if banned else tail


def _title(catalogue: Catalogue, item_id: str) -> str:
    place = catalogue.place_of(item_id)
    return item_id if place is None else catalogue.titles[place] or item_id


def _span(span: Span) -> str:
    if span.first <= FIRST_YEAR:
        return f"until {span.last}"
    if span.last >= LAST_YEAR:
        return f"since {span.first}"
    if span.first % 10 == 0 and span.last == span.first + 9:
        return f"from the {span.first}s"
    return f"from {span.first}" if span.first == span.last else f"from {span.first} to {span.last}"


def _listed(values: Sequence[str]) -> str:
    """Some names; where there are many, the first of them and how many more."""
    if len(values) > _MOST:
        return f"{', '.join(values[:_MOST])} and {len(values) - _MOST} more"
    return " and ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else "".join(values)
