"""Titles of the items that a model ranks, left beside the `upnext` model by the push, for printing."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

TITLES_FILE = "titles.json"  # in assets.extra: a list of [item_id, title, creator, kind]


class Title(NamedTuple):
    """What a person reads of an item; empty where the catalogue doesn't say."""

    title: str
    creator: str
    kind: str


def titles_path(model_dir: Path) -> Path:
    """Where the titles lie in a SavedModel's folder."""
    return Path(model_dir) / "assets.extra" / TITLES_FILE


def read_titles(model_dir: Path) -> dict[str, Title]:
    """Titles by item id; none where the model was pushed without titles."""
    path = titles_path(model_dir)
    if not path.exists():
        return {}
    return {item_id: Title(*rest) for item_id, *rest in json.loads(path.read_text(encoding="utf-8"))}


def write_titles(model_dir: Path, rows: Iterable[tuple[str, str, str, str]]) -> Path:
    """Writes rows of (item_id, title, creator, kind); returns the file's path."""
    path = titles_path(model_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([list(row) for row in rows], ensure_ascii=False), encoding="utf-8")
    return path


def title_of(titles: Mapping[str, Title], item_id: str) -> Title:
    """The title to print for an item: its id where there is none."""
    found = titles.get(item_id, Title("", "", ""))
    return found if found.title else found._replace(title=item_id)
