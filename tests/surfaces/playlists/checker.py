"""Checks a list against its query item by item, in plain Python, apart from the code that makes lists."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from models import names
from surfaces.common.catalogue import Catalogue, Item
from surfaces.common.visit import Visit
from surfaces.playlists.query import Query, Selection, Span
from tests.surfaces.worlds import Popularity


def broken_wishes(
    catalogue: Catalogue, popularity: Popularity, visit: Visit, query: Query, item_ids: Sequence[str]
) -> list[str]:
    """What of a query a list breaks, a line each; [] where it keeps to all of it."""
    everything = _everything(catalogue)
    items = [everything[place] for item_id in item_ids if (place := catalogue.place_of(item_id)) is not None]
    lines = ["an item that the catalogue lacks"] * (len(item_ids) - len(items))
    if len(set(item_ids)) < len(item_ids):
        lines.append("an item twice")
    for item in items:
        wishes = _wishes(everything, popularity, visit, query, item)
        lines += [f"{item.item_id}: {what}" for what, kept in wishes.items() if not kept]
    if query.items is not None and len(items) > query.items:
        lines.append(f"{len(items)} items for {query.items}")
    if query.minutes is not None and sum(item.duration_ms for item in items) > query.minutes * 60_000:
        lines.append("too long")
    lines += [f"more of {share.of}" for share in query.at_most
              if sum(_belongs(item, share.of) for item in items) > share.items]  # fmt: skip
    return lines


@lru_cache(maxsize=1)
def _everything(catalogue: Catalogue) -> Sequence[Item]:
    return catalogue.items(range(catalogue.size))


def _wishes(
    everything: Sequence[Item], popularity: Popularity, visit: Visit, query: Query, item: Item
) -> Mapping[str, bool]:
    genres, minutes, without = set(item.genres), item.duration_ms / 60_000, query.without
    tags = [mood.tags for mood in query.moods] + [one.tags for one in query.activities if one.condition]
    return {
        "content": query.content in (None, "talk" if item.kind in names.TALK_KINDS else "music"),
        "kind": not query.kinds or item.kind in query.kinds,
        "genre": not query.genres or bool(genres & set(query.genres)),
        "mood": all(genres & set(one) for one in tags),
        "creator": not query.creators or item.creator in query.creators,
        "years": not query.years or _in_years(item, query.years),
        "recent": query.recent is None or _is_recent(everything, visit, item) is query.recent,
        "heard": query.heard is None or _is_heard(everything, visit, query, item),
        "popularity": query.popularity is None
        or _is_popular(popularity, item) == (query.popularity == "popular"),
        "explicit": query.explicit is None or item.explicit == query.explicit,
        "explicit for this listener": visit.explicit or not item.explicit,
        "shortest": query.shortest is None or minutes >= query.shortest,
        "longest": query.longest is None or 0 < minutes <= query.longest,
        "a length": query.minutes is None or minutes > 0,
        "without genres": not genres & set(without.genres),
        "without moods": not genres & {tag for mood in without.moods for tag in mood.tags},
        "without creators": not without.creators or item.creator not in without.creators,
        "without kinds": item.kind not in without.kinds,
        "without years": not _in_years(item, without.years),
        "without items": item.item_id not in without.item_ids,
    }


def _in_years(item: Item, spans: Sequence[Span]) -> bool:
    return item.released is not None and any(span.first <= item.released.year <= span.last for span in spans)


def _is_recent(everything: Sequence[Item], visit: Visit, item: Item) -> bool | None:
    """None for an item that isn't out, or of which nobody knows when it came out."""
    today = date(1970, 1, 1) + timedelta(days=visit.moment.unix // 86_400)
    out = [other.released for other in everything if other.released and other.released <= today]
    if item.released is None or item.released > today:
        return None
    return item.released > max(out) - timedelta(days=90)


def _is_heard(everything: Sequence[Item], visit: Visit, query: Query, item: Item) -> bool:
    plays = list(
        zip(
            visit.plays.items.tolist(), visit.plays.times.tolist(), visit.plays.outcomes.tolist(), strict=True
        )
    )
    heard = {place for place, _, _ in plays}
    kept = [time for place, time, outcome in plays if place == item.place and outcome != names.SKIPPED]
    match query.heard:
        case "unheard":
            return item.place not in heard
        case "new_creators":
            return bool(item.creator) and item.creator not in {everything[place].creator for place in heard}
        case "heard":
            return len(kept) >= 1
        case "favourites":
            return len(kept) >= 3
        case _:
            return len(kept) >= 3 and max(kept) < visit.moment.unix - 30 * 86_400


def _is_popular(popularity: Popularity, item: Item) -> bool:
    """Whether it was played, and at most a tenth of the catalogue (by its ninth decile) more than it."""
    plays = sorted(popularity.everywhere.tolist())
    at = 0.9 * (len(plays) - 1)
    low = int(at)
    decile = plays[low] + (at - low) * (plays[min(low + 1, len(plays) - 1)] - plays[low])
    own = plays and popularity.everywhere[item.place]
    return own >= max(1, decile)


def _belongs(item: Item, selection: Selection) -> bool:
    talk = item.kind in names.TALK_KINDS
    return (
        bool(set(item.genres) & set(selection.genres))
        or item.creator in selection.creators
        or _in_years(item, selection.years)
        or (selection.content is not None and talk == (selection.content == "talk"))
    )
