"""Why an item is offered: facts of a kind each, which a checker can look up, never free text."""

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ranked(_Fact):
    """A served model put it at this place among what was asked for, 1 the best."""

    fact: Literal["ranked"] = "ranked"
    model: str
    place: int


class Played(_Fact):
    """The listener has played it, without skipping, so often; the last time at this unix second.

    It is 0 where that isn't known.
    """

    fact: Literal["played"] = "played"
    plays: int
    last: int


class Unheard(_Fact):
    """The listener has never played it."""

    fact: Literal["unheard"] = "unheard"


class AfterItem(_Fact):
    """The models rank it after this item, which the listener played."""

    fact: Literal["after_item"] = "after_item"
    item_id: str


class PlaysCreator(_Fact):
    """The listener has played items by its creator so often."""

    fact: Literal["plays_creator"] = "plays_creator"
    creator: str
    plays: int


class NewCreator(_Fact):
    """The listener has never played an item by its creator."""

    fact: Literal["new_creator"] = "new_creator"
    creator: str


class PlaysGenre(_Fact):
    """The listener has played items of this genre of it so often."""

    fact: Literal["plays_genre"] = "plays_genre"
    genre: str
    plays: int


class Released(_Fact):
    """It came out on this day."""

    fact: Literal["released"] = "released"
    day: date


class Popular(_Fact):
    """Listeners played it so often in the last days of the log; in this country, where one is named."""

    fact: Literal["popular"] = "popular"
    plays: int
    days: int
    country: str = ""


class Unfinished(_Fact):
    """The listener began it and stopped after so many milliseconds."""

    fact: Literal["unfinished"] = "unfinished"
    ms_played: int


class PlayedAtThisTime(_Fact):
    """So many of the listener's plays in this part of this kind of day bear this token of it."""

    fact: Literal["played_at_this_time"] = "played_at_this_time"
    token: str
    part_of_day: str
    plays: int


class Has(_Fact):
    """It bears this token of the catalogue, which was asked for."""

    fact: Literal["has"] = "has"
    token: str


class Matches(_Fact):
    """Words of the query that it matches, and in which of its texts."""

    fact: Literal["matches"] = "matches"
    words: tuple[str, ...]
    text: Literal["title", "creator", "genre", "year", "description", "meaning"]


class LikeNamed(_Fact):
    """The models put it at this place, 1 the best, after what it was to be like: an item, or a creator's items."""

    fact: Literal["like_named"] = "like_named"
    place: int
    item_id: str = ""
    creator: str = ""


Fact: TypeAlias = Annotated[
    Ranked
    | Played
    | Unheard
    | AfterItem
    | PlaysCreator
    | NewCreator
    | PlaysGenre
    | Released
    | Popular
    | Unfinished
    | PlayedAtThisTime
    | Has
    | Matches
    | LikeNamed,
    Field(discriminator="fact"),
]
