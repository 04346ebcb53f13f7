"""RecBole's typed headers, and what each field becomes in the contract's tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from listening_log.errors import UserError
from listening_log.tables.tables import EVENTS, TABLES

FieldType = Literal["token", "token_seq", "float", "float_seq"]
TYPES: Final = ("token", "token_seq", "float", "float_seq")

_TIMES: Final = ("timestamp", "time", "unix_time", "datetime", "date", "transaction_date")
_RATINGS: Final = ("rating", "ratings", "stars")
_PLAYED: Final = ("ms_played",)
_REASONS: Final = ("end_reason",)
_LABELS: Final = ("label", "click", "clicked")
_NOT_CONTEXT: Final = {*TABLES[EVENTS].kinds, *TABLES[EVENTS].reserved}
_USERS: Final = ("user_id", "anonymous_user_id", "visitor_id", "customer_id", "session_id", "user", "uid")
_ITEMS: Final = (
    "item_id", "track_id", "tracks_id", "song_id", "episode_id", "movie_id", "book_id", "product_id",
    "business_id", "venue_id", "app_id", "artist_id", "artists_id", "album_id", "albums_id", "item", "iid",
)  # fmt: skip

# What a field of `.item` becomes, by the last words of its name: `movie_title`, `artist_name`, `book_author`.
# The first line that fits decides, and of several fields for one column the first.
_ITEM_COLUMNS: Final = (
    ("creator", r"(artist|artists|author|authors|creator|brand|show|channel)(_name|_names)?"),
    ("title", r"title|titles|name|track|song"),
    ("genres", r"genre|genres|class|category|categories|tags|type(?=:token_seq:)"),
    ("release_date", r"release_year|release_date|year|released|publication_year"),
    ("description", r"description|overview|summary|abstract"),
    ("duration_ms", r"duration_ms|length_ms"),
    ("explicit", r"explicit"),
    ("countries", r"countries"),
    ("kind", r"kind"),
)
_KINDS: Final = {
    "track": "track", "tracks": "track", "song": "track", "episode": "episode", "movie": "movie",
    "artist": "artist", "artists": "artist", "album": "album", "albums": "album", "book": "book",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A column of an atomic file."""

    name: str
    type: FieldType

    @property
    def is_text(self) -> bool:
        return self.type.startswith("token")


def parse_header(line: str, path: str) -> list[Field]:
    """The fields of a header, as `user_id:token`. Raises UserError for another kind of line."""
    fields = []
    for text in line.split("\t"):
        name, _, type_ = text.strip().rpartition(":")
        if not name or type_ not in TYPES:
            raise UserError(
                f"{path}, line 1: {text[:40]!r} is no field; expected NAME:TYPE, tabs between them, "
                f"with {', '.join(TYPES)} as types"
            )
        fields.append(Field(name, type_))  # type: ignore[arg-type]
    names = [field.name for field in fields]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise UserError(f"{path}, line 1: two fields are named {twice}")
    return fields


@dataclass(frozen=True)
class Roles:
    """What each field of `.inter` is."""

    user: str
    item: str
    time: Field | None
    rating: Field | None
    played: Field | None
    end_reason: Field | None
    label: Field | None
    """Whether the item was taken: 0 where it was only shown."""
    context: tuple[str, ...]
    left: tuple[str, ...]
    """Fields that the contract has no place for."""


def roles(fields: Sequence[Field], path: str, item_fields: Sequence[Field] = ()) -> Roles:
    """The roles of the fields of `.inter`; `item_fields` are those of `.item`.

    Further text is context, unless its name ends in `_id`: it names the event itself, or gives its item away.
    Raises UserError where no field is the listener or the item.
    """
    tokens = [field.name for field in fields if field.type == "token"]
    user = _first_of(_USERS, tokens) or next((name for name in tokens if "user" in name.lower()), None)
    if not user:
        raise UserError(f"{path}, line 1: no field names the user; expected user_id:token")
    item = _item(tokens, user, item_fields)
    if not item:
        raise UserError(f"{path}, line 1: no field names the item; expected item_id:token")
    others = [field for field in fields if field.name not in (user, item)]
    time, rating, played, end_reason, label = (
        _named(names, others) for names in (_TIMES, _RATINGS, _PLAYED, _REASONS, _LABELS)
    )
    rest = [field for field in others if field not in (time, rating, played, end_reason, label)]
    context = [
        field.name
        for field in rest
        if field.is_text and not field.name.lower().endswith("_id") and field.name not in _NOT_CONTEXT
    ]
    left = [field.name for field in rest if field.name not in context]
    return Roles(user, item, time, rating, played, end_reason, label, tuple(context), tuple(left))


def id_field(fields: Sequence[Field], like: str) -> str:
    """The field of `.item` or `.user` that holds the ids of the field `like` of `.inter`."""
    names = [field.name for field in fields]
    return like if like in names else _first_of(("id",), names) or names[0]


def item_columns(fields: Sequence[Field]) -> dict[str, Field]:
    """The field of each catalogue column that the fields of `.item`, its id left out, can fill."""
    found: dict[str, Field] = {}
    for field in fields:
        for column, pattern in _ITEM_COLUMNS:
            if re.search(rf"(^|_)({pattern}):", f"{field.name.lower()}:{field.type}:"):
                found.setdefault(column, field)
                break
    return found


def kind_of(names: Iterable[str]) -> str | None:
    """The kind of item that field names such as `track_id` or `movie_title` tell."""
    return next((_KINDS[word] for name in names if (word := name.lower().split("_")[0]) in _KINDS), None)


def _item(tokens: Sequence[str], user: str, item_fields: Sequence[Field]) -> str | None:
    others = [name for name in tokens if name != user]
    if item_fields and item_fields[0].name in others:
        return item_fields[0].name
    ids = [name for name in others if name.lower().endswith("_id")]
    return _first_of(_ITEMS, others) or (ids[0] if len(ids) == 1 else None)


def _named(names: Sequence[str], fields: Iterable[Field]) -> Field | None:
    by_name = {field.name.lower(): field for field in fields}
    return next((by_name[name] for name in names if name in by_name), None)


def _first_of(wanted: Sequence[str], names: Sequence[str]) -> str | None:
    lower = {name.lower(): name for name in names}
    return next((lower[name] for name in wanted if name in lower), None)
