"""`refine`: a second sentence as changes of the query that a list was made by."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from models import names
from surfaces.common.wording.years import FIRST_YEAR, LAST_YEAR
from surfaces.playlists.draft import Draft, settled, unique
from surfaces.playlists.filtering import release_years, selected
from surfaces.playlists.phrases import Role
from surfaces.playlists.query import MOST_ITEMS, Query, Selection, Share, Span, Without
from surfaces.playlists.reading import read
from surfaces.playlists.scanning import Term, scan
from surfaces.playlists.vocabulary import Vocabulary

_ADDING: Final = frozenset(
    {"add", "adding", "include", "including", "also", "plus", "too", "throw", "mix", "extra"}
)
"""Words by which a wish adds to a list, where else it replaces an earlier one."""
_MORE_ITEMS: Final = 10
_CHOICES: Final = ("genres", "creators", "years")
"""Wishes with several values of which an item has one."""
_NO_WISH: Final = frozenset({"content", "items"})


class Refined(NamedTuple):
    """A changed query.

    Attributes:
        query: of the new list.
        not_understood: words of the sentence.
        keeps: whether the items of the earlier list that satisfy it stay.
    """

    query: Query
    not_understood: tuple[str, ...]
    keeps: bool


def refine(prompt: str, before: Query, current: Sequence[int], vocabulary: Vocabulary) -> Refined:
    """Reads a sentence that changes a list.

    A genre, a creator or years that it wishes for replace earlier ones; where it says `more` or `add`, the list
    gets more of them beside the earlier ones, and where it says `less`, half as many.

    Args:
        prompt: the sentence.
        before: the query of the list.
        current: places of the list's items, in its order.
        vocabulary: of the catalogue.
    """
    terms = scan(prompt, vocabulary)
    draft = read(terms, vocabulary, current)
    roles = {term.role for term in terms}
    values = {name: getattr(before, name) for name in Query.model_fields}
    _move_added(terms, draft)
    new = draft.values()
    for name, value in new.items():
        values[name] = unique([*values[name], *value]) if name in ("moods", "activities", "like") else value
    if "content" in draft.wanted:
        values["content"] = new.get("content")
    _widen(values, draft)
    _ban(values, draft)
    _resize(values, before, current, draft, roles)
    _shift(values, current, vocabulary, roles)
    if Role.OTHER in roles:
        ids = [vocabulary.catalogue.item_ids[place] for place in current]
        values["without"] = _with(values["without"], item_ids=ids)
    query = Query(**values)
    shares = _shares(query, before, current, draft, vocabulary)
    return Refined(settled(query.model_copy(update=shares)), tuple(draft.not_understood), "like" not in new)


def _move_added(terms: Sequence[Term], draft: Draft) -> None:
    """`add some jazz` is more jazz."""
    words = {word.folded for term in terms for word in term.words}
    starts_with_and = bool(terms) and terms[0].role is Role.AND
    if not words & _ADDING and not starts_with_and:
        return
    for name in _CHOICES:
        chosen = draft.wanted.pop(name, [])
        if chosen:
            draft.more.append(Selection.model_validate({name: unique(chosen)}))


def _widen(values: dict[str, Any], draft: Draft) -> None:
    """What there is to be more of has to be allowed."""
    for selection in draft.more:
        for name in _CHOICES:
            if values[name]:
                values[name] = unique([*values[name], *getattr(selection, name)])
        if selection.content and values["content"] not in (None, selection.content):
            values["content"] = None


def _ban(values: dict[str, Any], draft: Draft) -> None:
    """What is ruled out now is no longer wished for, and what is wished for now is no longer ruled out."""
    added = draft.without()
    for name in (*_CHOICES, "kinds", "moods"):
        values[name] = tuple(value for value in values[name] if value not in getattr(added, name))
    words = {mood.word for mood in added.moods}
    values["moods"] = tuple(mood for mood in values["moods"] if mood.word not in words)
    values["activities"] = tuple(one for one in values["activities"] if one.word not in words)
    wished = {name: set(draft.wanted.get(name, ())) for name in (*_CHOICES, "kinds", "moods")}
    for selection in draft.more:
        for name in _CHOICES:
            wished[name] |= set(getattr(selection, name))
    bans = {}
    for name in Without.model_fields:
        kept = [value for value in getattr(values["without"], name) if value not in wished.get(name, ())]
        bans[name] = unique([*kept, *getattr(added, name)])
    values["without"] = Without(**bans)


def _with(without: Without, *, item_ids: Sequence[str]) -> Without:
    return without.model_copy(update={"item_ids": unique([*without.item_ids, *item_ids])})


def _resize(
    values: dict[str, Any], before: Query, current: Sequence[int], draft: Draft, roles: set[Role]
) -> None:
    factor = 0.5 if Role.SHORTER in roles else 2.0 if Role.LONGER in roles else 1.0
    dropped = len(draft.banned.get("item_ids", ()))
    if factor != 1.0:
        if before.minutes is not None and "minutes" not in draft.wanted:
            values["minutes"] = before.minutes * factor
        elif "items" not in draft.wanted and before.minutes is None:
            values["items"] = max(1, min(MOST_ITEMS, int((len(current) or before.size) * factor)))
    elif Role.MORE in roles and set(draft.wanted) <= _NO_WISH and not (draft.more or draft.banned):
        more = values["items"] if "items" in draft.wanted else _MORE_ITEMS
        values["items"] = min(MOST_ITEMS, len(current) + more)
    elif dropped and Role.REPLACE not in roles and "items" not in draft.wanted and before.minutes is None:
        values["items"] = max(1, len(current) - dropped)


def _shift(values: dict[str, Any], current: Sequence[int], vocabulary: Vocabulary, roles: set[Role]) -> None:
    """Older or newer than the middle of the list."""
    if not roles & {Role.OLDER, Role.NEWER}:
        return
    catalogue = vocabulary.catalogue
    places = [place for place in current if catalogue.release_days[place] != names.RELEASE_UNKNOWN]
    if not places:
        return
    middle = int(np.median(release_years(catalogue)[places]))
    older = Span(first=FIRST_YEAR, last=middle - 1)
    values["years"] = (older if Role.OLDER in roles else Span(first=middle + 1, last=LAST_YEAR),)


def _shares(
    query: Query, before: Query, current: Sequence[int], draft: Draft, vocabulary: Vocabulary
) -> dict[str, tuple[Share, ...]]:
    """How many items of each selection the list may have, or has to."""
    counts = {
        one: int(selected(vocabulary.catalogue, one)[list(current)].sum())
        for one in (*draft.more, *draft.less)
    }
    changed = set(counts)
    size = query.size
    scale = size / before.size
    at_most = [_scaled(share, scale) for share in before.at_most if share.of not in changed]
    at_least = [_scaled(share, scale) for share in before.at_least if share.of not in changed]
    at_most += [Share(of=one, items=counts[one] // 2) for one in unique(draft.less)]
    at_least += [
        Share(of=one, items=min(size, counts[one] + max(2, size // 5))) for one in unique(draft.more)
    ]
    return {"at_most": tuple(at_most), "at_least": tuple(at_least)}


def _scaled(share: Share, scale: float) -> Share:
    """A share of a list that became shorter or longer."""
    return Share(of=share.of, items=int(share.items * scale))
