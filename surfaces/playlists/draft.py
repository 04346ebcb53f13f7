"""`Draft`: a query while it is read, wish by wish."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

from surfaces.playlists.phrases import Role
from surfaces.playlists.query import Activity, Like, Mood, Query, Selection, Share, Span, Without
from surfaces.playlists.scanning import Term


class Mode(Enum):
    """How a wish is meant."""

    WANT = auto()
    NOT = auto()
    MORE = auto()
    LESS = auto()


_OPPOSITE: Final = {
    "music": "talk", "talk": "music", "popular": "rare", "rare": "popular", "unheard": "heard",
    "new_creators": "heard", "heard": "unheard", "favourites": "unheard", "old_favourites": "unheard",
}  # fmt: skip


@dataclass
class Draft:
    """The wishes so far.

    Attributes:
        wanted: values of the query's fields, by field: several of a tuple, one of the others.
        banned: values of `Without`, by field.
        more: selections of which there are to be more.
        less: selections of which there are to be fewer.
        not_understood: words that say something that can't be done.
    """

    wanted: dict[str, list[Any]] = field(default_factory=dict)
    banned: dict[str, list[Any]] = field(default_factory=dict)
    more: list[Selection] = field(default_factory=list)
    less: list[Selection] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)

    def add(self, name: str, *values: object) -> None:
        """Wishes for some values of a field."""
        self.wanted.setdefault(name, []).extend(values)

    def ban(self, name: str, *values: object) -> None:
        """Wishes that no item has some values."""
        self.banned.setdefault(name, []).extend(values)

    def settle(self, name: str, value: object, term: Term) -> None:
        """Wishes for the one value of a field; a second that differs contradicts the first, and is said."""
        known = self.wanted.setdefault(name, [value])
        if known != [value]:
            self.not_understood.append(term.written)

    def take(self, term: Term, mode: Mode) -> None:
        """Takes a term that is a wish of its own, in its mode."""
        match term.role:
            case Role.GENRE:
                self._listed("genres", term.tags, mode)
            case Role.CREATOR:
                self._listed("creators", (term.text,), mode)
            case Role.YEARS if term.years is not None:
                self._listed("years", (Span(first=term.years.first, last=term.years.last),), mode)
            case Role.KIND:
                (self.ban if mode is Mode.NOT else self.add)("kinds", term.text)
            case Role.MOOD | Role.ACTIVITY:
                if mode in (Mode.NOT, Mode.LESS):
                    self.ban("moods", Mood(word=term.text, tags=term.tags))
                elif term.role is Role.MOOD:
                    self.add("moods", Mood(word=term.text, tags=term.tags))
                else:
                    self.add("activities", Activity(word=term.text, tags=term.tags))
            case Role.CONTENT if mode in (Mode.MORE, Mode.LESS):
                self._listed("content", (term.text,), mode)
            case Role.CONTENT if mode is Mode.NOT:
                self.settle("content", _OPPOSITE[term.text], term)
            case Role.CONTENT:
                self.add("content", term.text)
            case Role.HEARD | Role.POPULARITY:
                value = _OPPOSITE[term.text] if mode in (Mode.NOT, Mode.LESS) else term.text
                self.settle("heard" if term.role is Role.HEARD else "popularity", value, term)
            case Role.EXPLICIT:
                self.settle("explicit", (term.text == "1") == (mode not in (Mode.NOT, Mode.LESS)), term)
            case Role.RECENT:
                self.settle("recent", mode not in (Mode.NOT, Mode.LESS), term)

    def _listed(self, name: str, values: tuple[object, ...], mode: Mode) -> None:
        if mode is Mode.WANT:
            self.add(name, *values)
        elif mode is Mode.NOT:
            self.ban(name, *values)
        else:
            chosen = self.more if mode is Mode.MORE else self.less
            chosen.append(Selection.model_validate({name: values[0] if name == "content" else values}))

    def query(self) -> Query:
        """The query of a first prompt: of what there is to be less, a fifth of the list may be."""
        for selection in self.more:
            for name in ("genres", "creators", "years"):
                self.add(name, *getattr(selection, name))
            if selection.content:
                self.add("content", selection.content)
        query = Query(**self.values(), without=self.without())
        shares = [Share(of=one, items=query.size // 5) for one in unique(self.less)]
        return settled(query.model_copy(update={"at_most": tuple(shares)}))

    def without(self) -> Without:
        """What no item may have."""
        bans = {name: unique(values) for name, values in self.banned.items()}
        return Without(**{**bans, "moods": _narrowest(bans.get("moods", ()))})

    def values(self) -> dict[str, Any]:
        """The values of the fields that are wished for, as a `Query` takes them."""
        values: dict[str, Any] = {}
        for name, wishes in self.wanted.items():
            if name in _LISTS:
                values[name] = _narrowest(wishes) if name in ("moods", "activities") else unique(wishes)
            elif len(set(wishes)) == 1 and wishes[0] is not None:
                values[name] = wishes[0]
        return values


_LISTS: Final = ("kinds", "genres", "moods", "activities", "creators", "years", "like")


def settled(query: Query) -> Query:
    """A query whose activities are conditions where nothing else says how the list is to sound."""
    activities = [one.model_copy(update={"condition": not query.has_sound}) for one in query.activities]
    return query.model_copy(update={"activities": tuple(activities)})


def _narrowest(moods: Sequence[Mood | Activity]) -> tuple[Mood | Activity, ...]:
    """Moods, each once, with the fewest tags: of `loud` and `headbanging`, the loud."""
    best: dict[str, Mood | Activity] = {}
    for mood in moods:
        if mood.word not in best or len(mood.tags) < len(best[mood.word].tags):
            best[mood.word] = mood
    return tuple(best.values())


def unique(values: Iterable[Any]) -> tuple[Any, ...]:
    """The values, each once, in their order."""
    return tuple(dict.fromkeys(values))


def like_of(term: Term, item_id: str) -> Like:
    """What a list is to be like by a name."""
    return Like(creator=term.text) if term.role is Role.CREATOR else Like(item_id=item_id)
