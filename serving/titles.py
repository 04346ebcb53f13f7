"""The titles of items, as a person reads them in a ranking."""

from collections.abc import Mapping
from typing import NamedTuple


class Title(NamedTuple):
    """What a person reads of an item; empty where the catalogue doesn't say."""

    title: str
    creator: str
    kind: str


def title_of(titles: Mapping[str, Title], item_id: str) -> Title:
    """The title to print for an item: its id where there is none."""
    title = titles.get(item_id, Title("", "", ""))
    return title if title.title else title._replace(title=item_id)
