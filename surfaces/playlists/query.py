"""`Query`: what a prompt wishes for, typed; an item satisfies it or it doesn't."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from surfaces.common.wording.years import FIRST_YEAR, LAST_YEAR

USUAL_ITEMS: Final = 25
"""How many items a list has where the prompt doesn't say."""
MOST_ITEMS: Final = 200
"""A longer list is not made."""
RECENT_DAYS: Final = 90
"""An item is new for so many days after its release, counted back from the newest release that is out."""
FAVOURITE_PLAYS: Final = 3
"""So many plays that weren't skipped make an item a favourite."""
OLD_DAYS: Final = 30
"""A favourite is an old one where it wasn't played for so many days."""
OLD_PLAYS: Final = 100
"""The same where times are order only: where it isn't among so many newest plays."""
POPULAR_SHARE: Final = 0.1
"""The most played tenth of the catalogue is popular, the rest is rare."""

Content = Literal["music", "talk"]
Heard = Literal["unheard", "new_creators", "heard", "favourites", "old_favourites"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Mood(_Part):
    """A mood, and the catalogue's tags for it, of which an item has one."""

    word: str
    tags: tuple[str, ...]


class Activity(_Part):
    """An activity, and the catalogue's tags that suit it.

    Attributes:
        word: its name.
        tags: of which an item has one, where it is a condition.
        condition: whether it is one: where the prompt says nothing else of how the list is to sound. Else items
            with one of the tags come first, as in jazz for running.
    """

    word: str
    tags: tuple[str, ...]
    condition: bool = True


class Span(_Part):
    """The years of release, both ends in it."""

    first: int = FIRST_YEAR
    last: int = LAST_YEAR


class Like(_Part):
    """What the list is to be like: an item, or a creator's items."""

    item_id: str = ""
    creator: str = ""


class Selection(_Part):
    """Items that have one of the genres, or one of the creators, or are of one of the spans."""

    genres: tuple[str, ...] = ()
    creators: tuple[str, ...] = ()
    years: tuple[Span, ...] = ()
    content: Content | None = None


class Share(_Part):
    """How many items of a list are of a selection, at most or at least."""

    of: Selection
    items: int = Field(ge=0)


class Without(_Part):
    """What no item may have or be."""

    genres: tuple[str, ...] = ()
    moods: tuple[Mood, ...] = ()
    creators: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    years: tuple[Span, ...] = ()
    item_ids: tuple[str, ...] = ()


class Query(_Part):
    """A prompt's wishes. All of them hold for each item, and of a wish's several values one does.

    Attributes:
        content: music, which is all that isn't talk, or talk; None for both.
        kinds: of the catalogue.
        genres: tags of the catalogue.
        moods: each of them holds.
        activities: each of them holds where it is a condition.
        creators: artists and shows.
        years: of release.
        recent: released in the last days, or before them.
        like: what the models put beside these comes first; no condition.
        heard: what the listener's plays say of it.
        popularity: by the plays of the log's last days.
        explicit: whether it is marked explicit.
        shortest: minutes of an item, at least.
        longest: minutes of an item, at most.
        items: how many; None where it isn't said.
        minutes: of the whole list, at most.
        without: what no item may have.
        at_most: selections that may fill a part of the list only.
        at_least: selections that fill a part of the list where the catalogue has enough.
    """

    content: Content | None = None
    kinds: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    moods: tuple[Mood, ...] = ()
    activities: tuple[Activity, ...] = ()
    creators: tuple[str, ...] = ()
    years: tuple[Span, ...] = ()
    recent: bool | None = None
    like: tuple[Like, ...] = ()
    heard: Heard | None = None
    popularity: Literal["popular", "rare"] | None = None
    explicit: bool | None = None
    shortest: float | None = None
    longest: float | None = None
    items: int | None = None
    minutes: float | None = None
    without: Without = Without()
    at_most: tuple[Share, ...] = ()
    at_least: tuple[Share, ...] = ()

    @property
    def size(self) -> int:
        """How many items the list has where nothing else bounds it."""
        return min(MOST_ITEMS, self.items or (MOST_ITEMS if self.minutes else USUAL_ITEMS))

    @property
    def has_sound(self) -> bool:
        """Whether it says how the list is to sound, by genres, moods or creators."""
        return bool(self.genres or self.moods or self.creators)
