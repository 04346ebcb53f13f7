"""RecBole's typed headers, and what each field becomes in the contract's tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast

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
    ("genres", r"genre|genres|class|category|category_code|categories|tags|type(?=:token_seq:)"),
    ("release_date", r"release_year|release_date|year|released|publication_year"),
    ("description", r"description|overview|summary|abstract"),
    ("duration_ms", r"duration_ms|length_ms"),
    ("explicit", r"explicit"),
    ("countries", r"countries"),
    ("kind", r"kind"),
)
# In `.inter`, where a name must say that it tells of the item.
_INTER_COLUMNS: Final = (
    ("creator", r"(artist|artists|author|authors|creator|brand)(_name|_names)?"),
    ("title", r"title|titles|(item|product|movie|film|track|song|book|album|game|video|app|venue)_name"),
    ("genres", r"genre|genres|category|category_code|category_name|categories"),
    ("release_date", r"release_year|release_date|publication_year"),
    ("description", r"description|abstract"),
)
_OF_THE_LISTENER: Final = re.compile(r"(user|listener|customer|visitor|session|device)_", re.IGNORECASE)
_KINDS: Final = {
    "track": "track", "tracks": "track", "song": "track", "episode": "episode", "movie": "movie",
    "artist": "artist", "artists": "artist", "album": "album", "albums": "album", "book": "book",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A column of an atomic file."""

    name: str
    type: FieldType


def parse_header(line: str, path: str) -> list[Field]:
    """The fields of a header, as `user_id:token`.

    Raises:
        UserError: the line is of another kind.
    """
    if "\t" not in line and re.search(rf":({'|'.join(TYPES)})[,;]", line):
        raise UserError(
            f"{path}, line 1: commas separate the fields; atomic files have tabs between them: write the file"
            " again with tabs, as RecBole's own converter does"
        )
    fields = []
    for text in line.split("\t"):
        name, _, type_ = text.strip().rpartition(":")
        if not name or type_ not in TYPES:
            raise UserError(
                f"{path}, line 1: {text[:40]!r} is no field; expected NAME:TYPE, tabs between them, "
                f"with {', '.join(TYPES)} as types"
            )
        fields.append(Field(name, cast(FieldType, type_)))
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
    history: str | None
    """The list of the items before, where the file has one."""
    items: dict[str, Field]
    """What tells of the item: the field of each catalogue column."""
    context: tuple[str, ...]
    left: tuple[str, ...]
    """Fields that the contract has no place for."""

    @property
    def is_session(self) -> bool:
        """Whether the listener is a session, of which a line may have one of its own."""
        return "session" in self.user.lower()


def roles(fields: Sequence[Field], path: str, item_fields: Sequence[Field] = ()) -> Roles:
    """The roles of the fields of `.inter`.

    A field whose name tells of the item is item data, not context: it would give the item away. So is a name that
    ends in `_id`, which names the event or something of the item, and a list. Further text is context.

    Args:
        fields: of `.inter`.
        path: of `.inter`, for messages.
        item_fields: the fields of `.item`, where there is one. Item data in `.inter` is then left out.

    Raises:
        UserError: no field is the listener or the item.
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
    history = next(
        (field for field in rest if field.name == f"{item}_list" and field.type == "token_seq"), None
    )
    columns = item_columns(
        [field for field in rest if not _OF_THE_LISTENER.match(field.name)], _INTER_COLUMNS
    )
    context = [
        field.name
        for field in rest
        if field.type == "token"
        and not field.name.lower().endswith("_id")
        and field.name not in _NOT_CONTEXT
        and field not in columns.values()
    ]
    columns = {} if item_fields else columns
    used = {*context, *(field.name for field in columns.values()), history.name if history else ""}
    left = [field.name for field in rest if field.name not in used]
    return Roles(
        user, item, time, rating, played, end_reason, label,
        history.name if history else None, columns, tuple(context), tuple(left),
    )  # fmt: skip


def id_field(fields: Sequence[Field], like: str) -> str:
    """The field of `.item` or `.user` that holds the ids of the field `like` of `.inter`."""
    names = [field.name for field in fields]
    return like if like in names else _first_of(("id",), names) or names[0]


def item_columns(
    fields: Sequence[Field], patterns: Sequence[tuple[str, str]] = _ITEM_COLUMNS
) -> dict[str, Field]:
    """The field of each catalogue column that the fields of `.item`, its id left out, can fill."""
    columns: dict[str, Field] = {}
    for field in fields:
        for column, pattern in patterns:
            if re.search(rf"(^|_)({pattern}):", f"{field.name.lower()}:{field.type}:"):
                columns.setdefault(column, field)
                break
    return columns


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
