"""What a spoken sentence claims of one item: what it is, and how it was played."""

from typing import Literal

from surfaces.dj.speech.claim import Claim


class _OfItem(Claim):
    item_id: str
    title: str


class Opens(_OfItem):
    """The segment begins with this item."""

    fact: Literal["opens"] = "opens"


class ByCreator(_OfItem):
    """This item of the segment is by this creator."""

    fact: Literal["by_creator"] = "by_creator"
    creator: str


class SameCreator(_OfItem):
    """Both items are by this creator."""

    fact: Literal["same_creator"] = "same_creator"
    other_id: str
    other_title: str
    creator: str


class SameGenre(_OfItem):
    """Both items bear this genre."""

    fact: Literal["same_genre"] = "same_genre"
    other_id: str
    other_title: str
    genre: str


class ItemPlays(_OfItem):
    """The listener has played the item so often."""

    fact: Literal["item_plays"] = "item_plays"
    plays: int


class MostPlayed(_OfItem):
    """The listener has played no item more often than this one, and this one so often."""

    fact: Literal["most_played"] = "most_played"
    plays: int


class FirstPlay(_OfItem):
    """The listener first played the item in this year."""

    fact: Literal["first_play"] = "first_play"
    year: int


class LastPlay(_OfItem):
    """The listener's last play of the item is so many of their calendar's days ago."""

    fact: Literal["last_play"] = "last_play"
    days: int


class Unheard(_OfItem):
    """The listener has never played the item."""

    fact: Literal["unheard"] = "unheard"


class ReleasedIn(_OfItem):
    """The item came out in this year."""

    fact: Literal["released_in"] = "released_in"
    year: int


class ReleasedAgo(_OfItem):
    """The item came out so many days ago."""

    fact: Literal["released_ago"] = "released_ago"
    days: int


class Length(_OfItem):
    """The item lasts so many minutes, rounded."""

    fact: Literal["length"] = "length"
    minutes: int


class Unfinished(_OfItem):
    """The listener began the item and stopped after so many whole minutes, at the last play of it."""

    fact: Literal["unfinished"] = "unfinished"
    minutes: int


class SeasonPlays(_OfItem):
    """The listener played the item so often in that season, by the months where they are."""

    fact: Literal["season_plays"] = "season_plays"
    season: str
    year: int
    plays: int


class Popular(_OfItem):
    """Listeners played the item so often in the last days of the log; in this country, where one is named."""

    fact: Literal["popular"] = "popular"
    plays: int
    days: int
    country: str = ""


class Skipped(_OfItem):
    """The listener skipped the item in this session."""

    fact: Literal["skipped"] = "skipped"
