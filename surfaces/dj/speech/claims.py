"""What a spoken sentence claims: records of a kind each, every one of which can be looked up."""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field


class Claim(BaseModel):
    """Any of them. Plays that were skipped count for none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def subject(self) -> str:
        """What it is about: an item, a creator …; "" where it stands beside any other claim."""
        for field in ("item_id", "creator", "genre", "decade"):
            if field in type(self).model_fields:
                return f"{field}={getattr(self, field)}"
        return ""


class _OfItem(Claim):
    item_id: str
    title: str


class _OfCreator(Claim):
    creator: str


class _OfGenre(Claim):
    genre: str


class Clock(Claim):
    """It is this weekday and part of the day on the listener's clock."""

    fact: Literal["clock"] = "clock"
    weekday: str
    part_of_day: str


class Coming(Claim):
    """The segment has so many items; all of one kind, where it is named."""

    fact: Literal["coming"] = "coming"
    items: int
    kind: str = ""


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


class CreatorPlays(_OfCreator):
    """The listener has played the creator's items so often."""

    fact: Literal["creator_plays"] = "creator_plays"
    plays: int


class CreatorItems(_OfCreator):
    """The listener has played so many different items by the creator."""

    fact: Literal["creator_items"] = "creator_items"
    items: int


class CreatorSince(_OfCreator):
    """The listener first played an item by the creator in this year."""

    fact: Literal["creator_since"] = "creator_since"
    year: int


class CreatorHas(_OfCreator):
    """The catalogue has so many items by the creator."""

    fact: Literal["creator_has"] = "creator_has"
    items: int


class CreatorUnheard(_OfCreator):
    """The catalogue has so many items by the creator that the listener has never played."""

    fact: Literal["creator_unheard"] = "creator_unheard"
    items: int


class NewCreator(_OfCreator):
    """The listener has never played an item by the creator."""

    fact: Literal["new_creator"] = "new_creator"


class GenrePlays(_OfGenre):
    """The listener has played items of the genre so often."""

    fact: Literal["genre_plays"] = "genre_plays"
    plays: int


class GenreHas(_OfGenre):
    """The catalogue has so many items of the genre."""

    fact: Literal["genre_has"] = "genre_has"
    items: int


class GenreHere(_OfGenre):
    """So many items of this segment are of the genre."""

    fact: Literal["genre_here"] = "genre_here"
    items: int


class DecadePlays(Claim):
    """The listener has played items that came out in the decade so often."""

    fact: Literal["decade_plays"] = "decade_plays"
    decade: int
    plays: int


class DecadeHere(Claim):
    """So many items of this segment came out in the decade."""

    fact: Literal["decade_here"] = "decade_here"
    decade: int
    items: int


class FreshHere(Claim):
    """So many items of this segment came out within the last days."""

    fact: Literal["fresh_here"] = "fresh_here"
    items: int
    days: int


class UnheardHere(Claim):
    """So many items of this segment the listener has never played."""

    fact: Literal["unheard_here"] = "unheard_here"
    items: int


class PartPlays(Claim):
    """So many of the listener's plays began in this part of the day, by the clock of the request."""

    fact: Literal["part_plays"] = "part_plays"
    part_of_day: str
    plays: int


class TotalPlays(Claim):
    """The listener has played so much in all."""

    fact: Literal["total_plays"] = "total_plays"
    plays: int


class Steered(Claim):
    """The listener wished this, in this request."""

    fact: Literal["steered"] = "steered"
    wish: str
    value: str = ""


SpokenFact: TypeAlias = Annotated[
    Clock
    | Coming
    | Opens
    | ByCreator
    | SameCreator
    | SameGenre
    | ItemPlays
    | MostPlayed
    | FirstPlay
    | LastPlay
    | Unheard
    | ReleasedIn
    | ReleasedAgo
    | Length
    | Unfinished
    | SeasonPlays
    | Popular
    | Skipped
    | CreatorPlays
    | CreatorItems
    | CreatorSince
    | CreatorHas
    | CreatorUnheard
    | NewCreator
    | GenrePlays
    | GenreHas
    | GenreHere
    | DecadePlays
    | DecadeHere
    | FreshHere
    | UnheardHere
    | PartPlays
    | TotalPlays
    | Steered,
    Field(discriminator="fact"),
]
